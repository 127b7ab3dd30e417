//! How to open the embedded store, and what can go wrong then.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::Cause;
use crate::names::ContainerName;
use crate::partition::ContainerDefinition;

/// How to open an [`EmbeddedStore`](super::EmbeddedStore).
#[derive(Clone, Debug)]
pub struct EmbeddedSettings {
    /// Where the files are. It is made, readable by its owner only, if it doesn't exist.
    pub directory: PathBuf,
    /// The containers that exist. A new one is made; one that is left out keeps its items on disk, but can't be asked.
    pub containers: Vec<ContainerDefinition>,
    /// Queries that compute at once; at least one. More may be begun, and take turns. Reads of items don't count: there is a thread
    /// and a connection more for them than this.
    pub readers: usize,
    /// What time it is, for `_ts` and `ttl`.
    pub clock: Clock,
}

impl EmbeddedSettings {
    /// Settings with the system's clock, and as many queries at once as there are processors, two to eight.
    pub fn new(directory: impl Into<PathBuf>, containers: Vec<ContainerDefinition>) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            directory: directory.into(),
            containers,
            readers: processors.clamp(2, 8),
            clock: Clock::system(),
        }
    }
}

/// A clock of whole seconds since 1970.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self::new(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs())
        })
    }

    /// One that asks `seconds`: for tests that don't wait.
    pub fn new(seconds: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(seconds))
    }

    pub(super) fn now(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// Why the store couldn't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it can't be made or opened.
    #[error("`{path}` can't be opened: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the store open.
    #[error(
        "another process uses the documents in `{path}` (it holds the lock `documents.lock` there): stop it, or give this one another data directory"
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The file isn't a document store.
    #[error("`{path}` isn't a document store: move it away, or give another data directory")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A later version has written the file.
    #[error(
        "`{path}` has the format {found}, and this version knows formats up to {known}: use the version that wrote it, or a later one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest that this version knows.
        known: i64,
    },
    /// An earlier version wrote the file, and only reading it was asked for.
    #[error(
        "`{path}` has the format {found}, and this version has {current}: start it once with this store, which brings the file up to date"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// This version's.
        current: i64,
    },
    /// The file is damaged.
    #[error(
        "`{path}` is damaged ({problem}): stop whatever uses it, keep a copy of it and of the file `-wal` beside it, and put a backup in its place"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        problem: String,
    },
    /// Two definitions have the same name.
    #[error("the container `{0}` is configured twice")]
    ConfiguredTwice(ContainerName),
    /// A definition has no partition path, more than three, or one twice.
    #[error("the container `{0}` needs one to three different partition key paths")]
    PartitionPaths(ContainerName),
    /// A definition has too many indexes, one twice, or one over a property that is in no body.
    #[error(
        "the container `{0}` may have up to {max} different indexes, none of them over its partition key",
        max = ContainerDefinition::MAX_INDEXES
    )]
    Indexes(ContainerName),
    /// A container's items were stored by another partition key.
    #[error(
        "the container `{name}` was made with the partition key {stored}, but {configured} is configured: a partition key can't change"
    )]
    PartitionKeyChanged {
        /// Which container.
        name: ContainerName,
        /// Its paths on disk.
        stored: String,
        /// Its paths in the configuration.
        configured: String,
    },
    /// SQLite failed.
    #[error("`{path}` can't be used: {source}")]
    Storage {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: Cause,
    },
    /// A thread couldn't be started.
    #[error("a thread of the store can't be started: {0}")]
    Thread(#[source] std::io::Error),
}

impl OpenError {
    /// What an error of SQLite's about a file means.
    pub(super) fn storage(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotOurs { path },
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                problem: error.to_string(),
            },
            _ => Self::Storage {
                path,
                source: Cause::new(error),
            },
        }
    }
}
