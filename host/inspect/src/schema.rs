//! A JSON Schema of arguments, a line for each property.

use serde_json::Value;

use crate::visible::{excerpt, visible};

/// The properties of a schema: name, what it takes, and what the component says of it.
pub(crate) fn properties(schema: &str) -> Vec<(String, String)> {
    let Ok(schema) = serde_json::from_str::<Value>(schema) else {
        return Vec::new();
    };
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, property)| {
            let mut told = kind(property);
            if !required.contains(&name.as_str()) {
                told += ", optional";
            }
            if let Some(description) = property["description"].as_str() {
                told = format!("{told}: «{}»", excerpt(description));
            }
            (visible(name), told)
        })
        .collect()
}

/// What a property takes, in a few words.
fn kind(property: &Value) -> String {
    if let Some(values) = property["enum"].as_array() {
        let values: Vec<_> = values.iter().map(Value::to_string).collect();
        return format!("one of {}", excerpt(&values.join(", ")));
    }
    let types: Vec<_> = match &property["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let named = types
        .iter()
        .filter(|name| **name != "null")
        .map(|name| word(name, property));
    let mut told = named.collect::<Vec<_>>().join(" or ");
    if told.is_empty() {
        "any value".clone_into(&mut told);
    }
    if types.contains(&"null") {
        told += " or nothing";
    }
    told + &bounds(property)
}

fn word(name: &str, property: &Value) -> String {
    match (name, property["format"].as_str()) {
        ("string", Some(format)) => format!("text ({})", excerpt(format)),
        ("string", None) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "yes or no".to_owned(),
        ("array", _) => "list".to_owned(),
        ("object", _) => "object".to_owned(),
        (other, _) => excerpt(other),
    }
}

/// From what to what, if the schema says.
fn bounds(property: &Value) -> String {
    let pairs = [
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " entries"),
    ];
    let told = pairs.iter().find_map(|(least, most, unit)| {
        match (property[*least].as_number(), property[*most].as_number()) {
            (Some(least), Some(most)) => Some(format!(", {least} to {most}{unit}")),
            (Some(least), None) => Some(format!(", at least {least}{unit}")),
            (None, Some(most)) => Some(format!(", at most {most}{unit}")),
            (None, None) => None,
        }
    });
    told.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_property_is_told_in_a_line() {
        let schema = r#"{"type":"object","required":["subject"],"properties":{
            "about":{"type":["string","null"],"maxLength":2000},
            "due":{"type":"string","format":"date"},
            "kind":{"enum":["a","b"]},
            "subject":{"type":"string","minLength":1,"maxLength":200,"description":"What\nit is"}}}"#;
        let told: Vec<_> = properties(schema)
            .into_iter()
            .map(|(name, told)| format!("{name}: {told}"))
            .collect();
        assert_eq!(
            told,
            [
                "about: text or nothing, at most 2000 characters, optional",
                "due: text (date), optional",
                "kind: one of \"a\", \"b\", optional",
                "subject: text, 1 to 200 characters: «What\\nit is»",
            ]
        );
    }

    #[test]
    fn words_of_a_schema_are_made_visible() {
        let told =
            properties("{\"properties\":{\"\u{202e}x\":{\"description\":\"\u{1b}[2J\",\"enum\":[\"\u{200b}\"]}}}");
        let told = format!("{told:?}");
        assert!(
            !told.contains('\u{202e}') && !told.contains('\u{1b}') && !told.contains('\u{200b}'),
            "{told}"
        );
    }
}
