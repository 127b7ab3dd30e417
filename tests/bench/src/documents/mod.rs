//! The embedded store against SQLite without it: how much is paid for what the store does besides.
//!
//! `cargo xtask bench documents` measures this alone. Both sides read the same file, or write one on the same disk, in turns, so that
//! whatever else the machine does meets both.

mod creates;
mod grouped;
mod ordered;
mod point_reads;

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use usher_documents::{
    ContainerDefinition, ContainerName, DocumentStore as _, EmbeddedSettings, EmbeddedStore, PartitionKey,
    PropertyPath, QueryLimits, WriteOp,
};

use crate::figures::Figures;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    point_reads::measure(figures).await?;
    creates::measure(figures).await?;
    grouped::measure(figures).await?;
    ordered::measure(figures).await
}

fn container() -> anyhow::Result<ContainerName> {
    Ok(ContainerName::new("expenses")?)
}

/// A store of one container.
fn open(directory: &Path, indexes: &[&str]) -> anyhow::Result<EmbeddedStore> {
    let definition = ContainerDefinition {
        name: container()?,
        partition_paths: vec![PropertyPath::new("/user_id")?],
        indexes: indexes
            .iter()
            .map(|path| PropertyPath::new(path))
            .collect::<Result<_, _>>()?,
    };
    Ok(EmbeddedStore::open(EmbeddedSettings::new(directory, vec![definition]))?)
}

/// A connection to the store's file that knows nothing of the store.
fn raw(directory: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(directory.join("documents.db"), flags)?)
}

fn user(number: usize) -> anyhow::Result<PartitionKey> {
    Ok(PartitionKey::single(format!("00000000-0000-4000-8000-{number:012}"))?)
}

/// An expense of half a kilobyte, as the sample tools store it.
fn expense(number: usize) -> String {
    const CATEGORIES: [&str; 8] = [
        "food", "travel", "hotel", "office", "fuel", "training", "hardware", "other",
    ];
    let category = CATEGORIES[number * 7 % CATEGORIES.len()];
    let (month, day) = (number / 28 % 12 + 1, number % 28 + 1);
    let amount = (number * 37 % 20_000) as f64 / 100.0;
    let note = "Receipts are kept in the folder of the month, ".repeat(6);
    format!(
        r#"{{"id":"expense-{number:07}","date":"2026-{month:02}-{day:02}","amount":{amount},"currency":"EUR","category":"{category}","description":"Expense number {number} of the field trip","payment_method":"visa","tags":["trip","q{}"],"note":"{note}"}}"#,
        month / 4 + 1
    )
}

/// Stores as many expenses for each of so many users.
async fn fill(store: &EmbeddedStore, users: usize, each: usize) -> anyhow::Result<()> {
    for number in 0..users {
        for from in (0..each).step_by(100) {
            let writes: Vec<_> = (from..each.min(from + 100))
                .map(|index| WriteOp::Create {
                    body: expense(number * each + index),
                })
                .collect();
            store.transact(&container()?, &user(number)?, &writes).await?;
        }
    }
    Ok(())
}

/// Limits that nothing here reaches.
fn wide() -> QueryLimits {
    QueryLimits {
        max_rows_read: 1_000_000,
        max_bytes_held: 64 << 20,
        deadline: Instant::now() + Duration::from_secs(60),
    }
}
