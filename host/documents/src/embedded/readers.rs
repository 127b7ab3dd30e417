//! The threads that read, each on its own connection that can't write.
//!
//! Point reads and queries wait in two lines. Point reads go first, and of two or more threads one is kept free of queries: so a
//! point read waits for a few others, never for a scan.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::queue::closed;
use crate::error::StoreError;

/// How much may wait. Beyond that the store says that it is busy: every waiter would only come later.
const MAX_WAITING: usize = 4096;
/// What a caller who was turned away should wait for.
const RETRY_AFTER_MS: u32 = 100;

type Work = Box<dyn FnOnce(&Connection) + Send>;

/// The two lines, and who works on them.
pub(super) struct Readers {
    state: Mutex<State>,
    changed: Condvar,
    /// So many threads may run queries at once.
    most_queries: usize,
}

#[derive(Default)]
struct State {
    points: VecDeque<Work>,
    queries: VecDeque<Work>,
    running_queries: usize,
    closed: bool,
}

/// Which line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Line {
    Point,
    Query,
}

impl Readers {
    pub(super) fn new(threads: usize) -> Self {
        let most_queries = threads.saturating_sub(1).max(1);
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            most_queries,
        }
    }

    /// Has `work` done by a reader, and waits for its answer. Work that nobody waits for any more isn't begun.
    pub(super) async fn read<T, F>(&self, line: Line, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            if !reply.is_closed() {
                drop(reply.send(work(connection)));
            }
        });
        self.push(line, work)?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    fn push(&self, line: Line, work: Work) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        let waiting = match line {
            Line::Point => &mut state.points,
            Line::Query => &mut state.queries,
        };
        if waiting.len() >= MAX_WAITING {
            return Err(StoreError::Throttled {
                retry_after_ms: Some(RETRY_AFTER_MS),
            });
        }
        waiting.push_back(work);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// A thread's body.
    pub(super) fn run(self: Arc<Self>, connection: Connection) {
        while let Some((work, line)) = self.next() {
            let _guard = QueryGuard((line == Line::Query).then_some(&*self));
            // A panic is that of one call: its caller is told that the store is unavailable, the others go on.
            drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                work(&connection)
            })));
        }
    }

    /// Waits for work that this thread may do; none once the store is closed and nothing is left.
    fn next(&self) -> Option<(Work, Line)> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.points.pop_front() {
                return Some((work, Line::Point));
            }
            if state.running_queries < self.most_queries
                && let Some(work) = state.queries.pop_front()
            {
                state.running_queries += 1;
                return Some((work, Line::Query));
            }
            if state.closed && state.queries.is_empty() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets nothing more in; what waits is still done.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a query as done, even if it panicked.
struct QueryGuard<'a>(Option<&'a Readers>);

impl Drop for QueryGuard<'_> {
    fn drop(&mut self) {
        if let Some(readers) = self.0 {
            readers.lock().running_queries -= 1;
            // Another query may have waited for this one, and all other threads may sleep.
            readers.changed.notify_all();
        }
    }
}
