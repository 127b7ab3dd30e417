//! Operators on two values. Sources: Azure Cosmos DB for NoSQL, "Equality and comparison operators" and "Logical operators".

use std::cmp::Ordering;

use super::ast::Binary;
use super::order;
use super::value::Value;

/// Applies any operator but `||`, which makes texts and so needs a budget.
pub(super) fn apply(operator: Binary, left: &Value, right: &Value) -> Value {
    match operator {
        Binary::Equal => equal(left, right),
        Binary::NotEqual => compare(left, right, Ordering::is_ne),
        Binary::Less => compare(left, right, Ordering::is_lt),
        Binary::LessOrEqual => compare(left, right, Ordering::is_le),
        Binary::Greater => compare(left, right, Ordering::is_gt),
        Binary::GreaterOrEqual => compare(left, right, Ordering::is_ge),
        Binary::Add => calculate(left, right, |left, right| left + right),
        Binary::Subtract => calculate(left, right, |left, right| left - right),
        Binary::Multiply => calculate(left, right, |left, right| left * right),
        Binary::Divide => calculate(left, right, |left, right| left / right),
        Binary::Remainder => calculate(left, right, |left, right| left % right),
        Binary::BitAnd => bitwise(left, right, |left, right| left & right),
        Binary::BitOr => bitwise(left, right, |left, right| left | right),
        Binary::BitXor => bitwise(left, right, |left, right| left ^ right),
        Binary::ShiftLeft => bitwise(left, right, |left, right| left.wrapping_shl(right.cast_unsigned())),
        Binary::ShiftRight => bitwise(left, right, |left, right| left.wrapping_shr(right.cast_unsigned())),
        Binary::ShiftRightUnsigned => match (to_int32(left), to_int32(right)) {
            (Some(left), Some(right)) => {
                Value::from_f64(f64::from(left.cast_unsigned().wrapping_shr(right.cast_unsigned())))
            }
            _ => Value::Undefined,
        },
        Binary::Concatenate => Value::Undefined,
    }
}

/// Values of one type are equal or not; between types, and with undefined, the answer is undefined.
pub(super) fn equal(left: &Value, right: &Value) -> Value {
    if left.is_undefined() || order::rank(left) != order::rank(right) {
        return Value::Undefined;
    }
    Value::Bool(left == right)
}

/// Only null, booleans, numbers and strings have an order, each among themselves.
fn compare(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Value {
    let ordered = matches!(
        (left, right),
        (Value::Null, Value::Null)
            | (Value::Bool(_), Value::Bool(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::String(_), Value::String(_))
    );
    if ordered {
        Value::Bool(holds(order::compare(left, right)))
    } else {
        Value::Undefined
    }
}

/// Arithmetic is that of doubles; what isn't a finite number is undefined.
fn calculate(left: &Value, right: &Value, operation: fn(f64, f64) -> f64) -> Value {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Value::from_f64(operation(left.as_f64(), right.as_f64())),
        _ => Value::Undefined,
    }
}

/// Bits are those of 32-bit integers. Source: Azure Cosmos DB for NoSQL, "Bitwise operators".
fn bitwise(left: &Value, right: &Value, operation: fn(i32, i32) -> i32) -> Value {
    match (to_int32(left), to_int32(right)) {
        (Some(left), Some(right)) => Value::from_f64(f64::from(operation(left, right))),
        _ => Value::Undefined,
    }
}

/// `~`.
pub(super) fn complement(value: &Value) -> Value {
    to_int32(value).map_or(Value::Undefined, |number| Value::from_f64(f64::from(!number)))
}

/// The lowest 32 bits of the whole part. Source: ECMA-262, ToInt32, to which "Bitwise operators" refers.
fn to_int32(value: &Value) -> Option<i32> {
    let Value::Number(number) = value else { return None };
    let wrapped = number.as_f64().trunc().rem_euclid(4_294_967_296.0);
    // It is from 0 to 2^32 - 1, so that the cast is exact.
    Some((wrapped as u32).cast_signed())
}

/// AND of two truth values; none is undefined.
pub(super) fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// OR of two truth values; none is undefined.
pub(super) fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// A truth value as a value.
pub(super) fn truth(value: Option<bool>) -> Value {
    value.map_or(Value::Undefined, Value::Bool)
}
