//! This machine's clock against the authority's: tokens say when they are good by the latter.

use std::time::{Duration, SystemTime};

use super::finding::{Finding, Trouble};

const NAME: &str = "clock";

/// What a `Date` header can be off by itself: whole seconds, and the answer's way.
const UNCERTAIN: Duration = Duration::from_secs(5);

/// Compares. `date` is what the authority said and when it said so, by this machine's clock; `tolerated` the configured skew.
pub(super) fn check(date: Option<(SystemTime, SystemTime)>, tolerated: Duration) -> Finding {
    let Some((theirs, ours)) = date else {
        return Finding::skipped(NAME, "the authority must answer first");
    };
    let (apart, direction) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let seconds = apart.as_secs();
    if apart <= UNCERTAIN {
        return Finding::ok(NAME, "agrees with the authority's");
    }
    let says = format!("{seconds} s {direction} the authority's");
    let fix = "Set this machine's clock, and have it kept by NTP.";
    if apart > tolerated {
        let wrong = format!(
            "This machine's clock is further off than the {} s that are tolerated, so good tokens are refused and the host's own assertions may be.",
            tolerated.as_secs()
        );
        return Finding::failed(NAME, says, Trouble::new(wrong, fix));
    }
    if apart > tolerated / 2 {
        let warning = format!("Beyond {} s good tokens are refused. {fix}", tolerated.as_secs());
        return Finding::warning(NAME, says, warning);
    }
    Finding::ok(NAME, says)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn off_by(seconds: i64) -> Finding {
        let ours = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_000_000);
        let theirs = SystemTime::UNIX_EPOCH + Duration::from_secs((1_796_000_000 - seconds).unsigned_abs());
        check(Some((theirs, ours)), Duration::from_secs(60))
    }

    #[test]
    fn a_clock_is_judged_by_the_skew_that_is_tolerated() {
        for (seconds, expected) in [
            (0, "ok"),
            (5, "ok"),
            (-30, "ok"),
            (31, "warning"),
            (-60, "warning"),
            (61, "failed"),
        ] {
            let finding = off_by(seconds);
            let outcome = match finding.outcome() {
                Outcome::Ok => "ok",
                Outcome::Warning(_) => "warning",
                Outcome::Failed(_) => "failed",
                Outcome::Skipped => "skipped",
            };
            assert_eq!(outcome, expected, "{seconds}");
        }
    }

    #[test]
    fn the_direction_is_told() {
        assert!(off_by(120).says().contains("120 s ahead of"));
        assert!(off_by(-120).says().contains("120 s behind"));
    }
}
