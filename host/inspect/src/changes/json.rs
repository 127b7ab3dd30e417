//! Where two JSON documents differ.

use serde_json::Value;

/// One place at which two documents differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The place, in words: "property `amount`, `description`". Empty: the document as a whole.
    pub(super) place: String,
    /// The value there was, as JSON; a string as its text.
    pub(super) before: Option<String>,
    /// The value there is.
    pub(super) after: Option<String>,
}

/// All places at which two documents differ, each as deep as it can be told.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(&mut Vec::new(), Some(before), Some(after), &mut found);
    found
}

fn collect<'a>(
    path: &mut Vec<&'a str>,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let new = after.keys().filter(|key| !before.contains_key(*key));
            for key in before.keys().chain(new) {
                path.push(key);
                collect(path, before.get(key), after.get(key), found);
                path.pop();
            }
        }
        _ => found.push(Difference {
            place: words(path),
            before: before.map(text),
            after: after.map(text),
        }),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A path in a JSON Schema: `properties` followed by a name is that property.
fn words(path: &[&str]) -> String {
    let mut words = Vec::new();
    let mut rest = path;
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        match (*first, others.split_first()) {
            ("properties", Some((name, others))) => {
                words.push(format!("property `{name}`"));
                rest = others;
            }
            (name, _) => words.push(format!("`{name}`")),
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(before: &Value, after: &Value) -> Vec<String> {
        differences(before, after)
            .into_iter()
            .map(|found| found.place)
            .collect()
    }

    #[test]
    fn the_order_of_keys_is_no_difference() {
        let (before, after) = (json!({ "a": 1, "b": [1, 2] }), json!({ "b": [1, 2], "a": 1 }));
        assert_eq!(differences(&before, &after), []);
    }

    #[test]
    fn a_place_is_told_as_deep_as_it_can_be() {
        let before = json!({ "properties": { "amount": { "description": "How much", "type": "number" } } });
        let after = json!({ "properties": { "amount": { "description": "How much.", "type": "number" }, "note": {} } });
        assert_eq!(
            places(&before, &after),
            ["property `amount`, `description`", "property `note`"]
        );
    }

    #[test]
    fn documents_of_different_kinds_differ_as_a_whole() {
        assert_eq!(places(&json!({}), &json!(true)), [""]);
        assert_eq!(
            places(&json!({ "required": ["a"] }), &json!({ "required": ["b"] })),
            ["`required`"]
        );
    }
}
