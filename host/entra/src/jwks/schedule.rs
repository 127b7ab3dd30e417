//! When the keys may be asked for. No I/O and no clock: the caller says what time it is.

use std::time::Duration;

/// After a fetch that an unknown `kid` caused, no other unknown `kid` causes one for this long ("Signing key rollover in
/// the Microsoft identity platform"): otherwise anybody could make this host hammer Entra with invented ones.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The wait after a first failure; doubled with each further one. Much shorter than [`PAUSE`], because a fetch that
/// failed has brought nothing: Entra being away for a moment must not lock everybody out for five minutes.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);

/// The longest wait after a failure.
pub(super) const MAX_BACK_OFF: Duration = Duration::from_secs(30);

/// What has happened so far, as far as it matters to the next fetch.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    paused_until: Duration,
    failures: u32,
    retry_at: Duration,
}

/// What causes a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// The background task. Its rate is its own.
    Timer,
    /// A token with an unknown `kid`, which is anybody's input.
    UnknownKey,
}

/// Whether an unknown `kid` may cause a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    Granted,
    /// The keys were fetched lately for the same cause: what isn't among them isn't published.
    Paused,
    /// The last fetch failed.
    BackingOff {
        wait: Duration,
    },
}

impl Schedule {
    pub(super) fn permission(&self, now: Duration) -> Permission {
        if now < self.paused_until {
            return Permission::Paused;
        }
        let wait = self.retry_at.saturating_sub(now);
        if self.failures > 0 && !wait.is_zero() {
            Permission::BackingOff { wait }
        } else {
            Permission::Granted
        }
    }

    pub(super) fn succeeded(&mut self, now: Duration, trigger: Trigger) {
        self.failures = 0;
        if trigger == Trigger::UnknownKey {
            self.paused_until = now.saturating_add(PAUSE);
        }
    }

    /// Returns how long to wait before the next attempt.
    pub(super) fn failed(&mut self, now: Duration) -> Duration {
        let wait = FIRST_BACK_OFF
            .saturating_mul(1 << self.failures.min(5))
            .min(MAX_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = now.saturating_add(wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_unknown_kid_causes_one_fetch_in_five_minutes() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.permission(at(0)), Permission::Granted);
        schedule.succeeded(at(10), Trigger::UnknownKey);
        assert_eq!(schedule.permission(at(10)), Permission::Paused);
        assert_eq!(schedule.permission(at(309)), Permission::Paused);
        assert_eq!(schedule.permission(at(310)), Permission::Granted);
    }

    #[test]
    fn the_background_fetch_neither_starts_nor_ends_the_pause() {
        let mut schedule = Schedule::default();
        schedule.succeeded(at(0), Trigger::Timer);
        assert_eq!(schedule.permission(at(0)), Permission::Granted);
        schedule.succeeded(at(1), Trigger::UnknownKey);
        schedule.succeeded(at(2), Trigger::Timer);
        assert_eq!(schedule.permission(at(3)), Permission::Paused);
    }

    #[test]
    fn a_failure_backs_off_from_one_second_doubling_to_thirty() {
        let mut schedule = Schedule::default();
        let waits: Vec<u64> = (0..8).map(|_| schedule.failed(at(0)).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(schedule.permission(at(29)), Permission::BackingOff { wait: at(1) });
        assert_eq!(schedule.permission(at(30)), Permission::Granted);
        schedule.succeeded(at(30), Trigger::Timer);
        assert_eq!(schedule.failed(at(31)), at(1));
    }
}
