//! Texts. Positions and lengths count characters, from 0. Source: Azure Cosmos DB for NoSQL, "String functions".

use std::borrow::Cow;

use super::{Arguments, Function, defined, integer};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::value::Value;

/// The longest result of REPLICATE, in characters. Source: its page, remarks.
const MAX_REPLICATED: usize = 10_000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("CONCAT", 2, usize::MAX, |arguments, budget| {
        concatenate(arguments.all(), budget)
    }),
    Function::new("CONTAINS", 2, 3, |arguments, budget| {
        find(arguments, budget, |text, part| text.contains(part))
    }),
    Function::new("STARTSWITH", 2, 3, |arguments, budget| {
        find(arguments, budget, |text, part| text.starts_with(part))
    }),
    Function::new("ENDSWITH", 2, 3, |arguments, budget| {
        find(arguments, budget, |text, part| text.ends_with(part))
    }),
    Function::new("STRINGEQUALS", 2, 3, |arguments, budget| {
        find(arguments, budget, |text, other| text == other)
    }),
    Function::new("INDEX_OF", 2, 3, index_of),
    Function::new("LENGTH", 1, 1, length),
    Function::new("LOWER", 1, 1, |arguments, budget| {
        convert(arguments, budget, str::to_lowercase)
    }),
    Function::new("UPPER", 1, 1, |arguments, budget| {
        convert(arguments, budget, str::to_uppercase)
    }),
    Function::new("REVERSE", 1, 1, |arguments, budget| {
        convert(arguments, budget, |text| text.chars().rev().collect())
    }),
    Function::new("LEFT", 2, 2, left),
    Function::new("RIGHT", 2, 2, right),
    Function::new("SUBSTRING", 3, 3, substring),
    Function::new("TRIM", 1, 2, |arguments, budget| trim(arguments, budget, true, true)),
    Function::new("LTRIM", 1, 2, |arguments, budget| trim(arguments, budget, true, false)),
    Function::new("RTRIM", 1, 2, |arguments, budget| trim(arguments, budget, false, true)),
    Function::new("REPLACE", 3, 3, replace),
    Function::new("REPLICATE", 2, 2, replicate),
    Function::new("STRINGJOIN", 2, 2, join),
    Function::new("STRINGSPLIT", 2, 2, split),
    Function::new("REGEXMATCH", 2, 3, super::patterns::regex_match),
];

fn convert(arguments: Arguments<'_, '_>, budget: &Budget<'_>, function: fn(&str) -> String) -> Result<Value, Stop> {
    let Some(text) = arguments.text(0) else {
        return Ok(Value::Undefined);
    };
    budget.make(text.len())?;
    Ok(Value::String(function(text)))
}

/// Two texts, and whether case doesn't count.
fn find(arguments: Arguments<'_, '_>, budget: &Budget<'_>, holds: fn(&str, &str) -> bool) -> Result<Value, Stop> {
    let (Some(text), Some(part), Some(ignore_case)) = (arguments.text(0), arguments.text(1), arguments.flag(2)) else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len() + part.len())?;
    if !ignore_case {
        return Ok(Value::Bool(holds(text, part)));
    }
    budget.make(text.len() + part.len())?;
    Ok(Value::Bool(holds(&text.to_lowercase(), &part.to_lowercase())))
}

/// -1 if the part isn't there, at or after the third argument.
fn index_of(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(part)) = (arguments.text(0), arguments.text(1)) else {
        return Ok(Value::Undefined);
    };
    let start = match arguments.has(2).then(|| arguments.number(2)) {
        None => 0,
        // Casts from floating point saturate, so that a negative position is 0.
        Some(Some(start)) => start as usize,
        Some(None) => return Ok(Value::Undefined),
    };
    budget.work(2 * text.len() + part.len())?;
    let Some(from) = offset(text, start) else {
        return Ok(integer(-1));
    };
    Ok(match text[from..].find(part) {
        Some(found) => Value::from_f64(text[..from + found].chars().count() as f64),
        None => integer(-1),
    })
}

/// The offset in bytes of a character; none beyond the end.
fn offset(text: &str, character: usize) -> Option<usize> {
    let ends = std::iter::once(text.len());
    text.char_indices().map(|(at, _)| at).chain(ends).nth(character)
}

fn length(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let Some(text) = arguments.text(0) else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len())?;
    Ok(Value::from_f64(text.chars().count() as f64))
}

fn left(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    part(arguments.text(0), Some(0.0), arguments.number(1), budget)
}

fn right(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(wanted)) = (arguments.text(0), arguments.number(1)) else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len())?;
    let start = text.chars().count().saturating_sub(wanted as usize);
    part(Some(text), Some(start as f64), Some(wanted), budget)
}

fn substring(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    part(arguments.text(0), arguments.number(1), arguments.number(2), budget)
}

/// What lies outside of the text is left out.
fn part(text: Option<&str>, start: Option<f64>, length: Option<f64>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(start), Some(length)) = (text, start, length) else {
        return Ok(Value::Undefined);
    };
    budget.make(text.len())?;
    Ok(Value::String(
        text.chars().skip(start as usize).take(length as usize).collect(),
    ))
}

/// The second argument is a set of characters; without it, white space goes.
fn trim(arguments: Arguments<'_, '_>, budget: &Budget<'_>, start: bool, end: bool) -> Result<Value, Stop> {
    let Some(mut text) = arguments.text(0) else {
        return Ok(Value::Undefined);
    };
    let set = arguments.text(1);
    if arguments.has(1) && set.is_none() {
        return Ok(Value::Undefined);
    }
    budget.make(text.len())?;
    // Each character is looked for in the set.
    let set: Option<Vec<char>> = set.map(|set| set.chars().take(256).collect());
    let goes = |character: char| match &set {
        Some(set) => set.contains(&character),
        None => character.is_whitespace(),
    };
    if start {
        text = text.trim_start_matches(goes);
    }
    if end {
        text = text.trim_end_matches(goes);
    }
    Ok(Value::String(text.to_owned()))
}

fn replace(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(old), Some(new)) = (arguments.text(0), arguments.text(1), arguments.text(2)) else {
        return Ok(Value::Undefined);
    };
    budget.make(text.len())?;
    if old.is_empty() {
        return Ok(Value::String(text.to_owned()));
    }
    if new.len() > old.len() {
        let found = text.matches(old).count();
        budget.make(found.saturating_mul(new.len() - old.len()))?;
    }
    Ok(Value::String(text.replace(old, new)))
}

fn replicate(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(times)) = (arguments.text(0), arguments.number(1)) else {
        return Ok(Value::Undefined);
    };
    budget.work(text.len())?;
    let characters = text.chars().count();
    if times < 0.0 || characters.saturating_mul(times as usize) > MAX_REPLICATED {
        return Ok(Value::Undefined);
    }
    let times = if text.is_empty() { 0 } else { times as usize };
    budget.make(text.len() * times)?;
    Ok(Value::String(text.repeat(times)))
}

fn join(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(elements), Some(separator)) = (arguments.array(0), arguments.text(1)) else {
        return Ok(Value::Undefined);
    };
    let mut joined = String::new();
    for (index, element) in elements.iter().enumerate() {
        let Some(text) = element.as_str() else {
            return Ok(Value::Undefined);
        };
        budget.make(separator.len() + text.len())?;
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text);
    }
    Ok(Value::String(joined))
}

/// Without a delimiter the text stays whole.
fn split(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(text), Some(delimiter)) = (arguments.text(0), arguments.text(1)) else {
        return Ok(Value::Undefined);
    };
    budget.make(text.len())?;
    if delimiter.is_empty() {
        return Ok(Value::Array(vec![Value::String(text.to_owned())]));
    }
    budget.make(text.matches(delimiter).count() * size_of::<Value>())?;
    Ok(Value::Array(
        text.split(delimiter)
            .map(|part| Value::String(part.to_owned()))
            .collect(),
    ))
}

/// CONCAT and `||`.
pub(in crate::query) fn concatenate(parts: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
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
    defined(Some(text), Value::String)
}
