//! Arrays, also as sets. Source: Azure Cosmos DB for NoSQL, "Array functions".

use std::collections::HashSet;

use super::{Arguments, Function, copied, defined};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::operators;
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ARRAY_LENGTH", 1, 1, length),
    Function::new("ARRAY_CONCAT", 2, usize::MAX, concatenate),
    Function::new("ARRAY_CONTAINS", 2, 3, contains),
    Function::new("ARRAY_CONTAINS_ANY", 2, usize::MAX, contains_any),
    Function::new("ARRAY_CONTAINS_ALL", 2, usize::MAX, contains_all),
    Function::new("ARRAY_SLICE", 2, 3, slice),
    Function::new("SETINTERSECT", 2, 2, intersect),
    Function::new("SETUNION", 2, 2, union),
];

fn length(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    defined(arguments.array(0), |elements| Value::from_f64(elements.len() as f64))
}

fn concatenate(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let mut all = Vec::new();
    for index in 0..arguments.all().len() {
        let Some(elements) = arguments.array(index) else {
            return Ok(Value::Undefined);
        };
        for element in elements {
            all.push(copied(element, budget)?);
        }
    }
    Ok(Value::Array(all))
}

/// With a true third argument an object is found by some of its members.
fn contains(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(elements), wanted, Some(partial)) = (arguments.array(0), arguments.value(1), arguments.flag(2)) else {
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

/// For each of the values after the array whether it is in there; none if there is no array.
fn found<'a>(
    arguments: Arguments<'a, '_>,
    budget: &'a Budget<'_>,
) -> Option<impl Iterator<Item = Result<Option<bool>, Stop>> + 'a> {
    let elements = arguments.array(0)?;
    Some(arguments.all()[1..].iter().map(move |wanted| {
        if wanted.is_undefined() {
            return Ok(None);
        }
        for element in elements {
            budget.work(0)?;
            if operators::equal(element, wanted) == Value::Bool(true) {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    }))
}

fn contains_any(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let Some(found) = found(arguments, budget) else {
        return Ok(Value::Undefined);
    };
    let mut any = Some(false);
    for one in found {
        any = operators::or(any, one?);
    }
    Ok(operators::truth(any))
}

fn contains_all(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let Some(found) = found(arguments, budget) else {
        return Ok(Value::Undefined);
    };
    let mut all = Some(true);
    for one in found {
        all = operators::and(all, one?);
    }
    Ok(operators::truth(all))
}

/// A negative start counts from the end; a length beyond the end ends there.
fn slice(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let length = if arguments.has(2) {
        arguments.integer(2)
    } else {
        Some(i64::MAX)
    };
    let (Some(elements), Some(start), Some(length)) = (arguments.array(0), arguments.integer(1), length) else {
        return Ok(Value::Undefined);
    };
    let all = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let start = if start < 0 {
        all.saturating_add(start).max(0)
    } else {
        start.min(all)
    };
    let end = start.saturating_add(length.max(0)).min(all);
    // Both are from 0 to the array's length.
    let part = &elements[start as usize..end as usize];
    let copies = part.iter().map(|element| copied(element, budget));
    Ok(Value::Array(copies.collect::<Result<_, _>>()?))
}

fn intersect(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(left), Some(right)) = (arguments.array(0), arguments.array(1)) else {
        return Ok(Value::Undefined);
    };
    budget.make(right.len() * size_of::<&Value>())?;
    let right: HashSet<&Value> = right.iter().collect();
    distinct(left.iter().filter(|element| right.contains(element)), budget)
}

fn union(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let (Some(left), Some(right)) = (arguments.array(0), arguments.array(1)) else {
        return Ok(Value::Undefined);
    };
    distinct(left.iter().chain(right), budget)
}

/// Each value once, where it comes first.
fn distinct<'a>(elements: impl Iterator<Item = &'a Value>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for element in elements {
        budget.make(size_of::<&Value>())?;
        if seen.insert(element) {
            values.push(copied(element, budget)?);
        }
    }
    Ok(Value::Array(values))
}
