//! Time, as a parameter: what verification and key refresh ask for the time, so that tests can move it.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The future of [`Clock::sleep`].
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Where the time comes from.
///
/// Two readings, because they answer different questions: what a token says is in Unix time, and how long ago something
/// happened must not change when the machine's clock is set.
pub trait Clock: Send + Sync + 'static {
    /// Seconds since 1970-01-01 UTC, as `exp`, `nbf` and `iat` count (RFC 7519 §2, NumericDate).
    fn unix_now(&self) -> u64;

    /// Time since some fixed moment before the first call; never runs backwards.
    fn elapsed(&self) -> Duration;

    /// Completes when `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> Sleep<'_>;
}

/// The machine's clock.
#[derive(Debug, Clone)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose [`elapsed`](Clock::elapsed) starts now.
    #[must_use]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn unix_now(&self) -> u64 {
        // A machine set before 1970 reads as 1970: every token is then from the future, and refused.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}
