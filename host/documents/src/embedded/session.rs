//! What the writer's thread does to single items, inside of its transaction.

use std::cell::Cell;
use std::sync::atomic::AtomicBool;

use rusqlite::{Connection, OptionalExtension, params};

use super::Shared;
use super::changes::PatchChange;
use super::container::Container;
use super::partitions::Numbers;
use crate::body::{Body, MissingId};
use crate::changes::Change;
use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Item, Written};
use crate::names::ItemId;
use crate::operations::MAX_ITEM_BYTES;
use crate::query::{Budget, Row};

/// Why a write wasn't done.
pub(super) enum Failure<E> {
    /// The answer for the caller. Nothing was changed.
    Refused(E),
    /// SQLite failed: the transaction is lost.
    Storage(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure<StoreError> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<StoreError> for Failure<StoreError> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Failure<TransactionError> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

/// The writer's view of the database.
pub(super) struct Session<'a> {
    connection: &'a Connection,
    shared: &'a Shared,
    /// Etags are `"run-number"`: a random number for each start, so that none comes twice.
    run: u64,
    number: Cell<u64>,
    partitions: Numbers,
}

impl<'a> Session<'a> {
    pub(super) fn new(connection: &'a Connection, shared: &'a Shared) -> Self {
        let run = uuid::Uuid::new_v4().as_u64_pair().0;
        Self {
            connection,
            shared,
            run,
            number: Cell::new(0),
            partitions: Numbers::default(),
        }
    }

    /// What was done since the transaction began is lost.
    pub(super) fn rolled_back(&self) {
        self.partitions.forget();
    }

    fn next_etag(&self) -> Etag {
        self.number.set(self.number.get() + 1);
        Etag::new(format!("\"{:016x}-{:x}\"", self.run, self.number.get()))
    }

    /// Does one write.
    pub(super) fn apply(
        &self,
        container: &Container,
        key: &str,
        change: &Change,
    ) -> Result<Option<Written>, Failure<StoreError>> {
        let now = self.shared.clock.now();
        match change {
            Change::Create(body) => {
                let (written, changed) = self.store(&container.create, key, body, now)?;
                if changed {
                    Ok(Some(written))
                } else {
                    Err(StoreError::Conflict.into())
                }
            }
            Change::Upsert(body) => Ok(Some(self.store(&container.upsert, key, body, now)?.0)),
            Change::Replace(body, if_match) => {
                self.living(container, key, &body.id, if_match.as_ref(), now)?;
                Ok(Some(self.store(&container.replace, key, body, now)?.0))
            }
            Change::Delete(id, if_match) => {
                self.living(container, key, id, if_match.as_ref(), now)?;
                let partition = self.partitions.of(self.connection, key)?;
                self.connection
                    .prepare_cached(&container.delete)?
                    .execute(params![partition, id.as_str()])?;
                Ok(None)
            }
        }
    }

    /// Does all writes or none.
    pub(super) fn apply_all(
        &self,
        container: &Container,
        key: &str,
        changes: &[Change],
    ) -> Result<Vec<Option<Written>>, Failure<TransactionError>> {
        // Before the savepoint: a number that goes back with it would still be remembered.
        self.partitions.of(self.connection, key)?;
        self.connection.execute_batch("SAVEPOINT transact")?;
        let mut written = Vec::with_capacity(changes.len());
        for (index, change) in changes.iter().enumerate() {
            match self.apply(container, key, change) {
                Ok(one) => written.push(one),
                Err(Failure::Storage(error)) => return Err(Failure::Storage(error)),
                Err(Failure::Refused(error)) => {
                    self.connection
                        .execute_batch("ROLLBACK TO transact; RELEASE transact")?;
                    return Err(Failure::Refused(TransactionError::at(index, error)));
                }
            }
        }
        self.connection.execute_batch("RELEASE transact")?;
        Ok(written)
    }

    /// Changes parts of an item.
    pub(super) fn patch(
        &self,
        container: &Container,
        key: &str,
        change: &PatchChange,
    ) -> Result<Item, Failure<StoreError>> {
        let now = self.shared.clock.now();
        let (etag, timestamp, body) = self.living(container, key, &change.id, change.if_match.as_ref(), now)?;
        if let Some(condition) = &change.condition {
            // Nobody else can write meanwhile, so what a condition may make is what an item may hold, some times over.
            let never = AtomicBool::new(false);
            let deadline = std::time::Instant::now() + CONDITION_TIME;
            let budget = Budget::new(8 * MAX_ITEM_BYTES as u64, deadline, &never, &|| ());
            let row = Row {
                position: 1,
                etag: etag.as_str(),
                timestamp,
                body: &body,
            };
            if !condition.holds(&row, &budget)? {
                return Err(StoreError::PreconditionFailed.into());
            }
        }
        let patched = change.patch.apply(&body)?;
        let body = Body::check(&patched, container.partition_paths(), MissingId::Invalid)?;
        let (written, _) = self.store(&container.replace, key, &body, now)?;
        Ok(Item {
            id: written.id,
            etag: written.etag,
            timestamp: now,
            body: body.text,
        })
    }

    /// Removes up to `most` expired items.
    pub(super) fn purge(&self, container: &Container, most: u32) -> Result<usize, rusqlite::Error> {
        self.connection
            .prepare_cached(&container.purge)?
            .execute(params![sql_seconds(self.shared.clock.now()), most])
    }

    fn store(&self, sql: &str, key: &str, body: &Body, now: u64) -> Result<(Written, bool), rusqlite::Error> {
        let partition = self.partitions.of(self.connection, key)?;
        let etag = self.next_etag();
        let expires = body.lifetime.map(|lifetime| sql_seconds(now.saturating_add(lifetime)));
        let changed = self.connection.prepare_cached(sql)?.execute(params![
            partition,
            body.id.as_str(),
            etag.as_str(),
            sql_seconds(now),
            expires,
            body.text
        ])?;
        Ok((
            Written {
                id: body.id.clone(),
                etag,
            },
            changed > 0,
        ))
    }

    /// The item, if it lives and has the etag.
    fn living(
        &self,
        container: &Container,
        key: &str,
        id: &ItemId,
        if_match: Option<&Etag>,
        now: u64,
    ) -> Result<(Etag, u64, String), Failure<StoreError>> {
        let mut statement = self.connection.prepare_cached(&container.read)?;
        let found = statement
            .query_row([key, id.as_str()], |row| {
                let expires: Option<i64> = row.get(2)?;
                Ok((
                    Etag::new(row.get::<_, String>(0)?),
                    row.get::<_, i64>(1)?,
                    expires,
                    row.get::<_, String>(3)?,
                ))
            })
            .optional()?;
        let Some((etag, timestamp, expires, body)) = found else {
            return Err(StoreError::NotFound.into());
        };
        if is_over(expires, now) {
            return Err(StoreError::NotFound.into());
        }
        if if_match.is_some_and(|wanted| *wanted != etag) {
            return Err(StoreError::PreconditionFailed.into());
        }
        Ok((etag, timestamp.unsigned_abs(), body))
    }
}

/// How long a patch's condition may keep all other writes waiting.
const CONDITION_TIME: std::time::Duration = std::time::Duration::from_millis(250);

/// Whether an item that expires then has expired.
pub(super) fn is_over(expires: Option<i64>, now: u64) -> bool {
    expires.is_some_and(|expires| expires <= sql_seconds(now))
}

/// Seconds as SQLite has them.
pub(super) fn sql_seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::embedded::partitions;
    use crate::embedded::settings::Clock;
    use crate::{ContainerDefinition, ContainerName, PropertyPath};

    #[test]
    fn expired_items_are_removed_and_no_others() {
        let definition = ContainerDefinition {
            name: ContainerName::new("notes").unwrap(),
            partition_paths: vec![PropertyPath::new("/user_id").unwrap()],
            indexes: Vec::new(),
        };
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(partitions::SCHEMA).unwrap();
        connection.execute_batch(&Container::schema(1)).unwrap();
        let container = Container::new(definition, 1, &[]);
        let put = |now: u64, bodies: &[&str]| {
            let shared = Shared {
                containers: HashMap::new(),
                clock: Clock::new(move || now),
            };
            let session = Session::new(&connection, &shared);
            for body in bodies {
                let body = Body::check(body, container.partition_paths(), MissingId::Invalid).unwrap();
                assert!(session.apply(&container, "[]", &Change::Create(body)).is_ok());
            }
            session.purge(&container, 500).unwrap()
        };
        assert_eq!(
            put(
                100,
                &[r#"{"id":"a","ttl":10}"#, r#"{"id":"b","ttl":11}"#, r#"{"id":"c"}"#]
            ),
            0
        );
        assert_eq!(put(110, &[]), 1);
        assert_eq!(put(111, &[]), 1);
        assert_eq!(put(1_000_000, &[]), 0);
    }
}
