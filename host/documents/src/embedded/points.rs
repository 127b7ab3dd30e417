//! Point reads on the caller's own thread.
//!
//! To read one item takes SQLite some microseconds; to hand that to another thread and to be woken again takes several times as
//! long (measured: three times as long in all). So a few connections stand ready for whoever comes. Nothing can make such a read
//! wait: in WAL mode a writer doesn't block readers, and a connection that is in use is passed over; at worst a page of the item
//! comes from the disk. Everything longer (queries, many items) goes to threads of its own (`pool`).

use std::sync::{Mutex, TryLockError};

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::session::is_over;
use crate::error::StoreError;
use crate::item::{Etag, Item};
use crate::names::ItemId;

/// Connections that can't write; none in a slot once the store is closed.
pub(super) struct Points {
    slots: Vec<Mutex<Option<Connection>>>,
}

impl Points {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            slots: connections
                .into_iter()
                .map(|connection| Mutex::new(Some(connection)))
                .collect(),
        }
    }

    /// Does `work` now if a connection is free, else gives it back.
    pub(super) fn read<T, F: FnOnce(&Connection) -> T>(&self, work: F) -> Result<T, F> {
        for slot in &self.slots {
            let slot = match slot.try_lock() {
                Ok(slot) => slot,
                // A connection is sound whatever became of its last user.
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => continue,
            };
            if let Some(connection) = &*slot {
                return Ok(work(connection));
            }
        }
        Err(work)
    }

    /// Closes the connections, each when its reader is done.
    pub(super) fn close(&self) {
        for slot in &self.slots {
            drop(slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        }
    }
}

/// Reads one item that lives, by [`Container::read`](super::container::Container::read).
pub(super) fn read_item(
    statement: &mut CachedStatement<'_>,
    key: &str,
    id: ItemId,
    now: u64,
) -> Result<Option<Item>, StoreError> {
    let found = statement
        .query_row([key, id.as_str()], |row| {
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
