//! A container's table, and the SQL about it. A container has a table of its own, so that scanning one never reads another's rows.

use super::index::Index;
use super::partitions::NUMBER;
use crate::error::StoreError;
use crate::partition::{ContainerDefinition, PartitionKey, PropertyPath};

/// A container on disk.
pub(super) struct Container {
    definition: ContainerDefinition,
    /// `key, id` → etag, timestamp, expires, body.
    pub(super) read: String,
    /// `key, after, now` → position, etag, timestamp, body, by position.
    pub(super) scan_partition: String,
    /// `key, after, now, id`: the same.
    pub(super) find_in_partition: String,
    /// `after, now`: the same.
    pub(super) scan_whole: String,
    /// The same, and then each row's key.
    pub(super) scan_whole_with_keys: String,
    /// `partition, id, etag, timestamp, expires, body`; takes the place of an item only if that has expired.
    pub(super) create: String,
    /// The same; takes the place of any item.
    pub(super) upsert: String,
    /// The same; only over an item that lives.
    pub(super) replace: String,
    /// `partition, id`.
    pub(super) delete: String,
    /// `now, how many`.
    pub(super) purge: String,
    /// In the order of the definition's paths.
    pub(super) indexes: Vec<Index>,
}

impl Container {
    /// The SQL that makes the table of container `number`.
    ///
    /// `position` is SQLite's rowid: it numbers items in the order in which they came. `partition` is the number of the item's key in
    /// [`partitions`](super::partitions). The index on it alone carries the position, and so gives a partition in that order. The one on
    /// ids begins with the id: fresh ids are in the order of time, so that what many people create at once lies on one page
    /// (measured: 29 pages a commit of 64 and not 43).
    pub(super) fn schema(number: i64) -> String {
        let table = Self::table(number);
        format!(
            "CREATE TABLE {table} (
                position INTEGER PRIMARY KEY,
                partition INTEGER NOT NULL,
                id TEXT NOT NULL,
                etag TEXT NOT NULL,
                timestamp INTEGER NOT NULL,
                expires INTEGER,
                body TEXT NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX {table}_by_id ON {table} (id, partition);
            CREATE INDEX {table}_by_partition ON {table} (partition);
            CREATE INDEX {table}_by_expiry ON {table} (expires) WHERE expires IS NOT NULL;"
        )
    }

    /// `indexes` are the numbers of the definition's, in the same order.
    pub(super) fn new(definition: ContainerDefinition, number: i64, indexes: &[i64]) -> Self {
        let table = Self::table(number);
        let paths = definition.indexes.iter().cloned();
        let indexes = indexes
            .iter()
            .zip(paths)
            .map(|(number, path)| Index::new(&table, *number, path));
        let select = "SELECT position, etag, timestamp, body FROM";
        let whole = "WHERE position > ?1 AND (expires IS NULL OR expires > ?2) ORDER BY position";
        let insert = format!(
            "INSERT INTO {table} (partition, id, etag, timestamp, expires, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (partition, id) DO UPDATE
             SET etag = excluded.etag, timestamp = excluded.timestamp, expires = excluded.expires, body = excluded.body"
        );
        Self {
            indexes: indexes.collect(),
            definition,
            read: format!(
                "SELECT etag, timestamp, expires, body FROM {table} INDEXED BY {table}_by_id
                 WHERE partition = {NUMBER} AND id = ?2"
            ),
            scan_partition: format!(
                "{select} {table} INDEXED BY {table}_by_partition
                 WHERE partition = {NUMBER} AND position > ?2 AND (expires IS NULL OR expires > ?3) ORDER BY position"
            ),
            find_in_partition: format!(
                "{select} {table} INDEXED BY {table}_by_id
                 WHERE partition = {NUMBER} AND position > ?2 AND (expires IS NULL OR expires > ?3) AND id = ?4"
            ),
            scan_whole: format!("{select} {table} NOT INDEXED {whole}"),
            scan_whole_with_keys: format!(
                "SELECT position, etag, timestamp, body, key FROM {table} NOT INDEXED
                 CROSS JOIN partitions ON number = partition {whole}"
            ),
            create: format!("{insert} WHERE {table}.expires <= ?4"),
            upsert: insert,
            replace: format!(
                "UPDATE {table} SET etag = ?3, timestamp = ?4, expires = ?5, body = ?6 WHERE partition = ?1 AND id = ?2"
            ),
            delete: format!("DELETE FROM {table} WHERE partition = ?1 AND id = ?2"),
            purge: format!(
                "DELETE FROM {table} WHERE position IN (SELECT position FROM {table} WHERE expires <= ?1 LIMIT ?2)"
            ),
        }
    }

    /// The name of the table of container `number`.
    pub(super) fn table(number: i64) -> String {
        format!("items_{number}")
    }

    /// The SQL of an export of container `number`: `now` → key, etag, timestamp, body of what lives, one partition after another.
    pub(super) fn export(number: i64) -> String {
        let table = Self::table(number);
        format!(
            "SELECT key, etag, timestamp, body FROM {table} INDEXED BY {table}_by_partition
             CROSS JOIN partitions ON number = partition
             WHERE expires IS NULL OR expires > ?1 ORDER BY partition, position"
        )
    }

    /// The properties that the host owns.
    pub(super) fn partition_paths(&self) -> &[PropertyPath] {
        &self.definition.partition_paths
    }

    /// A key as [`partitions`](super::partitions) has it: its levels as a JSON array, which no two keys share.
    pub(super) fn key(&self, key: &PartitionKey) -> Result<String, StoreError> {
        let (given, wanted) = (key.levels().len(), self.definition.partition_paths.len());
        if given != wanted {
            let name = &self.definition.name;
            return Err(StoreError::unavailable(format!(
                "the host gave a partition key of {given} levels for the container `{name}`, which has {wanted}"
            )));
        }
        Ok(serde_json::Value::from(key.levels()).to_string())
    }
}
