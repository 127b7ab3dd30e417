//! The partition keys of all containers, each with a number: rows and their indexes hold the number.
//!
//! A key is some 40 bytes, and a row's indexes would repeat it. With numbers several times as many entries lie on a page, so that a
//! commit writes fewer pages (measured: 43 and not 66 for 64 new items of eight people).

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, Transaction};

use super::container::Container;

/// The SQL that makes the table.
pub(super) const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS partitions (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;";

/// The number of the key that is the first parameter; nothing equals it if there is none.
pub(super) const NUMBER: &str = "(SELECT number FROM partitions WHERE key = ?1)";

/// Numbers that the writer remembers; then it begins anew.
const MOST_REMEMBERED: usize = 16 * 1024;

/// The numbers as the writer gives them.
#[derive(Default)]
pub(super) struct Numbers(RefCell<HashMap<String, i64>>);

impl Numbers {
    /// The number of a key, which is new if it hasn't one.
    pub(super) fn of(&self, connection: &Connection, key: &str) -> Result<i64, rusqlite::Error> {
        let mut known = self.0.borrow_mut();
        if let Some(number) = known.get(key) {
            return Ok(*number);
        }
        let stored = connection
            .prepare_cached(&format!("SELECT {NUMBER}"))?
            .query_row([key], |row| row.get(0))?;
        let number = match stored {
            Some(number) => number,
            None => {
                connection
                    .prepare_cached("INSERT INTO partitions (key) VALUES (?1)")?
                    .execute([key])?;
                connection.last_insert_rowid()
            }
        };
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(key.to_owned(), number);
        Ok(number)
    }

    /// A transaction was lost, and with it numbers that it gave.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().clear();
    }
}

/// Removes the keys of which no container has an item any more: what somebody was called by goes with the last of what was theirs.
pub(super) fn remove_unused(transaction: &Transaction<'_>, containers: &[i64]) -> Result<usize, rusqlite::Error> {
    let unused: Vec<_> = containers
        .iter()
        .map(|container| Container::table(*container))
        .map(|table| {
            format!("NOT EXISTS (SELECT 1 FROM {table} INDEXED BY {table}_by_partition WHERE partition = number)")
        })
        .collect();
    if unused.is_empty() {
        return Ok(0);
    }
    transaction.execute(&format!("DELETE FROM partitions WHERE {}", unused.join(" AND ")), [])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection
    }

    #[test]
    fn a_key_keeps_its_number_and_no_two_share_one() {
        let (connection, numbers) = (database(), Numbers::default());
        let first: Vec<i64> = ["a", "b", "c"].map(|key| numbers.of(&connection, key).unwrap()).into();
        assert!(first[0] != first[1] && first[1] != first[2] && first[0] != first[2]);
        numbers.forget();
        let again: Vec<i64> = ["c", "b", "a"].map(|key| numbers.of(&connection, key).unwrap()).into();
        assert_eq!(again, [first[2], first[1], first[0]]);
    }

    #[test]
    fn a_lost_number_is_not_used() {
        let (connection, numbers) = (database(), Numbers::default());
        connection.execute_batch("BEGIN").unwrap();
        numbers.of(&connection, "lost").unwrap();
        connection.execute_batch("ROLLBACK").unwrap();
        numbers.forget();
        let kept = numbers.of(&connection, "kept").unwrap();
        assert_ne!(numbers.of(&connection, "lost").unwrap(), kept);
    }

    #[test]
    fn a_key_goes_with_the_last_item() {
        let (mut connection, numbers) = (database(), Numbers::default());
        for container in [1, 2] {
            connection.execute_batch(&Container::schema(container)).unwrap();
        }
        for (table, key) in [("items_1", "first"), ("items_2", "second")] {
            let number = numbers.of(&connection, key).unwrap();
            let sql =
                format!("INSERT INTO {table} (partition, id, etag, timestamp, body) VALUES (?1, 'a', '', 0, '{{}}')");
            connection.execute(&sql, [number]).unwrap();
        }
        numbers.of(&connection, "gone").unwrap();
        let transaction = connection.transaction().unwrap();
        assert_eq!(remove_unused(&transaction, &[1, 2]).unwrap(), 1);
        let left: i64 = transaction
            .query_row("SELECT count(*) FROM partitions", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 2);
    }
}
