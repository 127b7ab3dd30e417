//! Stores of earlier formats, made into one of today's in the transaction that opens them.
//!
//! ```text
//! 1  no table `indexes`: it is made like anything that isn't there yet
//! 2  rows hold their partition's key as text
//! 3  rows hold its number
//! ```

use rusqlite::Transaction;

use super::container::Container;
use super::schema::container_numbers;

/// Brings what a store of this format has to today's; the tables that came since are there. None: the store is new.
pub(super) fn to_current(transaction: &Transaction<'_>, format: Option<i64>) -> Result<(), rusqlite::Error> {
    match format {
        Some(1 | 2) => number_partitions(transaction),
        _ => Ok(()),
    }
}

/// From format 2 to 3. The indexes over properties are gone then, and are made again like new ones.
fn number_partitions(transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    for number in container_numbers(transaction)? {
        let table = Container::table(number);
        let earlier = format!("{table}_earlier");
        tracing::info!(table, "documents: the store is brought to this version's format");
        for index in indexes_of(transaction, &table)? {
            transaction.execute_batch(&format!("DROP INDEX {index}"))?;
        }
        transaction.execute_batch(&format!("ALTER TABLE {table} RENAME TO {earlier}"))?;
        transaction.execute_batch(&Container::schema(number))?;
        transaction.execute_batch(&format!(
            "INSERT OR IGNORE INTO partitions (key) SELECT DISTINCT partition FROM {earlier};
             INSERT INTO {table} (position, partition, id, etag, timestamp, expires, body)
             SELECT position, partitions.number, id, etag, timestamp, expires, body
             FROM {earlier} JOIN partitions ON key = partition ORDER BY position;
             DROP TABLE {earlier};"
        ))?;
    }
    Ok(())
}

fn indexes_of(transaction: &Transaction<'_>, table: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = transaction.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1")?;
    let rows = statement.query_map([table], |row| row.get(0))?;
    rows.collect()
}
