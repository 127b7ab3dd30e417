//! Durable creates, many at once, against one synced commit a row.

use std::sync::Arc;
use std::time::Instant;

use rusqlite::Connection;
use usher_documents::{DocumentStore as _, EmbeddedStore};

use super::{container, expense, open, raw, user};
use crate::figures::{Figures, Target, median};

const AT_ONCE: usize = 64;
/// Whose creates they are: as many as it takes if each has eight calls running.
const USERS: usize = 8;
/// Of a round: short, so that what else goes on with the disk meets both sides.
const CREATES: usize = 3_200;
const COMMITS: usize = 160;
const ROUNDS: usize = 25;

pub(super) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let store = Arc::new(open(directory.path(), &[])?);
    let connection = Connection::open(directory.path().join("raw.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The same table with the same indexes.
    let schema: Vec<String> = {
        let store = raw(directory.path())?;
        let mut statement = store.prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'items_1' ORDER BY rowid")?;
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    connection.execute_batch(&schema.join(";"))?;
    let (mut of_store, mut of_raw, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let started = Instant::now();
        create(&store, round).await?;
        let with_store = CREATES as f64 / started.elapsed().as_secs_f64();
        let mut statement = connection.prepare(
            "INSERT INTO items_1 (partition, id, etag, timestamp, body) VALUES (?1, ?2, 'etag', 1800000000, ?3)",
        )?;
        let started = Instant::now();
        for number in 0..COMMITS {
            // The number that the store would have given the user.
            let partition = i64::try_from(number % USERS)? + 1;
            let number = round * COMMITS + number;
            statement.execute((partition, format!("expense-{number:07}"), expense(number)))?;
        }
        let without = COMMITS as f64 / started.elapsed().as_secs_f64();
        of_store.push(with_store);
        of_raw.push(without);
        ratios.push(with_store / without);
    }
    figures.show("documents: durable creates, 64 at once", median(of_store), "items/s");
    figures.show("  one synced commit a row by SQLite", median(of_raw), "rows/s");
    figures.hold("  the one to the other", median(ratios), "times", Target::AtLeast(10.0));
    Ok(())
}

async fn create(store: &Arc<EmbeddedStore>, round: usize) -> anyhow::Result<()> {
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let (container, owner) = (container()?, user(task % USERS)?);
                for number in (task..CREATES).step_by(AT_ONCE) {
                    store
                        .create(&container, &owner, &expense(round * CREATES + number))
                        .await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}
