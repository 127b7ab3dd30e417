//! The system functions, one file a family. Arguments of a wrong type make the result undefined, as everywhere in the language.
//! Source: Azure Cosmos DB for NoSQL, query reference, one page a function.
//!
//! Not here: spatial functions, full-text and vector search, which need indexes of their own, and user-defined functions.

mod arrays;
mod conversions;
mod dates;
mod instant;
mod integers;
mod numbers;
mod patterns;
mod strings;
mod types;

use std::borrow::Cow;

use super::budget::Budget;
use super::error::Stop;
use super::value::{Number, Value};

pub(super) use patterns::Patterns;
pub(super) use strings::concatenate;

/// A function: its upper-case name, how many arguments it takes, and what it does with them.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    call: Body,
}

/// The parser has checked how many arguments there are.
type Body = for<'v> fn(Arguments<'_, 'v>, &Budget<'_>) -> Result<Value, Stop>;

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const FAMILIES: [&[Function]; 7] = [
    types::FUNCTIONS,
    strings::FUNCTIONS,
    conversions::FUNCTIONS,
    arrays::FUNCTIONS,
    numbers::FUNCTIONS,
    integers::FUNCTIONS,
    dates::FUNCTIONS,
];

/// The function of an upper-case name.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FAMILIES.into_iter().flatten().find(|function| function.name == name)
}

impl Function {
    const fn new(name: &'static str, least: usize, most: usize, call: Body) -> Self {
        Self {
            name,
            least,
            most,
            call,
        }
    }

    pub(super) fn call(&self, arguments: &[Cow<'_, Value>], budget: &Budget<'_>) -> Result<Value, Stop> {
        budget.work(0)?;
        (self.call)(Arguments(arguments), budget)
    }
}

/// What a function is called with.
#[derive(Clone, Copy)]
struct Arguments<'a, 'v>(&'a [Cow<'v, Value>]);

impl<'a> Arguments<'a, '_> {
    /// Undefined if there are fewer.
    fn value(self, index: usize) -> &'a Value {
        static UNDEFINED: Value = Value::Undefined;
        self.0.get(index).map_or(&UNDEFINED, |argument| argument.as_ref())
    }

    fn has(self, index: usize) -> bool {
        index < self.0.len()
    }

    fn all(self) -> &'a [Cow<'a, Value>] {
        self.0
    }

    fn text(self, index: usize) -> Option<&'a str> {
        self.value(index).as_str()
    }

    fn number(self, index: usize) -> Option<f64> {
        match self.value(index) {
            Value::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// A number without a fraction.
    fn integer(self, index: usize) -> Option<i64> {
        match self.value(index) {
            Value::Number(Number::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    fn array(self, index: usize) -> Option<&'a [Value]> {
        match self.value(index) {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// A boolean that needn't be there, and is false then; none if it is something else.
    fn flag(self, index: usize) -> Option<bool> {
        if self.has(index) {
            self.value(index).as_bool()
        } else {
            Some(false)
        }
    }
}

/// Undefined for none.
fn defined<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Result<Value, Stop> {
    Ok(value.map_or(Value::Undefined, make))
}

fn integer(number: i64) -> Value {
    Value::Number(Number::Integer(number))
}

/// A copy of a value, which counts as made.
fn copied(value: &Value, budget: &Budget<'_>) -> Result<Value, Stop> {
    budget.make(usize::try_from(value.weight()).unwrap_or(usize::MAX))?;
    Ok(value.clone())
}

/// All functions.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    FAMILIES.into_iter().flatten()
}
