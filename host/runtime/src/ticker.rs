//! The clock that interrupts guests.
//!
//! A guest that doesn't return to the host by itself is made to yield at the next tick; then the deadline, a cancel and its
//! neighbours get their turn. The thread sleeps while no call is running.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Between two ticks: the longest that one guest keeps a thread to itself.
const TICK: Duration = Duration::from_millis(2);

/// Increments the engine's epoch while calls run. Dropping it ends the thread.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    running: usize,
    stopped: bool,
}

/// A call that is running.
pub(crate) struct Running(Arc<Shared>);

impl Ticker {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                running: 0,
                stopped: false,
            }),
            wake: Condvar::new(),
        });
        let ticking = Arc::clone(&shared);
        thread::Builder::new()
            .name("epoch-ticker".to_owned())
            .spawn(move || ticking.tick(&engine))?;
        Ok(Self { shared })
    }

    /// Says that a call runs, until the answer is dropped.
    pub(crate) fn running(&self) -> Running {
        let mut state = self.shared.lock();
        state.running += 1;
        if state.running == 1 {
            self.shared.wake.notify_one();
        }
        Running(Arc::clone(&self.shared))
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and the two fields are valid in any combination.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self, engine: &Engine) {
        loop {
            let state = self.lock();
            let state = self
                .wake
                .wait_while(state, |state| state.running == 0 && !state.stopped)
                .unwrap_or_else(PoisonError::into_inner);
            if state.stopped {
                return;
            }
            drop(state);
            thread::sleep(TICK);
            engine.increment_epoch();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.wake.notify_one();
    }
}
