//! Dates and times: texts in ISO 8601, timestamps (milliseconds since 1970) and ticks (100 nanoseconds since 1970).
//! Source: Azure Cosmos DB for NoSQL, "Date and time functions".
//!
//! The present is one moment for a whole page, so the functions that differ from their static forms only within a query don't.

use super::instant::{DAY, Instant, SECOND, time_of};
use super::{Arguments, Function, defined, integer};
use crate::query::budget::Budget;
use crate::query::error::Stop;
use crate::query::value::Value;

const MILLISECOND: i64 = SECOND / 1000;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("GETCURRENTDATETIME", 0, 0, now),
    Function::new("GETCURRENTDATETIMESTATIC", 0, 0, now),
    Function::new("GETCURRENTTICKS", 0, 0, now_ticks),
    Function::new("GETCURRENTTICKSSTATIC", 0, 0, now_ticks),
    Function::new("GETCURRENTTIMESTAMP", 0, 0, now_timestamp),
    Function::new("GETCURRENTTIMESTAMPSTATIC", 0, 0, now_timestamp),
    Function::new("DATETIMEADD", 3, 3, add),
    Function::new("DATETIMEBIN", 2, 4, bin),
    Function::new("DATETIMEDIFF", 3, 3, difference),
    Function::new("DATETIMEFROMPARTS", 3, 7, from_parts),
    Function::new("DATETIMEPART", 2, 2, part),
    Function::new("DATETIMETOTICKS", 1, 1, to_ticks),
    Function::new("DATETIMETOTIMESTAMP", 1, 1, to_timestamp),
    Function::new("TICKSTODATETIME", 1, 1, from_ticks),
    Function::new("TIMESTAMPTODATETIME", 1, 1, from_timestamp),
];

/// A part of a date and time.
enum Part {
    Year,
    Month,
    /// One of a fixed length in nanoseconds.
    Fixed(i128),
}

impl Part {
    /// By the names that "DateTimePart" and its sisters list.
    fn named(name: &str) -> Option<Self> {
        const NANOSECONDS: i128 = 1_000_000_000;
        Some(match name.to_ascii_lowercase().as_str() {
            "year" | "yyyy" | "yy" => Self::Year,
            "month" | "mm" | "m" => Self::Month,
            "day" | "dd" | "d" => Self::Fixed(86_400 * NANOSECONDS),
            "hour" | "hh" => Self::Fixed(3600 * NANOSECONDS),
            "minute" | "mi" | "n" => Self::Fixed(60 * NANOSECONDS),
            "second" | "ss" | "s" => Self::Fixed(NANOSECONDS),
            "millisecond" | "ms" => Self::Fixed(1_000_000),
            "microsecond" | "mcs" => Self::Fixed(1000),
            "nanosecond" | "ns" => Self::Fixed(1),
            _ => return None,
        })
    }
}

fn named_part(arguments: Arguments<'_, '_>, index: usize) -> Option<Part> {
    Part::named(arguments.text(index)?)
}

fn moment(arguments: Arguments<'_, '_>, index: usize) -> Option<Instant> {
    Instant::parse(arguments.text(index)?)
}

fn text(moment: Option<Instant>, budget: &Budget<'_>) -> Result<Value, Stop> {
    budget.make(size_of::<Value>())?;
    defined(moment, |moment| Value::String(moment.to_string()))
}

fn nanoseconds(moment: Instant) -> i128 {
    i128::from(moment.ticks()) * 100
}

fn from_nanoseconds(nanoseconds: i128) -> Option<Instant> {
    Instant::from_ticks(i64::try_from(nanoseconds.div_euclid(100)).ok()?)
}

fn now(_: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    text(Instant::from_ticks(budget.now_ticks()), budget)
}

fn now_ticks(_: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    Ok(integer(budget.now_ticks()))
}

fn now_timestamp(_: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    Ok(integer(budget.now_ticks() / MILLISECOND))
}

/// A month that is too short for the day gives its last day.
fn add(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let sum = || {
        let (part, number, moment) = (named_part(arguments, 0)?, arguments.integer(1)?, moment(arguments, 2)?);
        let months = match part {
            Part::Year => number.checked_mul(12)?,
            Part::Month => number,
            Part::Fixed(length) => return from_nanoseconds(nanoseconds(moment) + length * i128::from(number)),
        };
        let date = moment.date();
        let month = (i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1).checked_add(months)?;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let days = (28..=i64::from(date.day())).rev().chain([i64::from(date.day())]);
        days.into_iter()
            .find_map(|day| Instant::of(year, month, day, moment.time()))
    };
    text(sum(), budget)
}

/// The start of the bin; bins are counted from 1970 or from the fourth argument.
fn bin(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let start = || {
        let moment = nanoseconds(moment(arguments, 0)?);
        let Part::Fixed(length) = named_part(arguments, 1)? else {
            return None;
        };
        let size = if arguments.has(2) { arguments.integer(2)? } else { 1 };
        let origin = if arguments.has(3) {
            nanoseconds(self::moment(arguments, 3)?)
        } else {
            0
        };
        let length = length * i128::from(size);
        if size < 1 {
            return None;
        }
        from_nanoseconds(origin + (moment - origin).div_euclid(length) * length)
    };
    text(start(), budget)
}

/// How many boundaries of the part lie between the two.
fn difference(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    let boundaries = || {
        let (part, start, end) = (named_part(arguments, 0)?, moment(arguments, 1)?, moment(arguments, 2)?);
        let count = |moment: Instant| match part {
            Part::Year => i128::from(moment.date().year()),
            Part::Month => i128::from(moment.date().year()) * 12 + i128::from(u8::from(moment.date().month())),
            Part::Fixed(length) => nanoseconds(moment).div_euclid(length),
        };
        i64::try_from(count(end) - count(start)).ok()
    };
    defined(boundaries(), integer)
}

fn from_parts(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let made = || {
        let part = |index: usize| {
            if arguments.has(index) {
                arguments.integer(index)
            } else {
                Some(0)
            }
        };
        let time = time_of(part(3)?, part(4)?, part(5)?, part(6)?)?;
        Instant::of(part(0)?, part(1)?, part(2)?, time)
    };
    text(made(), budget)
}

/// Parts of a second count from its start.
fn part(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    let found = || {
        let (part, moment) = (named_part(arguments, 0)?, moment(arguments, 1)?);
        let (date, time) = (moment.date(), i128::from(moment.time()) * 100);
        Some(match part {
            Part::Year => i64::from(date.year()),
            Part::Month => i64::from(u8::from(date.month())),
            Part::Fixed(length) if length == i128::from(DAY) * 100 => i64::from(date.day()),
            Part::Fixed(length) => {
                let around = match length {
                    3_600_000_000_000 => i128::from(DAY) * 100,
                    60_000_000_000 => 3_600_000_000_000,
                    1_000_000_000 => 60_000_000_000,
                    _ => 1_000_000_000,
                };
                i64::try_from(time % around / length).ok()?
            }
        })
    };
    defined(found(), integer)
}

fn to_ticks(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    defined(moment(arguments, 0), |moment| integer(moment.ticks()))
}

fn to_timestamp(arguments: Arguments<'_, '_>, _: &Budget<'_>) -> Result<Value, Stop> {
    defined(moment(arguments, 0), |moment| {
        integer(moment.ticks().div_euclid(MILLISECOND))
    })
}

fn from_ticks(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    text(arguments.integer(0).and_then(Instant::from_ticks), budget)
}

fn from_timestamp(arguments: Arguments<'_, '_>, budget: &Budget<'_>) -> Result<Value, Stop> {
    let ticks = arguments
        .integer(0)
        .and_then(|timestamp| timestamp.checked_mul(MILLISECOND));
    text(ticks.and_then(Instant::from_ticks), budget)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_present_is_the_budgets() {
        let (gone, pause) = (AtomicBool::new(false), || {});
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        let now = UNIX_EPOCH + Duration::from_nanos(1_594_227_912_345_678_900);
        let budget = Budget::new(1024, deadline, &gone, &pause).at(now);
        let call = |name: &str| super::super::named(name).unwrap().call(&[], &budget).unwrap();
        let text = Value::String("2020-07-08T17:05:12.3456789Z".to_owned());
        assert_eq!(call("GETCURRENTDATETIME"), text);
        assert_eq!(call("GETCURRENTDATETIMESTATIC"), text);
        assert_eq!(call("GETCURRENTTICKS"), integer(15_942_279_123_456_789));
        assert_eq!(call("GETCURRENTTIMESTAMP"), integer(1_594_227_912_345));
    }

    #[test]
    fn a_moment_reads_back_as_it_was_written() {
        for ticks in [0, -1, 1, DAY - 1, -62_135_596_800 * SECOND, 253_402_300_799 * SECOND] {
            let moment = Instant::from_ticks(ticks).unwrap();
            assert_eq!(Instant::parse(&moment.to_string()), Some(moment), "{moment}");
        }
        for text in [
            "",
            "2020",
            "2020-1-01",
            "2020-02-30",
            "2020-01-01T",
            "2020-01-01T24:00",
            "2020-01-01T00:00:00.",
            "2020-01-01T00:00:00.12345678",
            "2020-01-01T00:00:00+01:00",
            "0000-01-01",
            "２０２０-01-01",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
