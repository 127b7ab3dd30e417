//! Bytes in JSON, so that people can read them and diffs stay small.
//!
//! JSON has no bytes, and a list of a thousand numbers helps nobody. The contract's only lists of numbers are bytes, so whatever
//! looks like some is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The key of bytes that are UTF-8.
const TEXT: &str = "$text";
/// The key of all others.
const BASE64: &str = "$base64";

/// Writes each list of bytes as a text.
pub(super) fn readable(value: Value) -> Value {
    match value {
        Value::Array(items) => match bytes(&items) {
            Some(bytes) => match String::from_utf8(bytes) {
                Ok(text) => json!({ TEXT: text }),
                Err(error) => json!({ BASE64: STANDARD.encode(error.as_bytes()) }),
            },
            None => items.into_iter().map(readable).collect(),
        },
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, readable(field)))
            .collect(),
        other => other,
    }
}

/// The opposite.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            let only = fields.iter().next().filter(|_| fields.len() == 1);
            let bytes = match only {
                Some((name, Value::String(text))) if name == TEXT => Some(text.as_bytes().to_vec()),
                Some((name, Value::String(text))) if name == BASE64 => STANDARD.decode(text).ok(),
                _ => None,
            };
            match bytes {
                Some(bytes) => bytes.into(),
                None => fields.into_iter().map(|(name, field)| (name, plain(field))).collect(),
            }
        }
        other => other,
    }
}

/// What a list is if it is one of bytes. An empty list may be one of anything, and stays what it is.
fn bytes(items: &[Value]) -> Option<Vec<u8>> {
    let byte = |item: &Value| item.as_u64().and_then(|number| u8::try_from(number).ok());
    if items.is_empty() {
        return None;
    }
    items.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for (value, expected) in [
            (
                json!({ "data": b"{\"a\":1}" }),
                json!({ "data": { "$text": "{\"a\":1}" } }),
            ),
            (
                json!([{ "data": [255, 0] }]),
                json!([{ "data": { "$base64": "/wA=" } }]),
            ),
            (json!({ "data": [] }), json!({ "data": [] })),
            (json!([true, "a", 1, null]), json!([true, "a", 1, null])),
        ] {
            assert_eq!(readable(value.clone()), expected);
            assert_eq!(plain(expected), value);
        }
    }
}
