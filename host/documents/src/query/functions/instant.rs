//! A moment as the date and time functions have it: `YYYY-MM-DDThh:mm:ss.fffffffZ`, always UTC.
//! Source: Azure Cosmos DB for NoSQL, "Working with dates": ISO 8601 with seven digits after the point.

use time::{Date, Month};

/// Ticks of 100 nanoseconds in a second.
pub(super) const SECOND: i64 = 10_000_000;
/// And in a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// Ticks since 1970, from the year 1 to the year 9999.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Instant(i64);

impl Instant {
    pub(super) fn from_ticks(ticks: i64) -> Option<Self> {
        let moment = Self(ticks);
        let year = day(ticks.div_euclid(DAY))?.year();
        (1..=9999).contains(&year).then_some(moment)
    }

    pub(super) fn ticks(self) -> i64 {
        self.0
    }

    /// The time of day counts in ticks.
    pub(super) fn of(year: i64, month: i64, day: i64, time: i64) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(0..DAY).contains(&time) {
            return None;
        }
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
        Self::from_ticks(days(date) * DAY + time)
    }

    pub(super) fn date(self) -> Date {
        // It was checked when the moment was made.
        day(self.0.div_euclid(DAY)).unwrap_or(Date::MIN)
    }

    /// Ticks since midnight.
    pub(super) fn time(self) -> i64 {
        self.0.rem_euclid(DAY)
    }

    /// Reads a date, with a time or without, with a `Z` or without.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').unwrap_or(text);
        let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
        let mut parts = date.split('-');
        let (year, month, day) = (
            digits(parts.next()?, 4)?,
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
        );
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let mut clock = time.split(':');
        let (hour, minute) = (digits(clock.next()?, 2)?, digits(clock.next()?, 2)?);
        let second = clock.next().map_or(Some(0), |second| digits(second, 2))?;
        if parts.next().is_some() || clock.next().is_some() || fraction.is_empty() || fraction.len() > 7 {
            return None;
        }
        let fraction = digits(fraction, fraction.len())? * 10i64.pow(7 - u32::try_from(fraction.len()).ok()?);
        Self::of(year, month, day, time_of(hour, minute, second, fraction)?)
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (date, time) = (self.date(), self.time());
        let seconds = time / SECOND;
        write!(
            formatter,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            time % SECOND
        )
    }
}

/// A time of day in ticks.
pub(super) fn time_of(hour: i64, minute: i64, second: i64, fraction: i64) -> Option<i64> {
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    (fits && (0..SECOND).contains(&fraction)).then_some((hour * 3600 + minute * 60 + second) * SECOND + fraction)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// Days since 1970.
fn days(date: Date) -> i64 {
    i64::from(date.to_julian_day()) - 2_440_588
}

fn day(days: i64) -> Option<Date> {
    Date::from_julian_day(i32::try_from(days + 2_440_588).ok()?).ok()
}
