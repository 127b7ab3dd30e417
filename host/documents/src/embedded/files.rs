//! The store's files: the directory, the lock, the database and its schema.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::container::Container;
use super::settings::{EmbeddedSettings, OpenError};
use crate::error::Cause;
use crate::names::ContainerName;
use crate::partition::ContainerDefinition;

/// "ushr": marks the file as ours (SQLite, `PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x7573_6872;
/// The schema below.
const FORMAT: i64 = 1;
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
    check_definitions(&settings.containers)?;
    make_directory(&settings.directory).map_err(|source| OpenError::File {
        path: settings.directory.clone(),
        source,
    })?;
    let lock = lock(&settings.directory)?;
    let path = settings.directory.join("documents.db");
    private_file(&path)?;
    // SQLite removes this file when it closes cleanly.
    let crashed = std::fs::metadata(path.with_extension("db-wal")).is_ok_and(|left| left.len() > 0);
    let storage = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenError::NotOurs { path: path.clone() },
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
            path: path.clone(),
            problem: error.to_string(),
        },
        _ => OpenError::Storage {
            path: path.clone(),
            source: Cause::new(&error),
        },
    };
    let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, CACHE_KIB).map_err(storage)?;
    check_format(&writer, &path, storage)?;
    if crashed {
        let problem: String = writer
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(storage)?;
        if problem != "ok" {
            return Err(OpenError::Damaged { path, problem });
        }
    }
    writer.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
    // FULL syncs the log at every commit: what is acknowledged survives the loss of power (SQLite, "PRAGMA synchronous").
    writer.pragma_update(None, "synchronous", "FULL").map_err(storage)?;
    let containers = make_containers(&mut writer, &settings.containers, storage)?;
    Ok(Files {
        path,
        lock,
        writer,
        containers,
    })
}

/// Opens a connection that can only read.
pub(super) fn connect_reader(path: &Path, cache_kib: u32) -> Result<Connection, OpenError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, cache_kib).map_err(|error| OpenError::Storage {
        path: path.to_owned(),
        source: Cause::new(&error),
    })
}

fn connect(path: &Path, flags: OpenFlags, cache_kib: u32) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn check_definitions(definitions: &[ContainerDefinition]) -> Result<(), OpenError> {
    for (index, definition) in definitions.iter().enumerate() {
        if definitions[..index].iter().any(|other| other.name == definition.name) {
            return Err(OpenError::ConfiguredTwice(definition.name.clone()));
        }
        let paths = &definition.partition_paths;
        let repeated = paths
            .iter()
            .enumerate()
            .any(|(index, path)| paths[..index].contains(path));
        if paths.is_empty() || paths.len() > crate::PartitionKey::MAX_LEVELS || repeated {
            return Err(OpenError::PartitionPaths(definition.name.clone()));
        }
    }
    Ok(())
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

fn check_format(
    connection: &Connection,
    path: &Path,
    storage: impl Fn(rusqlite::Error) -> OpenError,
) -> Result<(), OpenError> {
    let pragma = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(&storage)
    };
    let objects: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(&storage)?;
    match (pragma("application_id")?, pragma("user_version")?) {
        (0, 0) if objects == 0 => Ok(()),
        (APPLICATION_ID, FORMAT) => Ok(()),
        (APPLICATION_ID, found) if found > FORMAT => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        }),
        _ => Err(OpenError::NotOurs { path: path.to_owned() }),
    }
}

/// Makes what isn't there yet, all or nothing, and says which table each container has.
fn make_containers(
    connection: &mut Connection,
    definitions: &[ContainerDefinition],
    storage: impl Fn(rusqlite::Error) -> OpenError + Copy,
) -> Result<HashMap<ContainerName, Arc<Container>>, OpenError> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(storage)?;
    transaction
        .execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS containers (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                partition_paths TEXT NOT NULL
            ) STRICT;
            PRAGMA application_id = {APPLICATION_ID};
            PRAGMA user_version = {FORMAT};"
        ))
        .map_err(storage)?;
    let mut containers = HashMap::new();
    for definition in definitions {
        let configured = definition
            .partition_paths
            .iter()
            .map(|path| path.as_str())
            .collect::<Vec<_>>()
            .join(",");
        let known: Option<(i64, String)> = transaction
            .query_row(
                "SELECT number, partition_paths FROM containers WHERE name = ?1",
                [definition.name.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(storage)?;
        let number = match known {
            Some((number, stored)) if stored == configured => number,
            Some((_, stored)) => {
                return Err(OpenError::PartitionKeyChanged {
                    name: definition.name.clone(),
                    stored,
                    configured,
                });
            }
            None => {
                transaction
                    .execute(
                        "INSERT INTO containers (name, partition_paths) VALUES (?1, ?2)",
                        [definition.name.as_str(), &configured],
                    )
                    .map_err(storage)?;
                let number = transaction.last_insert_rowid();
                transaction.execute_batch(&Container::schema(number)).map_err(storage)?;
                number
            }
        };
        containers.insert(
            definition.name.clone(),
            Arc::new(Container::new(definition.clone(), number)),
        );
    }
    transaction.commit().map_err(storage)?;
    Ok(containers)
}
