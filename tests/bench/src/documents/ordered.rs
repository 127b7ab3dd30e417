//! A page in the order of an indexed property, from a large partition.

use std::time::Instant;

use usher_documents::{DocumentStore as _, EmbeddedStore, QueryOptions, Scope};

use super::{container, fill, open, user, wide};
use crate::figures::{Figures, Target, median};

const SQL: &str = "SELECT * FROM c ORDER BY c.date DESC";
const ITEMS: usize = 100_000;
const PAGE: u32 = 50;
const ROUNDS: usize = 9;

pub(super) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let store = open(directory.path(), &[])?;
    fill(&store, 1, ITEMS).await?;
    let (scanned, scanned_rows) = first_page(&store).await?;
    drop(store);
    let started = Instant::now();
    let store = open(directory.path(), &["/date"])?;
    let made = started.elapsed().as_secs_f64() * 1e3;
    let (indexed, rows) = first_page(&store).await?;
    figures.show("documents: 50 of 100,000 by date, without an index", scanned, "ms");
    figures.show("  rows read", scanned_rows as f64, "rows");
    figures.show("documents: 50 of 100,000 by date, with an index", indexed, "ms");
    figures.hold(
        "  rows read",
        rows as f64,
        "rows",
        Target::AtMost(f64::from(PAGE) + 1.0),
    );
    figures.show("  opening the store and making the index", made, "ms");
    Ok(())
}

/// Milliseconds, and rows read.
async fn first_page(store: &EmbeddedStore) -> anyhow::Result<(f64, u64)> {
    let (container, owner) = (container()?, user(0)?);
    let options = QueryOptions {
        max_items: Some(PAGE),
        continuation: None,
    };
    let (mut milliseconds, mut rows) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let scope = Scope::Partition(&owner);
        rows = store
            .query(&container, scope, SQL, "{}", &options, &wide())
            .await?
            .rows_read;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok((median(milliseconds), rows))
}
