//! A store's file as it is at one moment, read beside a host that goes on writing.
//!
//! SQLite in WAL mode lets another process read while one writes, and a read transaction sees one moment however long it takes: so
//! neither a backup nor an export needs the lock that keeps a second host away, and neither holds a writer up. (The log can't be
//! merged into the file past that moment, so it grows meanwhile.) Nothing here can write to the store.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::check::{Extent, integrity};
use super::container::Container;
use super::new_file::NewFile;
use super::session::sql_seconds;
use super::{Clock, OpenError, files, schema};
use crate::error::Cause;
use crate::names::ContainerName;
use crate::partition::ContainerDefinition;
use crate::transfer::Line;

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
    /// There is a file already.
    #[error("`{path}` exists: name another file, or say that it is to be replaced")]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// The copy can't be written.
    #[error("`{path}` can't be written: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite couldn't copy; a full disk is the usual reason.
    #[error("the copy `{path}` can't be made: {source}")]
    Copy {
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
        if !schema::check_format(&connection, &path)? {
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
        let (new, file) = create(to, replace)?;
        let copy = |error: rusqlite::Error| SnapshotError::Copy {
            path: to.to_owned(),
            source: Cause::new(error),
        };
        let name = new.path().to_str().ok_or_else(|| {
            file_error(
                to,
                std::io::Error::new(std::io::ErrorKind::InvalidInput, "the name isn't UTF-8"),
            )
        })?;
        self.connection.execute("VACUUM INTO ?1", [name]).map_err(copy)?;
        let mut copied = Connection::open_with_flags(new.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(copy)?;
        super::index::add_function(&copied).map_err(copy)?;
        integrity(&mut copied, new.path(), Extent::Everything)?;
        drop(copied);
        let bytes = file.metadata().map_err(|error| file_error(to, error))?.len();
        finish(new, to, replace)?;
        Ok(bytes)
    }

    /// Writes all items that live into a file of JSON lines, as [`import`](crate::import) reads them. Gives how many each container
    /// has.
    ///
    /// # Errors
    /// There is a file and `replace` is false, or the export can't be made.
    pub fn export(&self, to: &Path, replace: bool) -> Result<BTreeMap<ContainerName, u64>, SnapshotError> {
        let (new, file) = create(to, replace)?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        let mut counts = BTreeMap::new();
        // One transaction, so that all containers are of one moment.
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| self.error(&error))?;
        let now = sql_seconds(Clock::system().now());
        for (number, definition) in schema::stored_containers(&transaction).map_err(|error| self.error(&error))? {
            let mut count = 0;
            let mut statement = transaction
                .prepare(&Container::export(number))
                .map_err(|error| self.error(&error))?;
            let mut rows = statement.query(params![now]).map_err(|error| self.error(&error))?;
            while let Some(row) = rows.next().map_err(|error| self.error(&error))? {
                let line = (|| {
                    Ok(Line {
                        container: definition.name.as_str(),
                        partition: row.get_ref(0)?.as_str()?,
                        etag: row.get_ref(1)?.as_str()?,
                        timestamp: row.get::<_, i64>(2)?.unsigned_abs(),
                        item: row.get_ref(3)?.as_str()?,
                    }
                    .to_text())
                })();
                let line = line.map_err(|error: rusqlite::Error| self.error(&error))?;
                out.write_all(line.as_bytes()).map_err(|error| file_error(to, error))?;
                count += 1;
            }
            counts.insert(definition.name, count);
        }
        out.flush().map_err(|error| file_error(to, error))?;
        drop(out);
        finish(new, to, replace)?;
        Ok(counts)
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

/// Starts a copy. That there is a file is found out before the work; what appears meanwhile, at the end.
fn create(to: &Path, replace: bool) -> Result<(NewFile, std::fs::File), SnapshotError> {
    if !replace && to.symlink_metadata().is_ok() {
        return Err(SnapshotError::Exists { path: to.to_owned() });
    }
    NewFile::create(to).map_err(|error| file_error(to, error))
}

fn finish(new: NewFile, to: &Path, replace: bool) -> Result<(), SnapshotError> {
    new.finish(replace).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => SnapshotError::Exists { path: to.to_owned() },
        _ => file_error(to, error),
    })
}

fn file_error(path: &Path, source: std::io::Error) -> SnapshotError {
    SnapshotError::File {
        path: path.to_owned(),
        source,
    }
}
