//! Numbers: all are doubles, and what isn't finite is undefined. Source: Azure Cosmos DB for NoSQL, "Mathematical functions".

use super::{Arguments, Function, defined};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::value::{Number, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ABS", 1, 1, |arguments, _| of(arguments, f64::abs)),
    Function::new("ACOS", 1, 1, |arguments, _| of(arguments, f64::acos)),
    Function::new("ASIN", 1, 1, |arguments, _| of(arguments, f64::asin)),
    Function::new("ATAN", 1, 1, |arguments, _| of(arguments, f64::atan)),
    Function::new("ATN2", 2, 2, |arguments, _| of_two(arguments, f64::atan2)),
    Function::new("CEILING", 1, 1, |arguments, _| of(arguments, f64::ceil)),
    Function::new("COS", 1, 1, |arguments, _| of(arguments, f64::cos)),
    Function::new("COT", 1, 1, |arguments, _| of(arguments, |angle| 1.0 / angle.tan())),
    Function::new("DEGREES", 1, 1, |arguments, _| of(arguments, f64::to_degrees)),
    Function::new("EXP", 1, 1, |arguments, _| of(arguments, f64::exp)),
    Function::new("FLOOR", 1, 1, |arguments, _| of(arguments, f64::floor)),
    Function::new("LOG", 1, 2, log),
    Function::new("LOG10", 1, 1, |arguments, _| of(arguments, f64::log10)),
    Function::new("NUMBERBIN", 1, 2, bin),
    Function::new("PI", 0, 0, |_, _| Ok(Value::from_f64(std::f64::consts::PI))),
    Function::new("POWER", 2, 2, |arguments, _| of_two(arguments, f64::powf)),
    Function::new("RADIANS", 1, 1, |arguments, _| of(arguments, f64::to_radians)),
    Function::new("RAND", 0, 0, random),
    Function::new("ROUND", 1, 2, round),
    Function::new("SIGN", 1, 1, |arguments, _| of(arguments, sign)),
    Function::new("SIN", 1, 1, |arguments, _| of(arguments, f64::sin)),
    Function::new("SQRT", 1, 1, |arguments, _| of(arguments, f64::sqrt)),
    Function::new("SQUARE", 1, 1, |arguments, _| of(arguments, |number| number * number)),
    Function::new("TAN", 1, 1, |arguments, _| of(arguments, f64::tan)),
    Function::new("TRUNC", 1, 1, |arguments, _| of(arguments, f64::trunc)),
];

fn of(arguments: Arguments<'_, '_>, function: fn(f64) -> f64) -> Result<Value, Stop> {
    defined(arguments.number(0), |number| Value::from_f64(function(number)))
}

fn of_two(arguments: Arguments<'_, '_>, function: fn(f64, f64) -> f64) -> Result<Value, Stop> {
    let both = arguments.number(0).zip(arguments.number(1));
    defined(both, |(left, right)| Value::from_f64(function(left, right)))
}

/// To the base of the second argument; without one, the natural logarithm.
fn log(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    if arguments.has(1) {
        of_two(arguments, |number, base| number.ln() / base.ln())
    } else {
        of(arguments, f64::ln)
    }
}

/// The multiple of the bin's size, 1 without one, that isn't greater.
fn bin(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    if arguments.has(1) {
        of_two(arguments, |number, size| (number / size).floor() * size)
    } else {
        of(arguments, f64::floor)
    }
}

/// Halves go away from zero. The second argument says how many digits after the point stay.
fn round(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    if arguments.has(1) {
        of_two(arguments, |number, digits| {
            let scale = 10f64.powf(digits.trunc());
            (number * scale).round() / scale
        })
    } else {
        of(arguments, f64::round)
    }
}

fn sign(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number.signum() }
}

/// From 0 to less than 1.
fn random(_: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    // The highest 53 bits, which a double holds exactly.
    let bits = uuid::Uuid::new_v4().as_u128() as u64 >> 11;
    let number = Number::from_f64(bits as f64 / 9_007_199_254_740_992.0);
    defined(number, Value::Number)
}
