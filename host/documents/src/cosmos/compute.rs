//! Threads for what computes: queries over rows, and patches.
//!
//! An evaluation may need a deep stack and may take as long as its deadline lets it, so it runs neither on the runtime's workers nor
//! on a stack of their size. A thread costs some tens of microseconds, which a request over the network dwarfs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Semaphore, oneshot};

use crate::error::StoreError;

/// Evaluations at once; a further one waits. Each holds what its limits let it hold.
const MOST_AT_ONCE: usize = 64;
/// The deepest expression over the deepest item needs a fraction of it, also in a build without optimisation.
const STACK_BYTES: usize = 8 * 1024 * 1024;

pub(super) struct Compute {
    places: Arc<Semaphore>,
}

/// Tells an evaluation that nobody waits for it any more.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Compute {
    pub(super) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST_AT_ONCE)),
        }
    }

    /// Runs `work` on a thread of its own. What it is given becomes true when the future is dropped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| super::closed())?;
        let gone = Gone(Arc::default());
        let flag = Arc::clone(&gone.0);
        let (answer, answered) = oneshot::channel();
        std::thread::Builder::new()
            .name("documents-compute".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                let _place = place;
                // If nobody waits, nobody misses it.
                drop(answer.send(work(&flag)));
            })
            .map_err(StoreError::unavailable)?;
        answered
            .await
            .map_err(|_| StoreError::unavailable("an evaluation ended without an answer"))
    }

    /// Lets nothing more begin.
    pub(super) fn close(&self) {
        self.places.close();
    }
}
