//! The JSON Schema (2020-12) of a type.
//!
//! | WIT | JSON |
//! |---|---|
//! | `bool`, `string`, `char` | boolean, string, string of one character |
//! | integers | integer in the type's range; 64 bits too, so a client must not read them as doubles |
//! | `f32`, `f64` | number; in results also `"NaN"`, `"Infinity"`, `"-Infinity"`, as in the JSON form of Protocol Buffers |
//! | `list<u8>` | string in base64 |
//! | `list<T>`, `tuple<…>` | array |
//! | `record` | object by the fields' names as in WIT; fields that are options may be left out of arguments |
//! | `enum` | string |
//! | `variant` | the case's name, or an object with the case's name as its one key if the case carries something |
//! | `option<T>` | `null` or the value; an option of an option: `null` or `{"some": …}` |
//! | `result<T, E>` within others | `{"ok": …}` or `{"error": …}`, `null` for what isn't there |
//! | `flags` | array of the names that are set |

use serde_json::{Map, Value, json};

use super::shape::Shape;

/// Whether values come in as arguments or go out as results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// The schema of a type.
pub(super) fn of(shape: &Shape, direction: Direction) -> Value {
    match shape {
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Integer(integer) => {
            let (minimum, maximum) = integer.range();
            json!({"type": "integer", "minimum": minimum, "maximum": maximum})
        }
        Shape::Float32 | Shape::Float64 => float(shape, direction),
        Shape::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
        Shape::String => json!({"type": "string"}),
        Shape::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Shape::List(element) => json!({"type": "array", "items": of(element, direction)}),
        Shape::Record(fields) => of_record(fields, direction),
        Shape::Tuple(types) => {
            let prefix: Vec<_> = types.iter().map(|shape| of(shape, direction)).collect();
            let length = prefix.len();
            // An empty list of schemas isn't one (JSON Schema, core §10.3.1.1).
            match length {
                0 => json!({"type": "array", "maxItems": 0}),
                _ => json!({
                    "type": "array", "prefixItems": prefix, "items": false, "minItems": length, "maxItems": length,
                }),
            }
        }
        Shape::Variant(cases) => variant(cases, direction),
        Shape::Enum(names) => json!({"type": "string", "enum": names}),
        Shape::Option(inner) if inner.takes_null() => {
            json!({"anyOf": [keyed("some", of(inner, direction)), {"type": "null"}]})
        }
        Shape::Option(inner) => json!({"anyOf": [of(inner, direction), {"type": "null"}]}),
        Shape::Result(ok, error) => {
            json!({"oneOf": [
                keyed("ok", payload(ok.as_deref(), direction)),
                keyed("error", payload(error.as_deref(), direction)),
            ]})
        }
        Shape::Flags(names) => json!({"type": "array", "items": {"enum": names}, "uniqueItems": true}),
    }
}

/// The schema of an object with these fields.
pub(super) fn of_record(fields: &[(String, Shape)], direction: Direction) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, shape)| (name.clone(), of(shape, direction)))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|(_, shape)| direction == Direction::Out || !matches!(shape, Shape::Option(_)))
        .map(|(name, _)| name)
        .collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn variant(cases: &[(String, Option<Shape>)], direction: Direction) -> Value {
    let bare: Vec<_> = cases
        .iter()
        .filter(|(_, payload)| payload.is_none())
        .map(|(name, _)| name)
        .collect();
    let carrying = cases
        .iter()
        .filter_map(|(name, payload)| Some(keyed(name, of(payload.as_ref()?, direction))));
    let mut all: Vec<Value> = carrying.collect();
    if !bare.is_empty() {
        all.insert(0, json!({"type": "string", "enum": bare}));
    }
    json!({ "oneOf": all })
}

fn payload(shape: Option<&Shape>, direction: Direction) -> Value {
    shape.map_or(json!({"type": "null"}), |shape| of(shape, direction))
}

/// An object with one key.
fn keyed(name: &str, schema: Value) -> Value {
    json!({"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": false})
}

fn float(shape: &Shape, direction: Direction) -> Value {
    let number = match shape {
        Shape::Float32 => json!({"type": "number", "minimum": f64::from(f32::MIN), "maximum": f64::from(f32::MAX)}),
        _ => json!({"type": "number"}),
    };
    match direction {
        Direction::In => number,
        Direction::Out => json!({"anyOf": [number, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
    }
}
