//! The store's files: the directory, the lock, the database and connections to it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::check::{Extent, integrity};
use super::container::Container;
use super::settings::{EmbeddedSettings, OpenError};
use super::{index, schema};
use crate::names::ContainerName;

/// After how many pages the log is merged into the file: 16 MiB. A page that many commits change is then merged once for all of
/// them. Measured: a quarter more creates a second than with SQLite's 1,000; beyond this, little more.
const CHECKPOINT_PAGES: u32 = 4000;
/// How long a connection waits for a lock that SQLite holds inside of this process, which are short.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The page cache of a connection that is always there, in KiB.
pub(super) const CACHE_KIB: u32 = 8 * 1024;
/// The page cache of a connection of which there may be dozens, in KiB: SQLite's default.
pub(super) const SMALL_CACHE_KIB: u32 = 2000;

/// The open files, before threads are started.
pub(super) struct Files {
    pub(super) path: PathBuf,
    /// Dropping it releases the lock.
    pub(super) lock: File,
    pub(super) writer: Connection,
    pub(super) containers: HashMap<ContainerName, Arc<Container>>,
}

/// Opens or makes the files, and checks that they are what the settings say.
pub(super) fn open(settings: &EmbeddedSettings) -> Result<Files, OpenError> {
    schema::check_definitions(&settings.containers)?;
    make_directory(&settings.directory).map_err(|source| OpenError::File {
        path: settings.directory.clone(),
        source,
    })?;
    let lock = lock(&settings.directory)?;
    let path = database(&settings.directory);
    private_file(&path)?;
    // SQLite removes this file when it closes cleanly.
    let crashed = std::fs::metadata(path.with_extension("db-wal")).is_ok_and(|left| left.len() > 0);
    let storage = |error: rusqlite::Error| OpenError::storage(&path, &error);
    let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, CACHE_KIB).map_err(storage)?;
    let format = schema::check_format(&writer, &path)?;
    let extent = if crashed { Extent::Everything } else { Extent::ForAWhile };
    integrity(&mut writer, &path, extent)?;
    writer.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
    // FULL syncs the log at every commit: what is acknowledged survives the loss of power (SQLite, "PRAGMA synchronous").
    writer.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
    writer
        .pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)
        .map_err(storage)?;
    let containers = schema::make_containers(&mut writer, &path, format, &settings.containers)?;
    Ok(Files {
        path,
        lock,
        writer,
        containers,
    })
}

/// The database in a store's directory.
pub(super) fn database(directory: &Path) -> PathBuf {
    directory.join("documents.db")
}

/// Opens a connection that can only read.
pub(super) fn connect_reader(path: &Path, cache_kib: u32) -> Result<Connection, OpenError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, cache_kib).map_err(|error| OpenError::storage(path, &error))
}

fn connect(path: &Path, flags: OpenFlags, cache_kib: u32) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(256);
    index::add_function(&connection)?;
    Ok(connection)
}

fn make_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file, or makes an empty one for its owner only. SQLite gives its other files the same mode.
fn private_file(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

/// Takes the lock that a second process can't have. The kernel releases it when this process ends, however it ends.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let path = directory.join("documents.lock");
    let file = private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: directory.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path, source }),
    }
}
