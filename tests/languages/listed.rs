//! What a model reads of the tools.

use serde_json::{Map, Value, json};

use super::trial::Trial;

/// The same in every language, as schemas mean it: a written order, a second way to say "or null" and the titles that some
/// generators add make no difference.
pub(crate) async fn as_written_down(trial: &Trial) {
    let listed = trial.listed().await;
    let expected = expected();
    let names = |tools: &[Value]| -> Vec<String> {
        let mut names: Vec<_> = tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&listed), names(&expected));
    for expected in &expected {
        let tool = listed.iter().find(|tool| tool["name"] == expected["name"]).unwrap();
        assert_eq!(normal(tool.clone()), normal(expected.clone()), "{}", expected["name"]);
    }
}

/// A tool as it is listed, with schemas in one way of writing them.
fn normal(mut tool: Value) -> Value {
    for schema in ["inputSchema", "outputSchema"] {
        normal_schema(&mut tool[schema]);
    }
    tool
}

fn normal_schema(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    // Of an object, a type's name and its comment: a reader of the sources has them, and each language has its own.
    schema.remove("title");
    if schema.contains_key("properties") {
        schema.remove("description");
    }
    // Nothing is required.
    if schema.get("required").is_some_and(|required| required == &json!([])) {
        schema.remove("required");
    }
    // No number: what a generator says of its own integers.
    if schema
        .get("format")
        .is_some_and(|format| format == "uint" || format == "int64")
    {
        schema.remove("format");
    }
    one_of_two_types(schema);
    sorted(schema, "required");
    sorted(schema, "type");
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(normal_schema);
    }
    if schema
        .get("properties")
        .is_some_and(|properties| properties == &json!({}))
    {
        schema.remove("properties");
    }
    if let Some(items) = schema.get_mut("items") {
        normal_schema(items);
    }
}

/// `{"anyOf": [{"type": "string"}, {"type": "null"}]}` is `{"type": ["string", "null"]}`.
fn one_of_two_types(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("anyOf") else {
        return;
    };
    let types: Option<Vec<Value>> = choices
        .iter()
        .map(|choice| match choice.as_object() {
            Some(choice) if choice.len() == 1 => choice.get("type").cloned(),
            _ => None,
        })
        .collect();
    if let Some(types) = types {
        schema.remove("anyOf");
        schema.insert("type".to_owned(), Value::Array(types));
    }
}

fn sorted(schema: &mut Map<String, Value>, key: &str) {
    if let Some(Value::Array(values)) = schema.get_mut(key) {
        values.sort_by_key(Value::to_string);
    }
}

fn expected() -> Vec<Value> {
    let day = |description: &str| json!({ "type": "string", "format": "date", "description": description });
    vec![
        json!({
            "name": "add_follow_up",
            "title": "Add follow-up",
            "description": "Notes something that the person who is signed in has to come back to.",
            "annotations": { "destructiveHint": false, "idempotentHint": false, "openWorldHint": false },
            "inputSchema": {
                "type": "object",
                "properties": {
                    "subject": { "type": "string", "minLength": 1, "maxLength": 200, "description": "What it is about." },
                    "due": day("The day by which to come back to it, as YYYY-MM-DD."),
                    "about": { "type": "string", "maxLength": 2000, "description": "What there is to know about it." },
                },
                "required": ["subject", "due"],
                "additionalProperties": false,
            },
            "outputSchema": {
                "type": "object",
                "properties": { "id": { "type": "string", "description": "The id of the new follow-up." } },
                "required": ["id"],
            },
        }),
        json!({
            "name": "list_follow_ups",
            "title": "My follow-ups",
            "description": "Lists what the person who is signed in has to come back to, the most urgent first.",
            "annotations": { "readOnlyHint": true, "openWorldHint": false },
            "inputSchema": {
                "type": "object",
                "properties": { "until": day("Only what is due on this day, as YYYY-MM-DD, or before.") },
                "additionalProperties": false,
            },
            "outputSchema": {
                "type": "object",
                "properties": {
                    "follow_ups": {
                        "description": "The follow-ups, the most urgent first.",
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "id": { "type": "string", "description": "Its id." },
                                "subject": { "type": "string", "description": "What it is about." },
                                "due": day("The day by which to come back to it."),
                                "about": { "type": ["string", "null"], "description": "What there is to know about it." },
                            },
                            "required": ["id", "subject", "due", "about"],
                        },
                    },
                },
                "required": ["follow_ups"],
            },
        }),
        json!({
            "name": "finish_follow_up",
            "title": "Finish follow-up",
            "description": "Removes a follow-up that is done.",
            "annotations": { "destructiveHint": true, "idempotentHint": false, "openWorldHint": false },
            "inputSchema": {
                "type": "object",
                "properties": {
                    "id": { "type": "string", "minLength": 1, "maxLength": 255, "description": "The id of the follow-up." },
                },
                "required": ["id"],
                "additionalProperties": false,
            },
            "outputSchema": {
                "type": "object",
                "properties": {
                    "finished": { "type": "string", "description": "The subject of the follow-up that is done." },
                },
                "required": ["finished"],
            },
        }),
        json!({
            "name": "mail_follow_ups",
            "title": "Mail my follow-ups",
            "description": "Mails their open follow-ups to the person who is signed in.",
            "annotations": { "destructiveHint": false, "idempotentHint": false, "openWorldHint": false },
            "inputSchema": { "type": "object", "additionalProperties": false },
            "outputSchema": {
                "type": "object",
                "properties": {
                    "to": { "type": "string", "description": "Where it was mailed." },
                    "count": { "type": "integer", "minimum": 0, "description": "How many there are." },
                },
                "required": ["to", "count"],
            },
        }),
    ]
}
