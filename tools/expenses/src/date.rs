//! A day of the calendar, as YYYY-MM-DD.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A day that exists. As text, days sort by time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Date(String);

impl Default for Date {
    /// The first day that can be written.
    fn default() -> Self {
        Self("0001-01-01".to_owned())
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match parts(&text) {
            None => Err(format!("`{text}` isn't a date as YYYY-MM-DD")),
            Some((year, month, day)) if day == 0 || day > days_in_month(year, month) => {
                Err(format!("there is no such day as {text}"))
            }
            Some(_) => Ok(Self(text)),
        }
    }
}

fn parts(text: &str) -> Option<(u16, u8, u8)> {
    let shape = text.bytes().enumerate().all(|(at, byte)| {
        if at == 4 || at == 7 {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    });
    if !shape || text.len() != 10 {
        return None;
    }
    Some((
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    ))
}

/// 0 for a month that doesn't exist.
fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn exists(text: &str) -> bool {
        Date::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn days_that_exist_are_dates() {
        for day in ["2026-07-28", "2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert!(exists(day), "{day}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for day in [
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
        ] {
            assert!(!exists(day), "{day}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for day in [
            "",
            "28.07.2026",
            "2026-7-28",
            "2026-07-28T00:00",
            "2026/07/28",
            "+026-07-28",
            "２026-07-8",
            "yesterday",
        ] {
            assert!(!exists(day), "{day}");
        }
    }
}
