//! The embedded store: SQLite in one directory, for one host.
//!
//! In come the operations of [`DocumentStore`]; each is checked on the caller's thread and then handed over: writes to the one
//! writer (`writer`), which commits many at once, queries (`queries`) and reads of many items to threads that read (`pool`). Only the
//! read of one item stays where it is (`points`): it takes less time than to hand it over. A body is stored as the text that a read
//! gives back, so that reading parses nothing.
//!
//! Nobody's queries make others wait for long. They line up by whose they are, and owners are served in rotation (`line`); a query
//! computes for a slice of time and then lets the next one go first (`turns`); and no owner takes the last thread (`pool`).
//!
//! Rows hold the number of their partition's key (`partitions`). A container may have indexes over properties (`index`), which spare
//! ordered and narrow queries the most of a partition. A store is copied and exported beside the host that uses it (`snapshot`).
//!
//! Files: `documents.db` with SQLite's `-wal` and `-shm` beside it, and `documents.lock`, which a second host can't take. What is
//! acknowledged is synced to the disk, and survives the death of the process and the loss of power.
//!
//! Never does a partition key, an id or a parameter become a part of SQL: they are bound. Never is there a row from another
//! partition to filter out: the SQL of a partition's scope asks for that partition only, before the query's text is looked at.

mod changes;
mod check;
mod container;
mod files;
mod index;
mod line;
mod partitions;
mod points;
mod pool;
mod queries;
mod queue;
mod schema;
mod session;
mod settings;
mod snapshot;
mod turns;
mod upgrade;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use rusqlite::{CachedStatement, Connection};

use self::changes::PatchChange;
use self::container::Container;
use self::points::{Points, read_item};
use self::pool::Pool;
use self::queries::{Queries, Question};
pub use self::settings::{Clock, EmbeddedSettings, OpenError};
pub use self::snapshot::{Snapshot, SnapshotError};
use self::turns::Owner;
use self::writer::Jobs;
use crate::body::{Body, MissingId};
use crate::changes::{Change, check_writes};
use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Item, Written};
use crate::names::{ContainerName, ItemId};
use crate::operations::{MAX_READ_MANY, Page, PatchOperation, PatchOptions, QueryLimits, QueryOptions, Scope, WriteOp};
use crate::partition::PartitionKey;
use crate::patch::Patch;
use crate::query::{Condition, Query};
use crate::store::DocumentStore;

/// Writes that may wait for the writer; a further caller waits without being queued.
const MAX_WAITING_WRITES: usize = 1024;
/// The deepest expression over the deepest item needs a fraction of it, also in a build without optimisation.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The document store in a directory of this machine.
pub struct EmbeddedStore {
    parts: Arc<Parts>,
}

/// What the store is made of.
struct Parts {
    shared: Arc<Shared>,
    jobs: Arc<Jobs>,
    points: Points,
    /// Reads of several items, and of one if no connection of `points` is free.
    reads: Arc<Pool>,
    queries: Queries,
    running: Mutex<Running>,
}

/// What the writer uses as well.
struct Shared {
    containers: HashMap<ContainerName, Arc<Container>>,
    clock: Clock,
}

/// What ends last.
#[derive(Default)]
struct Running {
    writer: Option<JoinHandle<()>>,
    lock: Option<File>,
}

impl EmbeddedStore {
    /// Opens the store, and makes its files and indexes if they aren't there. The database is checked first: after a crash all of
    /// it, which takes as long as reading it does.
    pub fn open(settings: EmbeddedSettings) -> Result<Self, OpenError> {
        let files = files::open(&settings)?;
        let readers = settings.readers.max(1);
        let points = (0..=readers)
            .map(|_| files::connect_reader(&files.path, files::CACHE_KIB))
            .collect::<Result<_, _>>()?;
        let store = Self {
            parts: Arc::new(Parts {
                shared: Arc::new(Shared {
                    containers: files.containers,
                    clock: settings.clock,
                }),
                jobs: Arc::new(Jobs::new(MAX_WAITING_WRITES)),
                points: Points::new(points),
                reads: Pool::new("documents-reader", &files.path, 1, readers + 1),
                queries: Queries::new(&files.path, readers),
                running: Mutex::default(),
            }),
        };
        // From here on dropping `store` ends what was started.
        let mut running = store.parts.running();
        running.lock = Some(files.lock);
        let (jobs, shared) = (Arc::clone(&store.parts.jobs), Arc::clone(&store.parts.shared));
        running.writer = Some(spawn("documents-writer", move || {
            writer::run(files.writer, jobs, shared)
        })?);
        drop(running);
        store.parts.reads.open()?;
        store.parts.queries.open()?;
        Ok(store)
    }

    fn container(&self, name: &ContainerName) -> Result<&Arc<Container>, StoreError> {
        self.parts
            .shared
            .containers
            .get(name)
            .ok_or_else(|| StoreError::UnknownContainer(name.clone()))
    }

    /// A container and a key of it, ready to be sent to a thread.
    fn place(&self, name: &ContainerName, partition: &PartitionKey) -> Result<(Arc<Container>, String), StoreError> {
        let container = self.container(name)?;
        Ok((Arc::clone(container), container.key(partition)?))
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
        writer::write(&self.parts.jobs, move |session| {
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
        self.parts.shut_down();
    }
}

impl Parts {
    /// Ends the threads, once what they were given is done, and then lets go of the lock. The writer is last, so that it can merge
    /// the log when nobody reads any more.
    fn shut_down(&self) {
        let mut running = self.running();
        self.reads.close();
        self.queries.close();
        self.points.close();
        self.jobs.close();
        if let Some(writer) = running.writer.take() {
            // If it panicked, it has nothing more to tell.
            drop(writer.join());
        }
        running.lock = None;
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let owner = Owner::Partition(partition.as_str().into());
        let (id, now) = (id.clone(), self.parts.shared.clock.now());
        let read = move |connection: &Connection| {
            let mut statement = prepare(connection, &container.read)?;
            read_item(&mut statement, &partition, id, now)?.ok_or(StoreError::NotFound)
        };
        match self.parts.points.read(read) {
            Ok(item) => item,
            Err(read) => self.parts.reads.read(owner, read).await,
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
        let owner = Owner::Partition(partition.as_str().into());
        let (ids, now) = (ids.to_vec(), self.parts.shared.clock.now());
        let read = move |connection: &Connection| {
            // One transaction, so that all answers are of one moment.
            let transaction = connection.unchecked_transaction().map_err(StoreError::unavailable)?;
            let mut statement = prepare(&transaction, &container.read)?;
            ids.into_iter()
                .map(|id| read_item(&mut statement, &partition, id, now))
                .collect()
        };
        self.parts.reads.read(owner, read).await
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
        writer::write(&self.parts.jobs, move |session| {
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
        let changes = check_writes(container.partition_paths(), writes)?;
        writer::write(&self.parts.jobs, move |session| {
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
        let (partition, owners) = match scope {
            Scope::Partition(key) => (Some(container.key(key)?.into()), None),
            Scope::Whole => (None, None),
            Scope::WholeWithOwners(owners) => (None, Some(owners.clone())),
        };
        let question = Question {
            container,
            partition,
            owners,
            query: Query::parse(text, parameters)?,
            options: options.clone(),
            limits: *limits,
            now: self.parts.shared.clock.now(),
        };
        self.parts.queries.ask(question).await
    }

    async fn close(&self) {
        let parts = Arc::clone(&self.parts);
        // Joining threads blocks. If the runtime is ending, dropping the store does the same.
        drop(tokio::task::spawn_blocking(move || parts.shut_down()).await);
    }
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    connection.prepare_cached(sql).map_err(StoreError::unavailable)
}
