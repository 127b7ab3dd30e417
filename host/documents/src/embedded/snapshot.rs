//! A store's file as it is at one moment, read beside a host that goes on writing.
//!
//! SQLite in WAL mode lets another process read while one writes, and a read transaction sees one moment however long it takes: so
//! neither a backup nor an export needs the lock that keeps a second host away, and neither holds a writer up. (The log can't be
//! merged into the file past that moment, so it grows meanwhile.) Nothing here can write to the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::check::{Extent, integrity};
use super::container::Container;
use super::session::sql_seconds;
use super::{Clock, OpenError, files, schema};
use crate::error::Cause;
use crate::names::ContainerName;
use crate::partition::ContainerDefinition;
use crate::transfer::{Copy, CopyError, Export, Line};

/// A store that is there, to be copied.
pub struct Snapshot {
    path: PathBuf,
    connection: Connection,
}

/// Why a copy wasn't made. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store can't be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy's file can't be made.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// SQLite couldn't copy; a full disk is the usual reason.
    #[error("the copy `{path}` can't be made: {source}")]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// SQLite's reason.
        source: Cause,
    },
}

impl Snapshot {
    /// Opens the store in `directory` for reading.
    ///
    /// # Errors
    /// There is no store, or it can't be read.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let path = files::database(directory);
        // SQLite doesn't say why a file can't be opened.
        std::fs::File::open(&path).map_err(|source| OpenError::File {
            path: path.clone(),
            source,
        })?;
        let connection = files::connect_reader(&path, files::CACHE_KIB)?;
        if schema::check_format(&connection, &path)?.is_none() {
            return Err(OpenError::NotOurs { path });
        }
        Ok(Self { path, connection })
    }

    /// The containers that the store has, whether they are configured or not.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn containers(&self) -> Result<Vec<ContainerDefinition>, OpenError> {
        let stored = schema::stored_containers(&self.connection).map_err(|error| self.error(&error))?;
        Ok(stored.into_iter().map(|(_, definition)| definition).collect())
    }

    /// Copies the whole store into one file, which can be put in the place of `documents.db`. The copy is checked and on the disk
    /// when this returns, and readable by its owner only. Gives its size in bytes.
    ///
    /// # Errors
    /// There is a file and `replace` is false, or the copy can't be made.
    pub fn back_up(&self, to: &Path, replace: bool) -> Result<u64, SnapshotError> {
        let (copy, file) = Copy::create(to, replace)?;
        let failed = |error: rusqlite::Error| SnapshotError::Sqlite {
            path: to.to_owned(),
            source: Cause::new(error),
        };
        let name = copy.path().to_str().ok_or_else(|| {
            copy.failed(std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "the name isn't UTF-8",
            ))
        })?;
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(failed)?;
        let mut copied = Connection::open_with_flags(copy.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        super::index::add_function(&copied).map_err(failed)?;
        integrity(&mut copied, copy.path(), Extent::Everything)?;
        drop(copied);
        let bytes = file.metadata().map_err(|error| copy.failed(error))?.len();
        copy.finish()?;
        Ok(bytes)
    }

    /// Writes all items that live into a file of JSON lines, as [`import`](crate::import) reads them. Gives how many each container
    /// has.
    ///
    /// # Errors
    /// There is a file and `replace` is false, or the export can't be made.
    pub fn export(&self, to: &Path, replace: bool) -> Result<BTreeMap<ContainerName, u64>, SnapshotError> {
        schema::check_current(&self.connection, &self.path)?;
        let mut export = Export::create(to, replace)?;
        // One transaction, so that all containers are of one moment.
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| self.error(&error))?;
        let now = sql_seconds(Clock::system().now());
        for (number, definition) in schema::stored_containers(&transaction).map_err(|error| self.error(&error))? {
            export.begin(&definition.name);
            let mut statement = transaction
                .prepare(&Container::export(number))
                .map_err(|error| self.error(&error))?;
            let mut rows = statement.query(params![now]).map_err(|error| self.error(&error))?;
            while let Some(row) = rows.next().map_err(|error| self.error(&error))? {
                let line = (|| {
                    Ok(Line {
                        partition: row.get_ref(0)?.as_str()?,
                        etag: row.get_ref(1)?.as_str()?,
                        timestamp: row.get::<_, i64>(2)?.unsigned_abs(),
                        item: row.get_ref(3)?.as_str()?,
                    })
                })();
                let line = line.map_err(|error: rusqlite::Error| self.error(&error))?;
                export.write(&definition.name, &line)?;
            }
        }
        Ok(export.finish()?)
    }

    fn error(&self, error: &rusqlite::Error) -> OpenError {
        OpenError::storage(&self.path, error)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Snapshot")
    }
}
