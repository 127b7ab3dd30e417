//! JSON Schemas of argument and result types, as tools are listed with them.
//!
//! Draft 2020-12, which is what MCP reads a schema without `$schema` as. Everything is inlined, except for types that
//! contain themselves; what says nothing to a model is left out: the root's title, and `format`s that JSON Schema
//! doesn't know (`uint32`), whose bounds are there anyway. An argument that is optional may be left out and isn't `null`
//! besides: several model providers don't take a schema with two types for one field.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, RestrictFormats};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// The schema of what the model writes.
pub(crate) fn of_input<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = root::<T>(settings.with_transform(RecursiveTransform(leave_out_null)));
    // A struct without fields has none of these.
    schema.insert("type".to_owned(), "object".into());
    text(&schema)
}

/// The schema of what a tool gives.
pub(crate) fn of_output<T: JsonSchema>() -> String {
    text(&root::<T>(SchemaSettings::draft2020_12().for_serialize()))
}

fn root<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    let settings = settings
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RestrictFormats::default());
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("$schema");
    schema.remove("title");
    schema
}

/// Takes `null` out of the properties that aren't required.
fn leave_out_null(schema: &mut Schema) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        required
            .as_array()
            .is_some_and(|names| names.iter().any(|other| other == name))
    };
    let Some(Value::Object(properties)) = schema.get_mut("properties") else {
        return;
    };
    for (name, property) in properties {
        if let (false, Value::Object(property)) = (is_required(name), property) {
            without_null(property);
        }
    }
}

fn without_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = property.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = property.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            property.remove("anyOf");
            // What is said of the field itself, its description above all, stays.
            for (key, value) in only {
                property.entry(key).or_insert(value);
            }
        }
    }
}

fn text(schema: &Schema) -> String {
    serde_json::to_string(schema).expect("a schema is JSON: its keys are strings")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    fn parsed(schema: String) -> Value {
        serde_json::from_str(&schema).unwrap()
    }

    /// What to look for.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Search {
        /// A word.
        #[schemars(length(min = 1, max = 20))]
        word: String,
        /// Where.
        colours: Vec<Colour>,
        /// At most so many.
        #[schemars(range(min = 1, max = 100))]
        #[serde(default = "fifty")]
        limit: u32,
        /// In which one.
        colour: Option<Colour>,
        /// Since when.
        since: Option<String>,
        within: Option<Box<Search>>,
    }

    fn fifty() -> u32 {
        50
    }

    #[derive(Deserialize, Serialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    #[test]
    fn an_input_schema_says_all_that_the_type_says() {
        let schema = parsed(of_input::<Search>());
        let properties = &schema["properties"];
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["description"], "What to look for.");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], json!(["word", "colours"]));
        assert_eq!(
            properties["word"],
            json!({"description": "A word.", "type": "string", "minLength": 1, "maxLength": 20})
        );
        assert_eq!(
            properties["colours"],
            json!({"description": "Where.", "type": "array", "items": {"type": "string", "enum": ["red", "green"]}})
        );
        assert_eq!(
            properties["limit"],
            json!({"description": "At most so many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 50})
        );
    }

    #[test]
    fn an_optional_argument_is_of_one_type() {
        let properties = &parsed(of_input::<Search>())["properties"];
        assert_eq!(
            properties["since"],
            json!({"description": "Since when.", "type": "string"})
        );
        let colour = json!({"description": "In which one.", "type": "string", "enum": ["red", "green"]});
        assert_eq!(properties["colour"], colour);
        assert_eq!(properties["within"], json!({"$ref": "#"}));
    }

    #[test]
    fn a_schema_carries_no_noise() {
        let schema = parsed(of_input::<Search>());
        assert_eq!(schema.get("$schema"), None);
        assert_eq!(schema.get("title"), None);
        assert!(!schema.to_string().contains("uint32"));
    }

    #[test]
    fn types_that_contain_themselves_are_defined_once() {
        #[derive(Serialize, JsonSchema)]
        struct Tree {
            children: Vec<Tree>,
        }
        let schema = parsed(of_output::<Tree>());
        assert_eq!(schema["properties"]["children"]["items"], json!({"$ref": "#"}));
    }
}
