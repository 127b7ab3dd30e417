//! When Entra wants to be left alone. This is for all exchanges together, so only what concerns all of them starts it:
//! being throttled (429) and Entra's own failures (5xx). A refusal of one user never does.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The wait when Entra doesn't name one, as Microsoft's own libraries have it.
const DEFAULT: Duration = Duration::from_secs(5);

/// The longest wait that is believed.
const MAX: Duration = Duration::from_secs(60 * 60);

/// The end of the current wait, on the clock's `elapsed`.
#[derive(Default)]
pub(super) struct BackOff(Mutex<Duration>);

impl BackOff {
    /// How long is left; `None` if Entra may be asked.
    pub(super) fn remaining(&self, now: Duration) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until.saturating_sub(now);
        (!left.is_zero()).then_some(left)
    }

    /// Starts a wait, or prolongs the one that there is, and returns how long is left.
    pub(super) fn hold(&self, now: Duration, retry_after: Option<Duration>) -> Duration {
        let wait = retry_after.unwrap_or(DEFAULT).min(MAX);
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(now.saturating_add(wait));
        until.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wait_is_what_was_asked_for_five_seconds_otherwise_and_an_hour_at_most() {
        let wait = |asked: Option<u64>| BackOff::default().hold(at(100), asked.map(at));
        assert_eq!(wait(Some(17)), at(17));
        assert_eq!(wait(None), at(5));
        assert_eq!(wait(Some(999_999)), at(3600));
    }

    #[test]
    fn a_shorter_wait_does_not_cut_a_longer_one() {
        let back_off = BackOff::default();
        assert_eq!(back_off.remaining(at(0)), None);
        back_off.hold(at(0), Some(at(60)));
        assert_eq!(back_off.hold(at(10), Some(at(1))), at(50));
        assert_eq!(back_off.remaining(at(59)), Some(at(1)));
        assert_eq!(back_off.remaining(at(60)), None);
    }
}
