//! Reading one item by its id, against a prepared statement on a connection of its own.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::Context as _;
use rusqlite::Connection;
use usher_documents::{DocumentStore as _, ItemId};

use super::{container, fill, open, raw, user};
use crate::figures::{Figures, Target, median};

const USERS: usize = 100;
const EACH: usize = 100;
const READS: usize = 20_000;
const ROUNDS: usize = 15;

pub(super) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let store = open(directory.path(), &[])?;
    fill(&store, USERS, EACH).await?;
    let container = container()?;
    let connection = raw(directory.path())?;
    let partitions = numbers(&connection)?;
    let places = (0..READS)
        .map(|read| {
            let number = read * 7919 % (USERS * EACH);
            let owner = user(number / EACH)?;
            let key = serde_json::Value::from(owner.levels()).to_string();
            let partition = *partitions.get(&key).context("a user has no partition")?;
            let id = format!("expense-{number:07}");
            Ok((owner, partition, ItemId::new(&id)?))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut statement =
        connection.prepare("SELECT etag, timestamp, body FROM items_1 WHERE partition = ?1 AND id = ?2")?;
    let (mut of_store, mut of_raw, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for (owner, _, id) in &places {
            black_box(store.read(&container, owner, id).await?);
        }
        let with_store = started.elapsed().as_secs_f64() * 1e6 / READS as f64;
        let started = Instant::now();
        for (_, partition, id) in &places {
            let row = statement.query_row((partition, id.as_str()), |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })?;
            black_box(row);
        }
        let without = started.elapsed().as_secs_f64() * 1e6 / READS as f64;
        of_store.push(with_store);
        of_raw.push(without);
        ratios.push(with_store / without);
    }
    figures.show("documents: point read", median(of_store), "µs");
    figures.show("  the same by a prepared statement of SQLite", median(of_raw), "µs");
    figures.hold("  the one to the other", median(ratios), "times", Target::AtMost(1.5));
    Ok(())
}

/// The number of each partition's key.
fn numbers(connection: &Connection) -> anyhow::Result<HashMap<String, i64>> {
    let mut statement = connection.prepare("SELECT key, number FROM partitions")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
