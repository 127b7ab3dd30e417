//! Somebody else, who calls a well-behaved tool all the while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinHandle;

use crate::stage::{NEIGHBOUR, Stage};
use crate::{callers, wait};

/// The longest that a call of the neighbour may take. One takes well below a millisecond; the bound is for machines that are
/// busy with other things, and still a fraction of the time limits that misbehaving calls run into.
const BOUND: Duration = Duration::from_secs(1);

/// Calls one after the other, until it is told to stop.
pub struct Neighbour {
    stop: Arc<AtomicBool>,
    calls: JoinHandle<(u32, Duration)>,
}

impl Neighbour {
    /// Starts calling, and comes back when the first call is through.
    pub async fn start(stage: &Arc<Stage>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let begun = Arc::new(AtomicBool::new(false));
        let (stopping, beginning, stage) = (Arc::clone(&stop), Arc::clone(&begun), Arc::clone(stage));
        let calls = tokio::spawn(async move {
            let bob = callers::bob();
            let (mut count, mut slowest) = (0, Duration::ZERO);
            while !stopping.load(Ordering::Relaxed) {
                let started = Instant::now();
                stage
                    .call(&bob, NEIGHBOUR, json!({}))
                    .await
                    .expect("a neighbour's call");
                slowest = slowest.max(started.elapsed());
                count += 1;
                beginning.store(true, Ordering::Relaxed);
            }
            (count, slowest)
        });
        wait::until("the neighbour's first call", async || {
            begun.load(Ordering::Relaxed).then_some(())
        })
        .await;
        Self { stop, calls }
    }

    /// Stops, and fails the test if a call failed or took too long.
    pub async fn assert_unharmed(self) {
        self.stop.store(true, Ordering::Relaxed);
        let (count, slowest) = self.calls.await.expect("the neighbour's calls all succeed");
        assert!(count > 0);
        assert!(
            slowest < BOUND,
            "the slowest of the neighbour's {count} calls took {slowest:?}"
        );
    }
}
