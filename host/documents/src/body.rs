//! A body on its way in: checked, cleaned of what isn't the caller's, and made into the text that is stored.
//!
//! Members keep the text that the caller wrote, so that a number comes back digit by digit and members in their order. Of two
//! members with the same name the last one wins.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::StoreError;
use crate::names::ItemId;
use crate::operations::MAX_ITEM_BYTES;
use crate::owners::Owners;
use crate::partition::PropertyPath;

/// What a store adds to an item, and the host to a row; dropped from a written body, so that what was read can be written back.
/// Source: Azure Cosmos DB, "Properties of an item"; the last is the host's own.
pub(crate) const SYSTEM_PROPERTIES: [&str; 6] = ["_rid", "_self", "_etag", "_attachments", "_ts", Owners::PROPERTY];

/// A body that may be stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Body {
    pub(crate) id: ItemId,
    /// One JSON object, `id` included.
    pub(crate) text: String,
    /// Seconds from the write to the item's end.
    pub(crate) lifetime: Option<u64>,
}

/// What a missing `id` means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MissingId {
    Fresh,
    Invalid,
}

impl Body {
    /// Checks `text` for a container whose partition properties are `partition_paths`.
    pub(crate) fn check(
        text: &str,
        partition_paths: &[PropertyPath],
        missing_id: MissingId,
    ) -> Result<Self, StoreError> {
        if text.len() > MAX_ITEM_BYTES {
            return Err(StoreError::TooLarge);
        }
        let Members(members) =
            serde_json::from_str(text).map_err(|error| StoreError::Invalid(format!("the body: {error}")))?;
        let mut id = None;
        let mut lifetime = None;
        let mut stored = String::with_capacity(text.len() + 48);
        for (name, value) in &members {
            if SYSTEM_PROPERTIES.contains(&name.as_str()) {
                continue;
            }
            if partition_paths.iter().any(|path| path.property() == name) {
                return Err(host_property(name));
            }
            // Each member is parsed by itself: with the object around it that makes 127 + 1 levels.
            serde_json::from_str::<Checked>(value.get())
                .map_err(|error| StoreError::Invalid(format!("the body's property `{name}`: {error}")))?;
            match name.as_str() {
                "id" => id = Some(parse_id(value)?),
                "ttl" => lifetime = parse_ttl(value)?,
                _ => {}
            }
            push_member(&mut stored, name, value.get());
        }
        let id = match (id, missing_id) {
            (Some(id), _) => id,
            (None, MissingId::Invalid) => return Err(StoreError::Invalid("the body has no `id`".to_owned())),
            (None, MissingId::Fresh) => {
                let id = ItemId::fresh();
                push_member(&mut stored, "id", &json_string(id.as_str()));
                id
            }
        };
        stored.push('}');
        if stored.len() > MAX_ITEM_BYTES {
            return Err(StoreError::TooLarge);
        }
        Ok(Self {
            id,
            text: stored,
            lifetime,
        })
    }
}

/// A property that no guest may write, because it decides whose item it is.
pub(crate) fn host_property(name: &str) -> StoreError {
    StoreError::Invalid(format!("the property `{name}` belongs to the host: leave it out"))
}

/// `text` as a JSON string.
pub(crate) fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn push_member(stored: &mut String, name: &str, value: &str) {
    stored.push(if stored.is_empty() { '{' } else { ',' });
    stored.push_str(&json_string(name));
    stored.push(':');
    stored.push_str(value);
}

fn parse_id(value: &RawValue) -> Result<ItemId, StoreError> {
    let text: String = serde_json::from_str(value.get())
        .map_err(|_| StoreError::Invalid("the body's `id` must be a string".to_owned()))?;
    ItemId::new(&text).map_err(|error| StoreError::Invalid(error.to_string()))
}

/// Source: Azure Cosmos DB, "Time to live": a non-zero positive integer of seconds, at most 2147483647, or −1.
fn parse_ttl(value: &RawValue) -> Result<Option<u64>, StoreError> {
    match value.get().parse::<i32>() {
        Ok(-1) => Ok(None),
        Ok(seconds @ 1..) => Ok(Some(u64::from(seconds.unsigned_abs()))),
        _ => Err(StoreError::Invalid(
            "`ttl` must be an integer from 1 to 2147483647, or -1".to_owned(),
        )),
    }
}

/// The top-level members of an object, values as written.
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;
        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                let mut places = std::collections::HashMap::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    match places.get(&name) {
                        Some(&place) => members[place] = (name, value),
                        None => {
                            places.insert(name.clone(), members.len());
                            members.push((name, value));
                        }
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// Any JSON value whose depth, numbers and strings are sound. It holds nothing: only that it could be made counts.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Checked, E> {
        if number.is_finite() {
            Ok(Checked)
        } else {
            Err(E::custom("number out of range"))
        }
    }

    fn visit_str<E>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Checked, A::Error> {
        while elements.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Checked, A::Error> {
        while members.next_key::<Checked>()?.is_some() {
            members.next_value::<Checked>()?;
        }
        Ok(Checked)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Body, StoreError> {
        Body::check(text, &[PropertyPath::new("/user_id").unwrap()], MissingId::Invalid)
    }

    #[test]
    fn members_keep_their_text_and_order() {
        let body = check(r#"{ "z": 1.50, "id": "a", "big": 12345678901234567890, "s": "\u00e9" }"#).unwrap();
        assert_eq!(
            body.text,
            r#"{"z":1.50,"id":"a","big":12345678901234567890,"s":"\u00e9"}"#
        );
    }

    #[test]
    fn properties_of_the_store_are_dropped_and_the_last_of_two_members_wins() {
        let body =
            check(r#"{"id":"a","_ts":1,"_etag":"x","_rid":"","_self":"","_attachments":"","b":1,"b":2}"#).unwrap();
        assert_eq!(body.text, r#"{"id":"a","b":2}"#);
    }

    #[test]
    fn a_partition_property_is_refused_however_it_is_spelled() {
        for text in [r#"{"id":"a","user_id":"x"}"#, r#"{"id":"a","\u0075ser_id":null}"#] {
            assert!(matches!(check(text), Err(StoreError::Invalid(what)) if what.contains("belongs to the host")));
        }
        assert!(check(r#"{"id":"a","inner":{"user_id":"x"}}"#).is_ok());
    }

    #[test]
    fn a_body_that_is_not_a_sound_object_is_refused() {
        let deep = |levels: usize| {
            format!(
                r#"{{"id":"a","d":{}{}}}"#,
                "[".repeat(levels - 1),
                "]".repeat(levels - 1)
            )
        };
        assert!(check(&deep(128)).is_ok());
        for text in [
            "",
            "[]",
            "1",
            "null",
            "{",
            r#"{"id":1}"#,
            r#"{"x":1}"#,
            r#"{"id":"a","n":1e400}"#,
            r#"{"id":"a","n":NaN}"#,
            r#"{"id":"a","s":"\ud800"}"#,
            r#"{"id":"a/b"}"#,
            r#"{"id":"a"} x"#,
            &deep(129),
        ] {
            assert!(matches!(check(text), Err(StoreError::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn ttl_is_a_positive_integer_or_minus_one() {
        let lifetime = |ttl: &str| check(&format!(r#"{{"id":"a","ttl":{ttl}}}"#)).map(|body| body.lifetime);
        assert_eq!(lifetime("5").unwrap(), Some(5));
        assert_eq!(lifetime("-1").unwrap(), None);
        for bad in ["0", "-2", "1.5", "\"5\"", "null", "2147483648", "true"] {
            assert!(lifetime(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_item_over_two_mebibytes_is_too_large() {
        let padded = |size: usize| {
            let frame = r#"{"id":"a","p":""}"#.len();
            format!(r#"{{"id":"a","p":"{}"}}"#, "x".repeat(size - frame))
        };
        assert!(check(&padded(MAX_ITEM_BYTES)).is_ok());
        assert_eq!(check(&padded(MAX_ITEM_BYTES + 1)), Err(StoreError::TooLarge));
    }
}
