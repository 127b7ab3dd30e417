//! What a value is. Source: Azure Cosmos DB for NoSQL, "Type checking functions".

use super::{Arguments, Function};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::value::{Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("IS_DEFINED", 1, 1, is_defined),
    Function::new("IS_NULL", 1, 1, is_null),
    Function::new("IS_BOOL", 1, 1, is_bool),
    Function::new("IS_NUMBER", 1, 1, is_number),
    Function::new("IS_FINITE_NUMBER", 1, 1, is_number),
    Function::new("IS_INTEGER", 1, 1, is_integer),
    Function::new("IS_STRING", 1, 1, is_string),
    Function::new("IS_ARRAY", 1, 1, is_array),
    Function::new("IS_OBJECT", 1, 1, is_object),
    Function::new("IS_PRIMITIVE", 1, 1, is_primitive),
];

fn is_defined(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(!arguments.value(0).is_undefined()))
}

fn is_null(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::Null)))
}

fn is_bool(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::Bool(_))))
}

/// There are no numbers that aren't finite.
fn is_number(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::Number(_))))
}

/// A whole number of 64 bits.
fn is_integer(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(
        arguments.value(0),
        Value::Number(Number::Integer(_))
    )))
}

fn is_string(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::String(_))))
}

fn is_array(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::Array(_))))
}

fn is_object(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(matches!(arguments.value(0), Value::Object(_))))
}

fn is_primitive(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    Ok(Value::Bool(!matches!(
        arguments.value(0),
        Value::Undefined | Value::Array(_) | Value::Object(_)
    )))
}
