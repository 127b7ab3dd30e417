//! The embedded store: SQLite in one directory, for one host.
//!
//! In come the operations of [`DocumentStore`]; each is checked on the caller's thread and then handed over: writes to the one
//! writer (`writer`), which commits many at once, queries to the readers (`readers`). Only the read of one item stays where it is
//! (`points`): it takes less time than to hand it over. A body is stored as the text that a read gives back, so that reading parses
//! nothing.
//!
//! Files: `documents.db` with SQLite's `-wal` and `-shm` beside it, and `documents.lock`, which a second host can't take. What is
//! acknowledged is synced to the disk, and survives the death of the process and the loss of power.
//!
//! Never does a partition key, an id or a parameter become a part of SQL: they are bound. Never is there a row from another
//! partition to filter out: the SQL of a partition's scope asks for that partition only, before the query's text is looked at.

mod container;
mod files;
mod points;
mod queue;
mod readers;
mod session;
mod settings;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use self::container::Container;
use self::points::Points;
use self::readers::{Line, Readers};
use self::session::{Change, PatchChange, is_over, sql_seconds};
pub use self::settings::{Clock, EmbeddedSettings, OpenError};
use self::writer::Jobs;
use crate::body::{Body, MissingId};
use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Item, Written};
use crate::names::{ContainerName, ItemId};
use crate::operations::{
    MAX_ITEM_BYTES, MAX_READ_MANY, MAX_TRANSACTION_WRITES, Page, PatchOperation, PatchOptions, QueryLimits,
    QueryOptions, Scope, WriteOp,
};
use crate::partition::PartitionKey;
use crate::patch::Patch;
use crate::query::{Budget, Condition, Flow, Query, Row, Run};
use crate::store::DocumentStore;

/// Writes that may wait for the writer; a further caller waits without being queued.
const MAX_WAITING_WRITES: usize = 1024;
/// The deepest expression over the deepest item needs a fraction of it, also in a build without optimisation.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The document store in a directory of this machine.
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    jobs: Arc<Jobs>,
    readers: Arc<Readers>,
    points: Arc<Points>,
    running: Arc<Mutex<Running>>,
}

/// What the threads use.
struct Shared {
    containers: HashMap<ContainerName, Arc<Container>>,
    clock: Clock,
}

/// What ends with the store.
#[derive(Default)]
struct Running {
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    lock: Option<File>,
}

impl EmbeddedStore {
    /// Opens the store, and makes its files if they aren't there. After a crash the database is checked first, which reads all of
    /// it.
    pub fn open(settings: EmbeddedSettings) -> Result<Self, OpenError> {
        let files = files::open(&settings)?;
        let shared = Arc::new(Shared {
            containers: files.containers,
            clock: settings.clock,
        });
        let jobs = Arc::new(Jobs::new(MAX_WAITING_WRITES));
        let threads = settings.readers.max(1);
        let readers = Arc::new(Readers::new(threads));
        let connect = || files::connect_reader(&files.path);
        let points = Arc::new(Points::new((0..threads).map(|_| connect()).collect::<Result<_, _>>()?));
        let connections: Vec<Connection> = (0..threads).map(|_| connect()).collect::<Result<_, _>>()?;
        let store = Self {
            shared,
            jobs,
            readers,
            points,
            running: Arc::default(),
        };
        // From here on dropping `store` ends what was started.
        let mut running = store.running();
        running.lock = Some(files.lock);
        let (jobs, shared) = (Arc::clone(&store.jobs), Arc::clone(&store.shared));
        running.writer = Some(spawn("documents-writer", move || {
            writer::run(files.writer, jobs, shared)
        })?);
        for connection in connections {
            let readers = Arc::clone(&store.readers);
            running
                .readers
                .push(spawn("documents-reader", move || readers.run(connection))?);
        }
        drop(running);
        Ok(store)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn container(&self, name: &ContainerName) -> Result<&Arc<Container>, StoreError> {
        self.shared
            .containers
            .get(name)
            .ok_or_else(|| StoreError::UnknownContainer(name.clone()))
    }

    /// A container and its column `partition`, ready to be sent to a thread.
    fn place(&self, name: &ContainerName, partition: &PartitionKey) -> Result<(Arc<Container>, String), StoreError> {
        let container = self.container(name)?;
        Ok((Arc::clone(container), container.partition(partition)?))
    }

    /// One write, of which something is left.
    async fn write(
        &self,
        name: &ContainerName,
        partition: &PartitionKey,
        change: impl FnOnce(&Container) -> Result<Change, StoreError>,
    ) -> Result<Option<Written>, StoreError> {
        let (container, partition) = self.place(name, partition)?;
        let change = change(&container)?;
        writer::write(&self.jobs, move |session| {
            session.apply(&container, &partition, &change)
        })
        .await
    }
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("EmbeddedStore")
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        shut_down(&self.jobs, &self.readers, &self.points, &self.running);
    }
}

/// Ends the threads, once what they were given is done, and then lets go of the lock. The writer is last, so that it can merge the
/// log when nobody reads any more.
fn shut_down(jobs: &Jobs, readers: &Readers, points: &Points, running: &Mutex<Running>) {
    let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
    readers.close();
    points.close();
    // A thread that panicked has nothing more to tell.
    running.readers.drain(..).for_each(|thread| drop(thread.join()));
    jobs.close();
    if let Some(writer) = running.writer.take() {
        drop(writer.join());
    }
    running.lock = None;
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    let builder = std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES);
    builder.spawn(body).map_err(OpenError::Thread)
}

/// A write that leaves something behind has left it; only a delete leaves nothing.
fn written(outcome: Option<Written>) -> Result<Written, StoreError> {
    outcome.ok_or_else(|| StoreError::unavailable("a write left nothing behind"))
}

#[async_trait]
impl DocumentStore for EmbeddedStore {
    async fn create(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError> {
        let change = |container: &Container| {
            Ok(Change::Create(Body::check(
                body,
                container.partition_paths(),
                MissingId::Fresh,
            )?))
        };
        written(self.write(container, partition, change).await?)
    }

    async fn read(&self, container: &ContainerName, partition: &PartitionKey, id: &ItemId) -> Result<Item, StoreError> {
        let (container, partition) = self.place(container, partition)?;
        let (id, now) = (id.clone(), self.shared.clock.now());
        let read = move |connection: &Connection| {
            let mut statement = prepare(connection, &container.read)?;
            read_item(&mut statement, &partition, id, now)?.ok_or(StoreError::NotFound)
        };
        match self.points.read(read) {
            Ok(item) => item,
            Err(read) => self.readers.read(Line::Point, read).await,
        }
    }

    async fn read_many(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        ids: &[ItemId],
    ) -> Result<Vec<Option<Item>>, StoreError> {
        if ids.len() > MAX_READ_MANY {
            return Err(StoreError::Invalid(format!(
                "at most {MAX_READ_MANY} items are read at once"
            )));
        }
        let (container, partition) = self.place(container, partition)?;
        let (ids, now) = (ids.to_vec(), self.shared.clock.now());
        let read = move |connection: &Connection| {
            // One transaction, so that all answers are of one moment.
            let transaction = connection.unchecked_transaction().map_err(StoreError::unavailable)?;
            let mut statement = prepare(&transaction, &container.read)?;
            ids.into_iter()
                .map(|id| read_item(&mut statement, &partition, id, now))
                .collect()
        };
        self.readers.read(Line::Point, read).await
    }

    async fn upsert(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError> {
        let change = |container: &Container| {
            Ok(Change::Upsert(Body::check(
                body,
                container.partition_paths(),
                MissingId::Invalid,
            )?))
        };
        written(self.write(container, partition, change).await?)
    }

    async fn replace(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
        if_match: Option<&Etag>,
    ) -> Result<Written, StoreError> {
        let change = |container: &Container| {
            let body = Body::check(body, container.partition_paths(), MissingId::Invalid)?;
            Ok(Change::Replace(body, if_match.cloned()))
        };
        written(self.write(container, partition, change).await?)
    }

    async fn patch(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        operations: &[PatchOperation],
        options: &PatchOptions,
    ) -> Result<Item, StoreError> {
        let (container, partition) = self.place(container, partition)?;
        let change = PatchChange {
            id: id.clone(),
            patch: Patch::check(operations, container.partition_paths())?,
            if_match: options.if_match.clone(),
            condition: options.condition.as_deref().map(Condition::parse).transpose()?,
        };
        writer::write(&self.jobs, move |session| {
            session.patch(&container, &partition, &change)
        })
        .await
    }

    async fn delete(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        if_match: Option<&Etag>,
    ) -> Result<(), StoreError> {
        let change = |_: &Container| Ok(Change::Delete(id.clone(), if_match.cloned()));
        self.write(container, partition, change).await.map(drop)
    }

    async fn transact(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        writes: &[WriteOp],
    ) -> Result<Vec<Option<Written>>, TransactionError> {
        let (container, partition) = self.place(container, partition)?;
        let changes = check_writes(&container, writes)?;
        writer::write(&self.jobs, move |session| {
            session.apply_all(&container, &partition, &changes)
        })
        .await
    }

    async fn query(
        &self,
        container: &ContainerName,
        scope: Scope<'_>,
        text: &str,
        parameters: &str,
        options: &QueryOptions,
        limits: &QueryLimits,
    ) -> Result<Page, StoreError> {
        let container = Arc::clone(self.container(container)?);
        let partition = match scope {
            Scope::Partition(key) => Some(container.partition(key)?),
            Scope::Whole => None,
        };
        let (query, options, limits) = (Query::parse(text, parameters)?, options.clone(), *limits);
        let now = self.shared.clock.now();
        let cancelled = Arc::new(AtomicBool::new(false));
        let _cancel = CancelOnDrop(Arc::clone(&cancelled));
        let run = move |connection: &Connection| {
            let budget = Budget::new(limits.max_bytes_held, Some(limits.deadline), &cancelled);
            let mut run = Run::start(&query, &options, &limits, &budget)?;
            if query.has_rows() {
                feed(connection, &container, partition.as_deref(), now, &query, &mut run)?;
            } else {
                run.push_nothing()?;
            }
            run.finish()
        };
        self.readers.read(Line::Query, run).await
    }

    async fn close(&self) {
        let (jobs, readers) = (Arc::clone(&self.jobs), Arc::clone(&self.readers));
        let (points, running) = (Arc::clone(&self.points), Arc::clone(&self.running));
        // Joining threads blocks. If the runtime is ending, dropping the store does the same.
        drop(tokio::task::spawn_blocking(move || shut_down(&jobs, &readers, &points, &running)).await);
    }
}

/// Tells a query that its caller has gone.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    connection.prepare_cached(sql).map_err(StoreError::unavailable)
}

fn read_item(
    statement: &mut CachedStatement<'_>,
    partition: &str,
    id: ItemId,
    now: u64,
) -> Result<Option<Item>, StoreError> {
    let found = statement
        .query_row([partition, id.as_str()], |row| {
            if is_over(row.get(2)?, now) {
                return Ok(None);
            }
            Ok(Some((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(3)?,
            )))
        })
        .optional()
        .map_err(StoreError::unavailable)?;
    Ok(found.flatten().map(|(etag, timestamp, body)| Item {
        id,
        etag: Etag::new(etag),
        timestamp: timestamp.unsigned_abs(),
        body,
    }))
}

/// Gives the run the rows of its scope, until it has enough.
fn feed(
    connection: &Connection,
    container: &Container,
    partition: Option<&str>,
    now: u64,
    query: &Query,
    run: &mut Run<'_>,
) -> Result<(), StoreError> {
    let (after, now) = (run.start_after(), sql_seconds(now));
    // Only a partition has an index by id. Over the whole container each row is pushed, so that it counts as read.
    let (sql, only_id) = match (partition, query.only_id()) {
        (Some(_), Some(id)) => (&container.find_in_partition, Some(id)),
        (Some(_), None) => (&container.scan_partition, None),
        (None, _) => (&container.scan_whole, None),
    };
    let mut statement = prepare(connection, sql)?;
    let rows = match (partition, only_id) {
        (Some(partition), Some(id)) => statement.query(params![partition, after, now, id]),
        (Some(partition), None) => statement.query(params![partition, after, now]),
        (None, _) => statement.query(params![after, now]),
    };
    let mut rows = rows.map_err(StoreError::unavailable)?;
    while let Some(row) = rows.next().map_err(StoreError::unavailable)? {
        let item = (|| {
            Ok(Row {
                position: row.get(0)?,
                etag: row.get_ref(1)?.as_str()?,
                timestamp: row.get::<_, i64>(2)?.unsigned_abs(),
                body: row.get_ref(3)?.as_str()?,
            })
        })();
        let item = item.map_err(|error: rusqlite::Error| StoreError::unavailable(error))?;
        if run.push(&item)? == Flow::Full {
            break;
        }
    }
    Ok(())
}

/// Checks the writes of a transaction, and all its bodies together.
/// Source: Azure Cosmos DB, "Transactional batch operations", limitations.
fn check_writes(container: &Container, writes: &[WriteOp]) -> Result<Vec<Change>, TransactionError> {
    if writes.is_empty() || writes.len() > MAX_TRANSACTION_WRITES {
        let what = format!("a transaction has 1 to {MAX_TRANSACTION_WRITES} writes");
        return Err(StoreError::Invalid(what).into());
    }
    let paths = container.partition_paths();
    let mut bytes = 0;
    let mut changes = Vec::with_capacity(writes.len());
    for (index, write) in writes.iter().enumerate() {
        let body = |text: &str, missing_id| {
            Body::check(text, paths, missing_id).map_err(|error| TransactionError::at(index, error))
        };
        let change = match write {
            WriteOp::Create { body: text } => Change::Create(body(text, MissingId::Fresh)?),
            WriteOp::Upsert { body: text } => Change::Upsert(body(text, MissingId::Invalid)?),
            WriteOp::Replace { body: text, if_match } => {
                Change::Replace(body(text, MissingId::Invalid)?, if_match.clone())
            }
            WriteOp::Delete { id, if_match } => Change::Delete(id.clone(), if_match.clone()),
        };
        if let Change::Create(body) | Change::Upsert(body) | Change::Replace(body, _) = &change {
            bytes += body.text.len();
        }
        if bytes > MAX_ITEM_BYTES {
            return Err(StoreError::TooLarge.into());
        }
        changes.push(change);
    }
    Ok(changes)
}
