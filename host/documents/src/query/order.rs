//! The order of all values, for ORDER BY, MIN, MAX and for pages.
//!
//! Undefined, null, false, true, numbers, strings, arrays, objects. Source: Azure Cosmos DB for NoSQL, "MIN" (null, boolean,
//! number, string); undefined before and arrays and objects after them is what the service's own client libraries do when they
//! merge sorted partitions. Strings are compared by code point, not by any language's rules.

use std::cmp::Ordering;

use super::value::{Value, sorted_members};

/// Compares any two values.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => left.compare(*right),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => left
            .iter()
            .zip(right)
            .map(|(left, right)| compare(left, right))
            .find(|ordering| ordering.is_ne())
            .unwrap_or_else(|| left.len().cmp(&right.len())),
        (Value::Object(left), Value::Object(right)) => compare_members(left, right),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn compare_members(left: &[(String, Value)], right: &[(String, Value)]) -> Ordering {
    let (left, right) = (sorted_members(left), sorted_members(right));
    left.iter()
        .zip(&right)
        .map(|(left, right)| left.0.cmp(right.0).then_with(|| compare(left.1, right.1)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// The place of a value's type.
pub(crate) fn rank(value: &Value) -> u8 {
    match value {
        Value::Undefined => 0,
        Value::Null => 1,
        Value::Bool(_) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}
