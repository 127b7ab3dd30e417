//! From texts to values and back, and a choice between values.
//! Source: Azure Cosmos DB for NoSQL, "String functions" (StringTo…, ToString), "IIF", "CHOOSE" and "ObjectToArray".

use super::{Arguments, Function, copied, defined};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::json;
use crate::query::value::{Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("TOSTRING", 1, 1, to_string),
    Function::new("STRINGTOARRAY", 1, 1, |arguments, budget| {
        parsed(arguments, budget, |value| matches!(value, Value::Array(_)))
    }),
    Function::new("STRINGTOOBJECT", 1, 1, |arguments, budget| {
        parsed(arguments, budget, |value| matches!(value, Value::Object(_)))
    }),
    Function::new("STRINGTOBOOLEAN", 1, 1, |arguments, budget| {
        parsed(arguments, budget, |value| matches!(value, Value::Bool(_)))
    }),
    Function::new("STRINGTONULL", 1, 1, |arguments, budget| {
        parsed(arguments, budget, |value| matches!(value, Value::Null))
    }),
    Function::new("STRINGTONUMBER", 1, 1, to_number),
    Function::new("IIF", 3, 3, iif),
    Function::new("CHOOSE", 2, usize::MAX, choose),
    Function::new("OBJECTTOARRAY", 1, 3, object_to_array),
];

/// A text stays as it is; everything else becomes its JSON.
fn to_string(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    match arguments.value(0) {
        Value::Undefined => Ok(Value::Undefined),
        text @ Value::String(_) => copied(text, budget),
        value => {
            budget.make(usize::try_from(value.weight()).unwrap_or(usize::MAX))?;
            Ok(Value::String(json::to_text(value)))
        }
    }
}

/// The value whose JSON a text is, blanks around it left out, if it is one of the kind.
fn parsed(arguments: Arguments<'_, '_>, budget: &Budget<'_>, fits: fn(&Value) -> bool) -> Result<Value, Stop> {
    let Some(text) = arguments.text(0) else {
        return Ok(Value::Undefined);
    };
    // The smallest elements need this much more as values than as text.
    budget.make(text.len().saturating_mul(size_of::<Value>() / 2))?;
    let value = json::parse(text.trim()).ok().filter(fits);
    Ok(value.unwrap_or(Value::Undefined))
}

fn to_number(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let Some(text) = arguments.text(0) else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len())?;
    let text = text.trim();
    // What Rust takes beyond JSON, such as `inf` or `NaN`, has a letter other than the exponent's.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !plain {
        return Ok(Value::Undefined);
    }
    let number = match text.parse::<i64>() {
        Ok(number) => Some(Number::Integer(number)),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
    };
    defined(number, Value::Number)
}

/// Anything but true takes the second way.
fn iif(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let chosen = if arguments.value(0).as_bool() == Some(true) {
        1
    } else {
        2
    };
    copied(arguments.value(chosen), budget)
}

/// The first argument counts the others from 1.
fn choose(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    match arguments.integer(0).map(usize::try_from) {
        Some(Ok(index)) if index > 0 => copied(arguments.value(index), budget),
        _ => Ok(Value::Undefined),
    }
}

fn object_to_array(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let name = |index: usize, otherwise: &'static str| {
        if arguments.has(index) {
            arguments.text(index).map(str::to_owned)
        } else {
            Some(otherwise.to_owned())
        }
    };
    let (Value::Object(members), Some(key), Some(value)) = (arguments.value(0), name(1, "k"), name(2, "v")) else {
        return Ok(Value::Undefined);
    };
    let mut elements = Vec::with_capacity(members.len());
    for (name, member) in members {
        budget.make(name.len() + key.len() + value.len() + 4 * size_of::<Value>())?;
        let member = copied(member, budget)?;
        elements.push(Value::Object(vec![
            (key.clone(), Value::String(name.clone())),
            (value.clone(), member),
        ]));
    }
    Ok(Value::Array(elements))
}
