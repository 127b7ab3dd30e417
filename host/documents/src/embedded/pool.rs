//! Threads that read, each on its own connection that can't write.
//!
//! Work waits in a fair line, by whose it is. A few threads are kept; more are started when work waits and none is idle, and end
//! when nothing came for a while. The first work of an owner is begun on any thread that is free, further work only while more than
//! half of the threads are. So one owner takes half of them at most, and to keep another one waiting it takes more owners at once
//! than the other half has threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::line::FairLine;
use super::queue::closed;
use super::turns::Owner;
use super::{OpenError, files, spawn};
use crate::error::StoreError;

/// How much may wait. Beyond that the store says that it is busy: every waiter would only come later.
const MAX_WAITING: usize = 4096;
/// How much of one owner's may wait, so that no owner fills the line for the others.
const MAX_WAITING_OF_ONE: usize = 256;
/// What a caller who was turned away should wait for.
const RETRY_AFTER_MS: u32 = 100;
/// After so long without work a thread ends that isn't kept, and its connection's memory with it.
const IDLE: Duration = Duration::from_secs(10);

/// What a thread does for somebody.
struct Work {
    ticket: u64,
    run: Box<dyn FnOnce(&Connection) + Send>,
}

/// The line, and who works on it.
pub(super) struct Pool {
    name: &'static str,
    /// The database.
    path: PathBuf,
    /// Threads that stay, and threads that there may be.
    kept: usize,
    most: usize,
    idle_time: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: FairLine<Owner, Work>,
    last_ticket: u64,
    /// How many threads each owner's work takes; none are left out.
    begun: HashMap<Owner, usize>,
    all_begun: usize,
    threads: usize,
    /// Threads that look for work, or have been told that there is some.
    idle: usize,
    /// Of all threads that may still run.
    handles: Vec<JoinHandle<()>>,
    closed: bool,
}

impl Pool {
    pub(super) fn new(name: &'static str, path: &Path, kept: usize, most: usize) -> Arc<Self> {
        Self::with_idle_time(name, path, kept, most, IDLE)
    }

    fn with_idle_time(name: &'static str, path: &Path, kept: usize, most: usize, idle_time: Duration) -> Arc<Self> {
        let state = State {
            waiting: FairLine::new(MAX_WAITING, MAX_WAITING_OF_ONE),
            last_ticket: 0,
            begun: HashMap::new(),
            all_begun: 0,
            threads: 0,
            idle: 0,
            handles: Vec::new(),
            closed: false,
        };
        Arc::new(Self {
            name,
            path: path.to_owned(),
            kept,
            most,
            idle_time,
            state: Mutex::new(state),
            changed: Condvar::new(),
        })
    }

    /// Starts the threads that are kept. If that fails, [`Pool::close`] ends those that are there.
    pub(super) fn open(self: &Arc<Self>) -> Result<(), OpenError> {
        for _ in 0..self.kept {
            let connection = self.connect()?;
            self.start(&mut self.lock(), Some(connection))?;
        }
        Ok(())
    }

    fn connect(&self) -> Result<Connection, OpenError> {
        files::connect_reader(&self.path, files::SMALL_CACHE_KIB)
    }

    /// Has `work` done by a thread, and waits for its answer. Work that nobody waits for any more isn't begun.
    pub(super) async fn read<T, F>(self: &Arc<Self>, owner: Owner, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |connection: &Connection| {
            if !reply.is_closed() {
                drop(reply.send(work(connection)));
            }
        });
        let ticket = self.push(owner.clone(), run)?;
        let mut place = Place {
            pool: self,
            owner,
            ticket: Some(ticket),
        };
        let answer = answer.await;
        place.ticket = None;
        answer.unwrap_or_else(|_| Err(closed()))
    }

    fn push(self: &Arc<Self>, owner: Owner, run: Box<dyn FnOnce(&Connection) + Send>) -> Result<u64, StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.last_ticket += 1;
        let ticket = state.last_ticket;
        if state.waiting.push(owner, Work { ticket, run }).is_err() {
            return Err(StoreError::Throttled {
                retry_after_ms: Some(RETRY_AFTER_MS),
            });
        }
        // Some of what waits may be for idle threads that were told already, and haven't come yet.
        if state.waiting.len() > state.idle
            && state.threads < self.most
            && let Err(error) = self.start(&mut state, None)
        {
            // It waits for one of the threads that there are.
            tracing::warn!(%error, pool = self.name, "a thread for reading can't be started");
        }
        drop(state);
        self.changed.notify_one();
        Ok(ticket)
    }

    /// Starts a thread; under the lock, so that no one comes while the pool closes.
    fn start(self: &Arc<Self>, state: &mut State, connection: Option<Connection>) -> Result<(), OpenError> {
        state.handles.retain(|thread| !thread.is_finished());
        let pool = Arc::clone(self);
        state.handles.push(spawn(self.name, move || pool.run(connection))?);
        state.threads += 1;
        state.idle += 1;
        Ok(())
    }

    /// A thread's body.
    fn run(&self, connection: Option<Connection>) {
        let connection = match connection.map_or_else(|| self.connect(), Ok) {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!(%error, pool = self.name, "a connection for reading can't be opened");
                let mut state = self.lock();
                state.idle -= 1;
                state.threads -= 1;
                return;
            }
        };
        while let Some((owner, work)) = self.next() {
            let _begun = Begun { pool: self, owner };
            // A panic is that of one call: its caller is told that the store is unavailable, the others go on.
            drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                (work.run)(&connection);
            })));
        }
    }

    /// Waits for work that may be begun; none if this thread is to end.
    fn next(&self) -> Option<(Owner, Work)> {
        let mut state = self.lock();
        let mut tired = false;
        loop {
            let State {
                waiting,
                begun,
                all_begun,
                ..
            } = &mut *state;
            let free = self.most - *all_begun;
            let may = |owner: &Owner| free > 0 && (free * 2 > self.most || !begun.contains_key(owner));
            if let Some((owner, work)) = waiting.pop_of(may) {
                *begun.entry(owner.clone()).or_default() += 1;
                *all_begun += 1;
                state.idle -= 1;
                return Some((owner, work));
            }
            if (state.closed && state.waiting.is_empty()) || (tired && state.threads > self.kept) {
                state.idle -= 1;
                state.threads -= 1;
                return None;
            }
            let woken = self.changed.wait_timeout(state, self.idle_time);
            let (guard, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
            (state, tired) = (guard, timeout.timed_out());
        }
    }

    /// Lets nothing more in, does what waits, and ends the threads. Blocks until then.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let handles = std::mem::take(&mut state.handles);
        drop(state);
        self.changed.notify_all();
        // A thread that panicked has nothing more to tell.
        handles.into_iter().for_each(|thread| drop(thread.join()));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts work as done, even if it panicked; its thread looks for more.
struct Begun<'p> {
    pool: &'p Pool,
    owner: Owner,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.idle += 1;
        state.all_begun -= 1;
        if let Some(count) = state.begun.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                state.begun.remove(&self.owner);
            }
        }
        // This thread takes what is next; but what waits for a share of the threads may now be more, and others may have to end.
        let wake = state.closed || !state.waiting.is_empty();
        drop(state);
        if wake {
            self.pool.changed.notify_all();
        }
    }
}

/// Takes work out of the line if its caller goes away first, so that it takes nobody's room.
struct Place<'p> {
    pool: &'p Pool,
    owner: Owner,
    ticket: Option<u64>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let left = self
            .pool
            .lock()
            .waiting
            .remove(&self.owner, |work| work.ticket == ticket);
        // What the work holds is dropped without the lock.
        drop(left);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
