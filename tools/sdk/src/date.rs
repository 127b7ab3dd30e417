//! Days of the calendar.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day of the Gregorian calendar that exists, in JSON a text as `YYYY-MM-DD` (RFC 3339, `full-date`). Days are ordered by time,
/// and so are their texts.
///
/// ```
/// use usher_sdk::Date;
///
/// let day: Date = "2024-02-29".parse().unwrap();
/// assert!(day < Date::LAST);
/// assert_eq!(day.to_string(), "2024-02-29");
/// assert_eq!("2026-02-30".parse::<Date>().unwrap_err().to_string(), "there is no such day as 2026-02-30");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text isn't a [`Date`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate {
    text: String,
    is_written_as_one: bool,
}

impl Date {
    /// The first day that can be written.
    pub const FIRST: Self = Self {
        year: 1,
        month: 1,
        day: 1,
    };
    /// The last day that can be written.
    pub const LAST: Self = Self {
        year: 9999,
        month: 12,
        day: 31,
    };

    /// A day, if it exists. Years are 1 to 9999.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && (1..=days_in(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }
}

/// 0 for a month that doesn't exist.
fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let written = numbers(text);
        written
            .and_then(|(year, month, day)| Self::new(year, month, day))
            .ok_or_else(|| NotADate {
                text: text.to_owned(),
                is_written_as_one: written.is_some(),
            })
    }
}

fn numbers(text: &str) -> Option<(u16, u8, u8)> {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_shaped.then_some(())?;
    Some((
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    ))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_written_as_one {
            write!(f, "there is no such day as {}", self.text)
        } else {
            write!(f, "`{}` isn't a date as YYYY-MM-DD", self.text)
        }
    }
}

impl std::error::Error for NotADate {}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_exists_is_read_and_written_as_it_is() {
        for text in [
            "2026-07-28",
            "2024-02-29",
            "2000-02-29",
            "2026-12-31",
            "0001-01-01",
            "9999-12-31",
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(serde_json::to_string(&date).unwrap(), format!("{text:?}"));
            assert_eq!(serde_json::from_str::<Date>(&format!("{text:?}")).unwrap(), date);
            assert_eq!(Date::new(date.year(), date.month(), date.day()), Some(date));
        }
        assert_eq!(
            (Date::FIRST.to_string(), Date::LAST.to_string()),
            ("0001-01-01".into(), "9999-12-31".into())
        );
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in [
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
        ] {
            let error = text.parse::<Date>().unwrap_err();
            assert_eq!(error.to_string(), format!("there is no such day as {text}"));
        }
    }

    #[test]
    fn another_spelling_is_refused() {
        for text in [
            "",
            "28.07.2026",
            "2026-7-28",
            "2026-07-28T00:00",
            "2026-07-28-",
            "2026/07/28",
            "+026-07-28",
            "２026-07-8",
            "tomorrow",
        ] {
            let error = text.parse::<Date>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` isn't a date as YYYY-MM-DD"));
        }
    }

    #[test]
    fn days_are_in_the_order_of_time() {
        let mut days: Vec<Date> = ["2026-01-31", "2025-12-01", "2026-02-01"]
            .map(|text| text.parse().unwrap())
            .into();
        days.sort();
        let texts: Vec<_> = days.iter().map(Date::to_string).collect();
        assert_eq!(texts, ["2025-12-01", "2026-01-31", "2026-02-01"]);
    }
}
