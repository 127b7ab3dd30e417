//! Values between JSON and WIT, by type. [`json_schema`](super::json_schema) says how each is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};
use wasmtime::component::Val;

use super::shape::{Integer, Shape};

/// Reads the fields of a record, in its order. `path` is where it is, for errors: a JSON Pointer (RFC 6901).
///
/// # Errors
/// What doesn't fit, after its path.
pub(super) fn of_record(value: &Value, fields: &[(String, Shape)], path: &str) -> Result<Vec<(String, Val)>, String> {
    let object = value.as_object().ok_or_else(|| wrong(path, "must be an object"))?;
    if let Some(unknown) = object.keys().find(|key| !fields.iter().any(|(name, _)| name == *key)) {
        return Err(wrong(&format!("{path}/{unknown}"), "is not a known field"));
    }
    let read = |(name, shape): &(String, Shape)| {
        let path = format!("{path}/{name}");
        let value = match (object.get(name), shape) {
            (Some(value), shape) => of(value, shape, &path)?,
            (None, Shape::Option(_)) => Val::Option(None),
            (None, _) => return Err(wrong(&path, "is required")),
        };
        Ok((name.clone(), value))
    };
    fields.iter().map(read).collect()
}

/// Reads a value.
fn of(value: &Value, shape: &Shape, path: &str) -> Result<Val, String> {
    let must = |what: &str| wrong(path, &format!("must be {what}"));
    let text = || value.as_str().ok_or_else(|| must("a string"));
    Ok(match shape {
        Shape::Bool => Val::Bool(value.as_bool().ok_or_else(|| must("true or false"))?),
        Shape::Integer(integer) => integer_of(value, *integer).ok_or_else(|| {
            let (least, most) = integer.range();
            must(&format!("an integer from {least} to {most}"))
        })?,
        Shape::Float32 => {
            let number = value.as_f64().map(|number| number as f32);
            Val::Float32(
                number
                    .filter(|number| number.is_finite())
                    .ok_or_else(|| must("a number of 32 bits"))?,
            )
        }
        Shape::Float64 => Val::Float64(value.as_f64().ok_or_else(|| must("a number"))?),
        Shape::Char => {
            let mut letters = text()?.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => Val::Char(letter),
                _ => return Err(must("one character")),
            }
        }
        Shape::String => Val::String(text()?.to_owned()),
        Shape::Bytes => {
            let bytes = STANDARD.decode(text()?).map_err(|_| must("base64 (RFC 4648 §4)"))?;
            Val::List(bytes.into_iter().map(Val::U8).collect())
        }
        Shape::List(element) => {
            let items = value.as_array().ok_or_else(|| must("an array"))?.iter().enumerate();
            let items = items.map(|(at, item)| of(item, element, &format!("{path}/{at}")));
            Val::List(items.collect::<Result<_, _>>()?)
        }
        Shape::Record(fields) => Val::Record(of_record(value, fields, path)?),
        Shape::Tuple(shapes) => {
            let items = value.as_array().filter(|items| items.len() == shapes.len());
            let items = items.ok_or_else(|| must(&format!("an array of {}", shapes.len())))?;
            let items = items.iter().zip(shapes).enumerate();
            let items = items.map(|(at, (item, shape))| of(item, shape, &format!("{path}/{at}")));
            Val::Tuple(items.collect::<Result<_, _>>()?)
        }
        Shape::Variant(cases) => variant_of(value, cases, path)?,
        Shape::Enum(names) => match text()? {
            name if names.iter().any(|known| known == name) => Val::Enum(name.to_owned()),
            _ => return Err(must(&format!("one of {}", names.join(", ")))),
        },
        Shape::Option(_) if value.is_null() => Val::Option(None),
        Shape::Option(inner) if inner.takes_null() => {
            let (_, some) = only_key(value)
                .filter(|(key, _)| *key == "some")
                .ok_or_else(|| must("null or {\"some\": …}"))?;
            Val::Option(Some(Box::new(of(some, inner, &format!("{path}/some"))?)))
        }
        Shape::Option(inner) => Val::Option(Some(Box::new(of(value, inner, path)?))),
        Shape::Result(ok, error) => match only_key(value) {
            Some(("ok", value)) => Val::Result(Ok(payload_of(value, ok.as_deref(), &format!("{path}/ok"))?)),
            Some(("error", value)) => Val::Result(Err(payload_of(value, error.as_deref(), &format!("{path}/error"))?)),
            _ => return Err(must("{\"ok\": …} or {\"error\": …}")),
        },
        Shape::Flags(names) => {
            let set = value.as_array().ok_or_else(|| must("an array"))?.iter();
            let set = set.map(|name| match name.as_str() {
                Some(name) if names.iter().any(|known| known == name) => Ok(name.to_owned()),
                _ => Err(must(&format!("an array of {}", names.join(", ")))),
            });
            Val::Flags(set.collect::<Result<_, _>>()?)
        }
    })
}

fn variant_of(value: &Value, cases: &[(String, Option<Shape>)], path: &str) -> Result<Val, String> {
    let (name, payload) = match value.as_str() {
        Some(name) => (name, None),
        None => only_key(value)
            .map(|(name, value)| (name, Some(value)))
            .ok_or_else(|| wrong(path, "must be the name of a case or an object with one key"))?,
    };
    match (cases.iter().find(|(case, _)| case == name), payload) {
        (Some((_, None)), None) => Ok(Val::Variant(name.to_owned(), None)),
        (Some((_, Some(shape))), Some(value)) => {
            let payload = of(value, shape, &format!("{path}/{name}"))?;
            Ok(Val::Variant(name.to_owned(), Some(Box::new(payload))))
        }
        (Some((_, Some(_))), None) => Err(wrong(path, &format!("must be {{{name:?}: …}}"))),
        (Some((_, None)), Some(_)) => Err(wrong(path, &format!("must be {name:?}"))),
        (None, _) => {
            let names: Vec<_> = cases.iter().map(|(case, _)| case.as_str()).collect();
            Err(wrong(path, &format!("must be one of {}", names.join(", "))))
        }
    }
}

fn payload_of(value: &Value, shape: Option<&Shape>, path: &str) -> Result<Option<Box<Val>>, String> {
    match shape {
        Some(shape) => Ok(Some(Box::new(of(value, shape, path)?))),
        None if value.is_null() => Ok(None),
        None => Err(wrong(path, "must be null")),
    }
}

/// An integer; `3.0` is one, too (JSON Schema, core §4.2.3).
fn integer_of(value: &Value, integer: Integer) -> Option<Val> {
    let number: i128 = match (value.as_i64(), value.as_u64(), value.as_f64()) {
        (Some(number), _, _) => number.into(),
        (None, Some(number), _) => number.into(),
        // Beyond 2^64 the conversion saturates, and the range refuses it.
        (None, None, Some(number)) if number.fract() == 0.0 => number as i128,
        _ => return None,
    };
    Some(match integer {
        Integer::U8 => Val::U8(number.try_into().ok()?),
        Integer::U16 => Val::U16(number.try_into().ok()?),
        Integer::U32 => Val::U32(number.try_into().ok()?),
        Integer::U64 => Val::U64(number.try_into().ok()?),
        Integer::S8 => Val::S8(number.try_into().ok()?),
        Integer::S16 => Val::S16(number.try_into().ok()?),
        Integer::S32 => Val::S32(number.try_into().ok()?),
        Integer::S64 => Val::S64(number.try_into().ok()?),
    })
}

fn only_key(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

fn wrong(path: &str, rule: &str) -> String {
    match path.trim_start_matches('/') {
        "" => rule.to_owned(),
        path => format!("{path}: {rule}"),
    }
}

/// What a case or a result carries, as JSON; `null` if it carries nothing.
pub(super) fn payload(value: Option<&Val>, shape: Option<&Shape>) -> Value {
    match (value, shape) {
        (Some(value), Some(shape)) => json(value, shape),
        _ => Value::Null,
    }
}

/// A value as JSON. It is of the type: wasmtime made it from the same component.
fn json(value: &Val, shape: &Shape) -> Value {
    match (value, shape) {
        (Val::Bool(value), _) => Value::Bool(*value),
        (Val::U8(number), _) => (*number).into(),
        (Val::U16(number), _) => (*number).into(),
        (Val::U32(number), _) => (*number).into(),
        (Val::U64(number), _) => (*number).into(),
        (Val::S8(number), _) => (*number).into(),
        (Val::S16(number), _) => (*number).into(),
        (Val::S32(number), _) => (*number).into(),
        (Val::S64(number), _) => (*number).into(),
        // The shortest decimal that is this number, not the digits of its double.
        (Val::Float32(number), _) => float(number.to_string().parse().unwrap_or_else(|_| f64::from(*number))),
        (Val::Float64(number), _) => float(*number),
        (Val::Char(letter), _) => Value::String(letter.to_string()),
        (Val::String(text), _) | (Val::Enum(text), _) => Value::String(text.clone()),
        (Val::List(items), Shape::Bytes) => {
            let bytes: Vec<u8> = items
                .iter()
                .map(|item| if let Val::U8(byte) = item { *byte } else { 0 })
                .collect();
            Value::String(STANDARD.encode(bytes))
        }
        (Val::List(items), Shape::List(element)) => items.iter().map(|item| json(item, element)).collect(),
        (Val::Record(values), Shape::Record(fields)) => {
            let fields = values.iter().zip(fields);
            fields
                .map(|((name, value), (_, shape))| (name.clone(), json(value, shape)))
                .collect::<Map<_, _>>()
                .into()
        }
        (Val::Tuple(values), Shape::Tuple(shapes)) => values
            .iter()
            .zip(shapes)
            .map(|(value, shape)| json(value, shape))
            .collect(),
        (Val::Variant(name, carried), Shape::Variant(cases)) => {
            let shape = cases
                .iter()
                .find(|(case, _)| case == name)
                .and_then(|(_, shape)| shape.as_ref());
            match (carried, shape) {
                (Some(value), Some(shape)) => keyed(name, json(value, shape)),
                _ => Value::String(name.clone()),
            }
        }
        (Val::Option(Some(value)), Shape::Option(inner)) if inner.takes_null() => keyed("some", json(value, inner)),
        (Val::Option(Some(value)), Shape::Option(inner)) => json(value, inner),
        (Val::Result(Ok(value)), Shape::Result(shape, _)) => keyed("ok", payload(value.as_deref(), shape.as_deref())),
        (Val::Result(Err(value)), Shape::Result(_, shape)) => {
            keyed("error", payload(value.as_deref(), shape.as_deref()))
        }
        (Val::Flags(names), _) => names.iter().cloned().map(Value::String).collect(),
        _ => Value::Null,
    }
}

fn keyed(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => "NaN".into(),
        None if number > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}
