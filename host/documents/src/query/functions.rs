//! The system functions. Arguments of a wrong type make the result undefined, as everywhere in the language.
//! Source: Azure Cosmos DB for NoSQL, query reference, one page a function.

use std::borrow::Cow;

use super::budget::Budget;
use super::error::Stop;
use super::operators;
use super::value::Value;

/// A function that this evaluator knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    IsDefined,
    IsNull,
    IsNumber,
    IsString,
    IsBool,
    IsArray,
    IsObject,
    Contains,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Length,
    Substring,
    Concat,
    ArrayContains,
    ArrayLength,
    Abs,
    Floor,
    Ceiling,
    Round,
}

impl Function {
    /// The function of an upper-case name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "IS_DEFINED" => Self::IsDefined,
            "IS_NULL" => Self::IsNull,
            "IS_NUMBER" => Self::IsNumber,
            "IS_STRING" => Self::IsString,
            "IS_BOOL" => Self::IsBool,
            "IS_ARRAY" => Self::IsArray,
            "IS_OBJECT" => Self::IsObject,
            "CONTAINS" => Self::Contains,
            "STARTSWITH" => Self::StartsWith,
            "ENDSWITH" => Self::EndsWith,
            "LOWER" => Self::Lower,
            "UPPER" => Self::Upper,
            "LENGTH" => Self::Length,
            "SUBSTRING" => Self::Substring,
            "CONCAT" => Self::Concat,
            "ARRAY_CONTAINS" => Self::ArrayContains,
            "ARRAY_LENGTH" => Self::ArrayLength,
            "ABS" => Self::Abs,
            "FLOOR" => Self::Floor,
            "CEILING" => Self::Ceiling,
            "ROUND" => Self::Round,
            _ => return None,
        })
    }

    /// The least and the most arguments.
    pub(super) fn arity(self) -> (usize, usize) {
        match self {
            Self::Contains | Self::StartsWith | Self::EndsWith | Self::ArrayContains => (2, 3),
            Self::Substring => (3, 3),
            Self::Concat => (2, usize::MAX),
            _ => (1, 1),
        }
    }

    /// Calls it; the parser has checked how many arguments there are.
    pub(super) fn call(self, arguments: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
        let first = arguments
            .first()
            .map_or(&Value::Undefined, |argument| argument.as_ref());
        Ok(match self {
            Self::IsDefined => Value::Bool(!first.is_undefined()),
            Self::IsNull => Value::Bool(matches!(first, Value::Null)),
            Self::IsNumber => Value::Bool(matches!(first, Value::Number(_))),
            Self::IsString => Value::Bool(matches!(first, Value::String(_))),
            Self::IsBool => Value::Bool(matches!(first, Value::Bool(_))),
            Self::IsArray => Value::Bool(matches!(first, Value::Array(_))),
            Self::IsObject => Value::Bool(matches!(first, Value::Object(_))),
            Self::Contains => find(arguments, budget, |text, part| text.contains(part))?,
            Self::StartsWith => find(arguments, budget, |text, part| text.starts_with(part))?,
            Self::EndsWith => find(arguments, budget, |text, part| text.ends_with(part))?,
            Self::Lower => convert(first, budget, str::to_lowercase)?,
            Self::Upper => convert(first, budget, str::to_uppercase)?,
            Self::Length => match first {
                Value::String(text) => {
                    budget.work(text.len())?;
                    Value::from_f64(text.chars().count() as f64)
                }
                _ => Value::Undefined,
            },
            Self::Substring => substring(arguments, budget)?,
            Self::Concat => concatenate(arguments, budget)?,
            Self::ArrayContains => array_contains(arguments, budget)?,
            Self::ArrayLength => match first {
                Value::Array(elements) => Value::from_f64(elements.len() as f64),
                _ => Value::Undefined,
            },
            Self::Abs => calculate(first, f64::abs),
            Self::Floor => calculate(first, f64::floor),
            Self::Ceiling => calculate(first, f64::ceil),
            // Halves go away from zero: `f64::round` does just that.
            Self::Round => calculate(first, f64::round),
        })
    }
}

fn calculate(value: &Value, function: fn(f64) -> f64) -> Value {
    match value {
        Value::Number(number) => Value::from_f64(function(number.as_f64())),
        _ => Value::Undefined,
    }
}

fn convert(value: &Value, budget: &Budget<'_>, function: fn(&str) -> String) -> Result<Value, Stop> {
    match value {
        Value::String(text) => {
            budget.make(text.len())?;
            Ok(Value::String(function(text)))
        }
        _ => Ok(Value::Undefined),
    }
}

/// CONTAINS, STARTSWITH, ENDSWITH: text, part, and whether case doesn't count.
fn find(arguments: &[Cow<'_, Value>], budget: &Budget<'_>, holds: fn(&str, &str) -> bool) -> Result<Value, Stop> {
    let ignore_case = match arguments.get(2).map(AsRef::as_ref) {
        None => Some(false),
        Some(flag) => flag.as_bool(),
    };
    let (Some(text), Some(part), Some(ignore_case)) = (arguments[0].as_str(), arguments[1].as_str(), ignore_case)
    else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len() + part.len())?;
    if !ignore_case {
        return Ok(Value::Bool(holds(text, part)));
    }
    budget.make(text.len() + part.len())?;
    Ok(Value::Bool(holds(&text.to_lowercase(), &part.to_lowercase())))
}

/// Positions count characters from 0; what lies outside of the text is left out.
fn substring(arguments: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Value::Number(start), Value::Number(length)) =
        (arguments[0].as_str(), arguments[1].as_ref(), arguments[2].as_ref())
    else {
        return Ok(Value::Undefined);
    };
    // Casts from floating point saturate, so that a negative position is 0.
    let (start, length) = (start.as_f64() as usize, length.as_f64() as usize);
    budget.make(text.len())?;
    Ok(Value::String(text.chars().skip(start).take(length).collect()))
}

/// CONCAT and `||`.
pub(super) fn concatenate(parts: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
    let mut length = 0;
    for part in parts {
        match part.as_str() {
            Some(part) => length += part.len(),
            None => return Ok(Value::Undefined),
        }
    }
    budget.make(length)?;
    let mut text = String::with_capacity(length);
    parts
        .iter()
        .filter_map(|part| part.as_str())
        .for_each(|part| text.push_str(part));
    Ok(Value::String(text))
}

/// With a true third argument an object is found by some of its members.
fn array_contains(arguments: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
    let partial = match arguments.get(2).map(AsRef::as_ref) {
        None => Some(false),
        Some(flag) => flag.as_bool(),
    };
    let (Value::Array(elements), wanted, Some(partial)) = (arguments[0].as_ref(), arguments[1].as_ref(), partial)
    else {
        return Ok(Value::Undefined);
    };
    if wanted.is_undefined() {
        return Ok(Value::Undefined);
    }
    for element in elements {
        budget.work(0)?;
        let found = match (element, wanted) {
            (Value::Object(_), Value::Object(members)) if partial => {
                members.iter().all(|(name, value)| element.member(name) == Some(value))
            }
            _ => operators::equal(element, wanted) == Value::Bool(true),
        };
        if found {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
