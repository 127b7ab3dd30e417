//! A clock that stands still until it is told otherwise.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use usher_entra::{Clock, Sleep};

#[derive(Default)]
pub(crate) struct ManualClock(Mutex<Duration>);

impl ManualClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn unix_now(&self) -> u64 {
        1_796_000_000 + self.elapsed().as_secs()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Long enough for what should happen at once.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}
