//! Integers of 64 bits; what isn't one, or has no such result, is undefined.
//! Source: Azure Cosmos DB for NoSQL, "Mathematical functions", IntAdd to IntSub.

use super::{Arguments, Function, defined, integer};
use crate::query::error::Stop;
use crate::query::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("INTADD", 2, 2, |arguments, _| of_two(arguments, i64::checked_add)),
    Function::new("INTSUB", 2, 2, |arguments, _| of_two(arguments, i64::checked_sub)),
    Function::new("INTMUL", 2, 2, |arguments, _| of_two(arguments, i64::checked_mul)),
    Function::new("INTDIV", 2, 2, |arguments, _| of_two(arguments, i64::checked_div)),
    Function::new("INTMOD", 2, 2, |arguments, _| of_two(arguments, i64::checked_rem)),
    Function::new("INTBITAND", 2, 2, |arguments, _| {
        of_two(arguments, |left, right| Some(left & right))
    }),
    Function::new("INTBITOR", 2, 2, |arguments, _| {
        of_two(arguments, |left, right| Some(left | right))
    }),
    Function::new("INTBITXOR", 2, 2, |arguments, _| {
        of_two(arguments, |left, right| Some(left ^ right))
    }),
    Function::new("INTBITNOT", 1, 1, |arguments, _| {
        defined(arguments.integer(0), |number| integer(!number))
    }),
    Function::new("INTBITLEFTSHIFT", 2, 2, |arguments, _| {
        of_two(arguments, |number, by| Some(number.checked_shl(bits(by)?).unwrap_or(0)))
    }),
    Function::new("INTBITRIGHTSHIFT", 2, 2, |arguments, _| {
        of_two(arguments, |number, by| Some(number >> bits(by)?.min(63)))
    }),
];

fn of_two(arguments: Arguments<'_, '_>, function: fn(i64, i64) -> Option<i64>) -> Result<Value, Stop> {
    let both = arguments.integer(0).zip(arguments.integer(1));
    defined(both.and_then(|(left, right)| function(left, right)), integer)
}

fn bits(by: i64) -> Option<u32> {
    u32::try_from(by).ok()
}
