//! JSON to values and back.

use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::value::{Number, Value};
use crate::body::Members;

/// Parses one JSON text.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// Parses an item. It may be one level deeper than what the parser takes at once.
pub(crate) fn parse_item(text: &str) -> Result<Value, serde_json::Error> {
    parse(text).or_else(|_| {
        let Members(members) = serde_json::from_str(text)?;
        let members = members
            .into_iter()
            .map(|(name, member)| Ok((name, parse(member.get())?)));
        Ok(Value::Object(members.collect::<Result<_, serde_json::Error>>()?))
    })
}

/// Parses of the item `text` only the top-level members `wanted`, each into its slot; the others are skipped over, which is several
/// times faster than making them.
pub(crate) fn parse_members(text: &str, wanted: &[&str], slots: &mut [Value]) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let visitor = MembersVisitor {
        wanted,
        slots: &mut *slots,
    };
    if deserializer.deserialize_map(visitor).is_ok() {
        return Ok(());
    }
    let Members(members) = serde_json::from_str(text)?;
    for (name, member) in members {
        if let Some(slot) = wanted.iter().position(|wanted| *wanted == name) {
            slots[slot] = parse(member.get())?;
        }
    }
    Ok(())
}

struct MembersVisitor<'w, 's> {
    wanted: &'w [&'w str],
    slots: &'s mut [Value],
}

impl<'de> Visitor<'de> for MembersVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(slot) = map.next_key_seed(SlotOf(self.wanted))? {
            match slot {
                Some(slot) => self.slots[slot] = map.next_value()?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A key, as the number of the wanted member that it names.
struct SlotOf<'w>(&'w [&'w str]);

impl<'de> serde::de::DeserializeSeed<'de> for SlotOf<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for SlotOf<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(Number::Integer(number)))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => self.visit_f64(number as f64),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            members.push((name, value));
        }
        Ok(Value::Object(last_of_each(members)))
    }
}

/// Of members with the same name the last one, at its first place.
fn last_of_each(members: Vec<(String, Value)>) -> Vec<(String, Value)> {
    // Nearly all objects are small and have no such members: to find that out must cost no allocation.
    const SMALL: usize = 16;
    let repeats = |at: usize| members[..at].iter().any(|(name, _)| *name == members[at].0);
    if members.len() <= SMALL && !(1..members.len()).any(repeats) {
        return members;
    }
    let mut places = std::collections::HashMap::new();
    let mut unique: Vec<(String, Value)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        match places.get(&name) {
            Some(&place) => unique[place] = (name, value),
            None => {
                places.insert(name.clone(), unique.len());
                unique.push((name, value));
            }
        }
    }
    unique
}

/// Appends `value` as JSON. Undefined has no JSON: as a member or an element it is left out; by itself nothing is written.
pub(crate) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Undefined => {}
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(*number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().filter(|element| !element.is_undefined()).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().filter(|(_, member)| !member.is_undefined()).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

/// `value` as a JSON text.
pub(crate) fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write_number(number: Number, out: &mut String) {
    match number {
        // Writing into a String can't fail.
        Number::Integer(number) => drop(write!(out, "{number}")),
        Number::Double(number) => match serde_json::Number::from_f64(number) {
            Some(number) => drop(write!(out, "{number}")),
            None => out.push_str("null"),
        },
    }
}

pub(crate) fn write_string(text: &str, out: &mut String) {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&crate::body::json_string(text));
    }
}

/// An error for a JSON text that a caller gave as a value.
pub(crate) fn parse_given(what: &str, text: &str) -> Result<Value, crate::StoreError> {
    parse(text).map_err(|error| crate::StoreError::Invalid(format!("{what}: {error}")))
}
