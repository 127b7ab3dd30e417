//! Days of the calendar.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A day as YYYY-MM-DD (RFC 3339, `full-date`). As text, days sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Day(String);

impl Day {
    /// The last day that can be written.
    pub(crate) fn last() -> Self {
        Self("9999-12-31".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if exists(&text) {
            Ok(Self(text))
        } else {
            Err("not a day of the calendar")
        }
    }
}

fn exists(text: &str) -> bool {
    let numbers = |text: &str| -> Option<[u16; 3]> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        };
        let day = [number(4)?, number(2)?, number(2)?];
        parts.next().is_none().then_some(day)
    };
    numbers(text).is_some_and(|[year, month, day]| year > 0 && day > 0 && day <= days_in(year, month))
}

/// 0 for a month that doesn't exist.
fn days_in(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_are_days() {
        for day in ["2026-07-28", "2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert!(exists(day), "{day}");
        }
        assert!(exists(Day::last().as_str()));
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
            "",
            "28.07.2026",
            "2026-7-28",
            "2026-07-28T00:00",
            "2026-07-28-",
            "+026-07-28",
            "２026-07-8",
            "tomorrow",
        ] {
            assert!(!exists(text), "{text}");
        }
    }
}
