//! The one thread that writes.
//!
//! It takes everything that waits, does it in one SQLite transaction, commits once, and only then answers: so many writes share
//! one sync of the disk, and each answered one is on it. While the disk syncs, the next batch gathers.
//!
//! A job that is refused (a conflict, say) has changed nothing and doesn't disturb its neighbours. If SQLite itself fails (disk
//! full, an I/O error), the whole batch so far is rolled back and its jobs are answered `Unavailable`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::queue::{Entry, Queue, closed};
use super::session::{Failure, Session};
use crate::error::StoreError;

/// Writes of one commit: enough to make the sync's share small, few enough that the first doesn't wait long for the last.
const MAX_BATCH: usize = 256;
/// How often expired items are looked for, and how many are removed at most at once.
const PURGE_EVERY: Duration = Duration::from_secs(30);
const PURGE_BATCH: u32 = 500;

/// A write that waits, with whoever waits for it.
pub(super) trait Job: Send {
    /// Nobody waits any more: it needn't be done.
    fn is_abandoned(&self) -> bool;
    /// Does it. An error is SQLite's; a refusal is kept for the answer.
    fn run(&mut self, session: &Session<'_>) -> Result<(), rusqlite::Error>;
    /// Tells the outcome, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The queue of the writer.
pub(super) type Jobs = Queue<Box<dyn Job>>;

/// Has `work` done by the writer, and waits until it is on disk.
pub(super) async fn write<T, E, F>(jobs: &Jobs, work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnMut(&Session<'_>) -> Result<T, Failure<E>> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    jobs.push(Box::new(Typed {
        work,
        outcome: None,
        reply,
    }))
    .await?;
    answer.await.unwrap_or_else(|_| Err(closed().into()))
}

struct Typed<T, E, F> {
    work: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Typed<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&Session<'_>) -> Result<T, Failure<E>> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, session: &Session<'_>) -> Result<(), rusqlite::Error> {
        self.outcome = Some(match (self.work)(session) {
            Ok(value) => Ok(value),
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Storage(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(closed().into()),
            (Err(error), _) => Err(error.into()),
        };
        // Who has gone meanwhile doesn't want to know.
        drop(self.reply.send(outcome));
    }
}

/// The thread's body.
pub(super) fn run(connection: Connection, jobs: Arc<Jobs>, shared: Arc<super::Shared>) {
    let _guard = AbandonAtEnd(Arc::clone(&jobs));
    let session = Session::new(&connection, &shared);
    let mut purged = Instant::now();
    while let Some(batch) = jobs.take(MAX_BATCH, PURGE_EVERY) {
        let mut waiting: VecDeque<Entry<Box<dyn Job>>> = batch.into();
        while !waiting.is_empty() {
            let mut done = Vec::with_capacity(waiting.len());
            let committed = commit(&connection, &session, &mut waiting, &mut done).map_err(|error| {
                tracing::error!(cause = %error, writes = done.len(), "documents: a batch of writes was rolled back");
                StoreError::unavailable(error)
            });
            done.into_iter().for_each(|entry| entry.work.answer(committed.clone()));
        }
        if purged.elapsed() >= PURGE_EVERY {
            purge(&session, &shared);
            purged = Instant::now();
        }
    }
    // So that the next start finds one file. If it fails, the log stays and is as good.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(cause = %error, "documents: the log couldn't be merged into the file at the end");
    }
}

/// Moves jobs from `waiting` to `done` and does them in one transaction. After a failure nothing of `done` is written; `waiting`
/// may hold jobs that weren't touched. At least one job is moved.
fn commit(
    connection: &Connection,
    session: &Session<'_>,
    waiting: &mut VecDeque<Entry<Box<dyn Job>>>,
    done: &mut Vec<Entry<Box<dyn Job>>>,
) -> Result<(), rusqlite::Error> {
    let outcome = (|| {
        let mut begun = false;
        while let Some(mut entry) = waiting.pop_front() {
            if entry.work.is_abandoned() {
                continue;
            }
            let result = if begun {
                Ok(())
            } else {
                statement(connection, "BEGIN IMMEDIATE")
            };
            begun = true;
            let result = result.and_then(|()| entry.work.run(session));
            done.push(entry);
            result?;
        }
        if begun { statement(connection, "COMMIT") } else { Ok(()) }
    })();
    if outcome.is_err() {
        session.rolled_back();
        // SQLite has rolled back by itself after some errors, and not after others.
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
    }
    outcome
}

/// Runs a statement that gives nothing, parsed once.
fn statement(connection: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Removes items that have expired. They are invisible already, so that this may be late, or fail.
fn purge(session: &Session<'_>, shared: &super::Shared) {
    for container in shared.containers.values() {
        if let Err(error) = session.purge(container, PURGE_BATCH) {
            tracing::warn!(cause = %error, "documents: expired items couldn't be removed");
        }
    }
}

struct AbandonAtEnd(Arc<Jobs>);

impl Drop for AbandonAtEnd {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
