use std::time::Duration;

use tokio::sync::watch;
use usher_entra::{Clock, Sleep};

/// The Unix time at which every test starts.
pub(crate) const START: u64 = 1_796_000_000;

/// A clock that stands still until it is told otherwise.
pub(crate) struct ManualClock {
    now: watch::Sender<Duration>,
    sleeps: watch::Sender<usize>,
}

impl ManualClock {
    pub(super) fn new() -> Self {
        Self {
            now: watch::Sender::new(Duration::ZERO),
            sleeps: watch::Sender::new(0),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now += by);
    }

    /// Completes when something has gone to sleep on this clock for the `count`th time.
    pub(crate) async fn slept(&self, count: usize) {
        self.sleeps
            .subscribe()
            .wait_for(|sleeps| *sleeps >= count)
            .await
            .unwrap();
    }
}

impl Clock for ManualClock {
    fn unix_now(&self) -> u64 {
        START + self.elapsed().as_secs()
    }

    fn elapsed(&self) -> Duration {
        *self.now.borrow()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let mut now = self.now.subscribe();
        let until = self.elapsed() + duration;
        self.sleeps.send_modify(|sleeps| *sleeps += 1);
        Box::pin(async move {
            now.wait_for(|now| *now >= until).await.unwrap();
        })
    }
}
