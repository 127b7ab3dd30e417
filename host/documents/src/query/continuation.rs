//! Where a page ended, as an opaque text.
//!
//! It names the place (after which row of a scan, after which key of an order), not a count of rows, so that inserts between two
//! pages move nothing. It isn't sealed: nothing in it widens what a query sees, since the scope never comes from it.

use super::json;
use super::value::{Number, Value};
use crate::error::StoreError;

/// The end of a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Continuation {
    /// Of which query.
    pub(super) fingerprint: u64,
    /// How many rows TOP or LIMIT leave for the next pages.
    pub(super) left: Option<u64>,
    pub(super) place: Place,
}

/// After what the next page starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// After this row, in the order of the scan; or with a JOIN, after so many of the rows that it makes of this one.
    Row { row: i64, tuples: u64 },
    /// After this key, in the order of the answer.
    Key(Vec<Value>),
}

impl Continuation {
    pub(super) fn to_text(&self) -> String {
        let mut members = vec![("query".to_owned(), Value::String(format!("{:016x}", self.fingerprint)))];
        if let Some(left) = self.left {
            members.push(("left".to_owned(), Value::String(left.to_string())));
        }
        if let Place::Row {
            tuples: tuples @ 1.., ..
        } = &self.place
        {
            members.push(("tuples".to_owned(), Value::String(tuples.to_string())));
        }
        members.push(match &self.place {
            Place::Row { row, .. } => ("row".to_owned(), Value::Number(Number::Integer(*row))),
            // An array of none or one value each: undefined has no JSON.
            Place::Key(key) => (
                "key".to_owned(),
                Value::Array(key.iter().map(|value| Value::Array(vec![value.clone()])).collect()),
            ),
        });
        json::to_text(&Value::Object(members))
    }

    /// Reads what [`Self::to_text`] wrote for the query `fingerprint`.
    pub(super) fn parse(text: &str, fingerprint: u64) -> Result<Self, StoreError> {
        let invalid = || StoreError::Invalid("the continuation isn't one of this query".to_owned());
        let value = json::parse(text).map_err(|_| invalid())?;
        if value.member("query").and_then(Value::as_str) != Some(&format!("{fingerprint:016x}")) {
            return Err(invalid());
        }
        let count = |name: &str| match value.member(name) {
            None => Ok(None),
            Some(count) => count
                .as_str()
                .and_then(|count| count.parse().ok())
                .map(Some)
                .ok_or_else(invalid),
        };
        let (left, tuples) = (count("left")?, count("tuples")?);
        let place = match (value.member("row"), value.member("key")) {
            (Some(Value::Number(Number::Integer(row))), None) => Place::Row {
                row: *row,
                tuples: tuples.unwrap_or(0),
            },
            (None, Some(Value::Array(key))) => {
                let values = key.iter().map(|value| match value {
                    Value::Array(value) => value.first().cloned().or(Some(Value::Undefined)),
                    _ => None,
                });
                Place::Key(values.collect::<Option<_>>().ok_or_else(invalid)?)
            }
            _ => return Err(invalid()),
        };
        Ok(Self {
            fingerprint,
            left,
            place,
        })
    }
}

/// A number for a query's text and parameters: FNV-1a, which is the same in every build and on every replica.
pub(super) fn fingerprint(text: &str, parameters: &str) -> u64 {
    let bytes = text.bytes().chain([0]).chain(parameters.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
