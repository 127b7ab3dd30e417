//! What is different between two JSON values, by place.

use serde_json::{Map, Value};

/// One place where two values differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// The place: a JSON Pointer (RFC 6901), empty for the whole.
    pub at: String,
    /// What was there. None: nothing.
    pub recorded: Option<Value>,
    /// What is there. None: nothing.
    pub now: Option<Value>,
}

/// All places where two values differ, the innermost ones, in order.
pub(super) fn between(recorded: &Value, now: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(recorded), Some(now), &mut found);
    found
}

fn compare(at: &str, recorded: Option<&Value>, now: Option<&Value>, found: &mut Vec<Difference>) {
    match (recorded, now) {
        (Some(Value::Object(recorded)), Some(Value::Object(now))) => {
            for name in names(recorded, now) {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&at, recorded.get(name), now.get(name), found);
            }
        }
        (Some(Value::Array(recorded)), Some(Value::Array(now))) => {
            for index in 0..recorded.len().max(now.len()) {
                compare(&format!("{at}/{index}"), recorded.get(index), now.get(index), found);
            }
        }
        (recorded, now) if recorded == now => {}
        (recorded, now) => found.push(Difference {
            at: at.to_owned(),
            recorded: recorded.cloned(),
            now: now.cloned(),
        }),
    }
}

fn names<'a>(recorded: &'a Map<String, Value>, now: &'a Map<String, Value>) -> Vec<&'a String> {
    let new = now.keys().filter(|name| !recorded.contains_key(*name));
    recorded.keys().chain(new).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_innermost_places_are_named() {
        let found = between(
            &json!({ "same": 1, "list": [1, 2], "gone": null }),
            &json!({ "same": 1, "list": [1, 3, 4], "a/b": true }),
        );
        let seen: Vec<_> = found
            .into_iter()
            .map(|difference| (difference.at, difference.recorded, difference.now))
            .collect();
        assert_eq!(
            seen,
            [
                ("/gone".to_owned(), Some(Value::Null), None),
                ("/list/1".to_owned(), Some(json!(2)), Some(json!(3))),
                ("/list/2".to_owned(), None, Some(json!(4))),
                ("/a~1b".to_owned(), None, Some(json!(true))),
            ]
        );
        assert_eq!(between(&json!([1]), &json!([1])), []);
    }
}
