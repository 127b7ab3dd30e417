//! Where work waits for a thread. Bounded: whoever has no room waits, without blocking a thread.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::StoreError;

/// A queue that many fill and one or several threads empty.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    room: Arc<Semaphore>,
}

struct State<T> {
    waiting: VecDeque<Entry<T>>,
    closed: bool,
}

/// Work, and the room that it takes until it is done.
pub(super) struct Entry<T> {
    pub(super) work: T,
    _room: OwnedSemaphorePermit,
}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            room: Arc::new(Semaphore::new(capacity)),
        }
    }

    /// Adds work, once there is room.
    pub(super) async fn push(&self, work: T) -> Result<(), StoreError> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| closed())?;
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.waiting.push_back(Entry { work, _room: room });
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for work and takes all there is, at most `most`. Empty: nothing came for so long. None: closed, and nothing is left.
    pub(super) fn take(&self, most: usize, patience: Duration) -> Option<Vec<Entry<T>>> {
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), patience, idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() && state.closed {
            return None;
        }
        let count = state.waiting.len().min(most);
        Some(state.waiting.drain(..count).collect())
    }

    /// Lets nothing more in; what waits is still done.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.room.close();
        self.changed.notify_all();
    }

    /// Closes when a thread ends for a reason that nobody foresaw: then what waits is dropped, so that nobody waits for ever.
    pub(super) fn abandon(&self) {
        self.close();
        let left = std::mem::take(&mut self.lock().waiting);
        drop(left);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // The state is valid between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer of a store that was closed, or whose thread has ended.
pub(super) fn closed() -> StoreError {
    StoreError::unavailable("the embedded store is closed")
}
