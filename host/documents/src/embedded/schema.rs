//! The tables: made where they aren't there yet, and checked against the settings where they are.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::container::Container;
use super::index::Index;
use super::partitions::{self, SCHEMA as PARTITIONS};
use super::settings::OpenError;
use super::upgrade;
use crate::names::ContainerName;
use crate::partition::{ContainerDefinition, PropertyPath};

/// "ushr": marks the file as ours (SQLite, `PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x7573_6872;
/// The tables below. Earlier formats become this one when the store is opened (`upgrade`).
const FORMAT: i64 = 3;
const OLDEST_FORMAT: i64 = 1;

/// Checks definitions by themselves.
pub(super) fn check_definitions(definitions: &[ContainerDefinition]) -> Result<(), OpenError> {
    for (index, definition) in definitions.iter().enumerate() {
        if definitions[..index].iter().any(|other| other.name == definition.name) {
            return Err(OpenError::ConfiguredTwice(definition.name.clone()));
        }
        let paths = &definition.partition_paths;
        if paths.is_empty() || paths.len() > crate::PartitionKey::MAX_LEVELS || has_repeated(paths) {
            return Err(OpenError::PartitionPaths(definition.name.clone()));
        }
        let indexes = &definition.indexes;
        let of_the_host = indexes.iter().any(|path| paths.contains(path));
        if indexes.len() > ContainerDefinition::MAX_INDEXES || of_the_host || has_repeated(indexes) {
            return Err(OpenError::Indexes(definition.name.clone()));
        }
    }
    Ok(())
}

fn has_repeated(paths: &[PropertyPath]) -> bool {
    paths
        .iter()
        .enumerate()
        .any(|(index, path)| paths[..index].contains(path))
}

/// Checks that a file is a store, or empty. Gives the store's format.
pub(super) fn check_format(connection: &Connection, path: &Path) -> Result<Option<i64>, OpenError> {
    let pragma = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|error| OpenError::storage(path, &error))
    };
    let objects: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| OpenError::storage(path, &error))?;
    match (pragma("application_id")?, pragma("user_version")?) {
        (0, 0) if objects == 0 => Ok(None),
        (APPLICATION_ID, found @ OLDEST_FORMAT..=FORMAT) => Ok(Some(found)),
        (APPLICATION_ID, found) if found > FORMAT => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        }),
        _ => Err(OpenError::NotOurs { path: path.to_owned() }),
    }
}

/// Checks that a store needs no upgrade, for who can only read it.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match check_format(connection, path)? {
        Some(found) if found < FORMAT => Err(OpenError::Older {
            path: path.to_owned(),
            found,
            current: FORMAT,
        }),
        _ => Ok(()),
    }
}

/// Makes what isn't there yet in a store of this format, all or nothing, and says which tables each container has.
pub(super) fn make_containers(
    connection: &mut Connection,
    path: &Path,
    format: Option<i64>,
    definitions: &[ContainerDefinition],
) -> Result<HashMap<ContainerName, Arc<Container>>, OpenError> {
    let storage = |error: rusqlite::Error| OpenError::storage(path, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(storage)?;
    transaction
        .execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS containers (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                partition_paths TEXT NOT NULL
            ) STRICT;
            CREATE TABLE IF NOT EXISTS indexes (
                number INTEGER PRIMARY KEY,
                container INTEGER NOT NULL,
                path TEXT NOT NULL,
                UNIQUE (container, path)
            ) STRICT;
            {PARTITIONS}
            PRAGMA application_id = {APPLICATION_ID};
            PRAGMA user_version = {FORMAT};"
        ))
        .map_err(storage)?;
    upgrade::to_current(&transaction, format).map_err(storage)?;
    partitions::remove_unused(&transaction, &container_numbers(&transaction).map_err(storage)?).map_err(storage)?;
    let mut containers = HashMap::new();
    for definition in definitions {
        let number = make_container(&transaction, definition).map_err(|error| error.at(path))?;
        let indexes = make_indexes(&transaction, number, definition).map_err(storage)?;
        containers.insert(
            definition.name.clone(),
            Arc::new(Container::new(definition.clone(), number, &indexes)),
        );
    }
    transaction.commit().map_err(storage)?;
    Ok(containers)
}

/// Why a container wasn't made.
enum Failure {
    Storage(rusqlite::Error),
    Open(OpenError),
}

impl Failure {
    fn at(self, path: &Path) -> OpenError {
        match self {
            Self::Storage(error) => OpenError::storage(path, &error),
            Self::Open(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

/// Gives the number of a container, which is made if it is new.
fn make_container(transaction: &Transaction<'_>, definition: &ContainerDefinition) -> Result<i64, Failure> {
    let configured = written(&definition.partition_paths);
    let known: Option<(i64, String)> = transaction
        .query_row(
            "SELECT number, partition_paths FROM containers WHERE name = ?1",
            [definition.name.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match known {
        Some((number, stored)) if stored == configured => Ok(number),
        Some((_, stored)) => Err(Failure::Open(OpenError::PartitionKeyChanged {
            name: definition.name.clone(),
            stored,
            configured,
        })),
        None => {
            transaction.execute(
                "INSERT INTO containers (name, partition_paths) VALUES (?1, ?2)",
                [definition.name.as_str(), &configured],
            )?;
            let number = transaction.last_insert_rowid();
            transaction.execute_batch(&Container::schema(number))?;
            Ok(number)
        }
    }
}

/// Makes the indexes that are new, removes those that are gone, and gives the numbers of all that are configured.
fn make_indexes(
    transaction: &Transaction<'_>,
    container: i64,
    definition: &ContainerDefinition,
) -> Result<Vec<i64>, rusqlite::Error> {
    let table = Container::table(container);
    let mut numbers = HashMap::new();
    for (number, path) in stored_indexes(transaction, container)? {
        let wanted = definition.indexes.iter().find(|wanted| wanted.as_str() == path);
        let schema: Option<String> = transaction
            .query_row(
                "SELECT sql FROM sqlite_schema WHERE name = ?1",
                [Index::name(number)],
                |row| row.get(0),
            )
            .optional()?;
        // One that was made in another way isn't one of these keys.
        let same = wanted.filter(|path| schema.as_deref() == Some(Index::schema(&table, number, path).as_str()));
        if let Some(path) = same {
            numbers.insert(path, number);
        } else {
            transaction.execute_batch(&Index::drop_schema(number))?;
            transaction.execute("DELETE FROM indexes WHERE number = ?1", [number])?;
        }
    }
    definition
        .indexes
        .iter()
        .map(|path| match numbers.get(path) {
            Some(number) => Ok(*number),
            None => {
                tracing::info!(container = %definition.name, index = path.as_str(), "documents: an index is made");
                transaction.execute(
                    "INSERT INTO indexes (container, path) VALUES (?1, ?2)",
                    (container, path.as_str()),
                )?;
                let number = transaction.last_insert_rowid();
                transaction.execute_batch(&Index::schema(&table, number, path))?;
                Ok(number)
            }
        })
        .collect()
}

fn stored_indexes(connection: &Connection, container: i64) -> Result<Vec<(i64, String)>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT number, path FROM indexes WHERE container = ?1 ORDER BY number")?;
    let rows = statement.query_map([container], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The numbers of all containers that a store has, configured or not.
pub(super) fn container_numbers(connection: &Connection) -> Result<Vec<i64>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT number FROM containers ORDER BY number")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

/// The containers that a store has, each with the number of its table.
pub(super) fn stored_containers(connection: &Connection) -> Result<Vec<(i64, ContainerDefinition)>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT number, name, partition_paths FROM containers ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;
    // Format 1 has no such table.
    let has_indexes = connection.table_exists(None, "indexes")?;
    rows.map(|row| {
        let (number, name, paths) = row?;
        let indexes = if has_indexes {
            stored_indexes(connection, number)?
        } else {
            Vec::new()
        };
        let definition = ContainerDefinition {
            name: ContainerName::new(&name).map_err(unreadable)?,
            partition_paths: read(paths.split(','))?,
            indexes: read(indexes.iter().map(|(_, path)| path.as_str()))?,
        };
        Ok((number, definition))
    })
    .collect()
}

fn written(paths: &[PropertyPath]) -> String {
    paths.iter().map(|path| path.as_str()).collect::<Vec<_>>().join(",")
}

fn read<'p>(paths: impl Iterator<Item = &'p str>) -> Result<Vec<PropertyPath>, rusqlite::Error> {
    paths.map(|path| PropertyPath::new(path).map_err(unreadable)).collect()
}

/// Names and paths were checked when they were written.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}
