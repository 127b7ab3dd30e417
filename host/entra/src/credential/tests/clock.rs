use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{Clock, Sleep};

/// The Unix time at which every test starts.
pub(super) const START: u64 = 1_796_000_000;

/// A clock that stands still until it is told otherwise.
pub(super) struct ManualClock {
    now: watch::Sender<Duration>,
    sleeps: watch::Sender<Vec<Duration>>,
}

impl ManualClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: watch::Sender::new(Duration::ZERO),
            sleeps: watch::Sender::default(),
        })
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.now.send_modify(|now| *now += Duration::from_secs(seconds));
    }

    /// Lets each sleep pass at once, `count` times, and says how long they were to be, in seconds.
    pub(super) async fn pass(&self, count: usize) -> Vec<u64> {
        let mut sleeps = self.sleeps.subscribe();
        for slept in 1..=count {
            let length = sleeps.wait_for(|sleeps| sleeps.len() >= slept).await.unwrap()[slept - 1];
            self.now.send_modify(|now| *now += length);
        }
        self.sleeps().into_iter().take(count).collect()
    }

    /// How long the sleeps were to be until now, in seconds.
    pub(super) fn sleeps(&self) -> Vec<u64> {
        self.sleeps.borrow().iter().map(Duration::as_secs).collect()
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
        self.sleeps.send_modify(|sleeps| sleeps.push(duration));
        Box::pin(async move {
            now.wait_for(|now| *now >= until).await.unwrap();
        })
    }
}
