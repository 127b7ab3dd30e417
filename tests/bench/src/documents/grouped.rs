//! An aggregate over all users' items, against a fold written by hand over the same rows; and what memory it takes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::ensure;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;
use usher_documents::{DocumentStore as _, EmbeddedStore, Page, QueryOptions, Scope};

use super::{container, fill, open, raw, wide};
use crate::figures::{Figures, Target, median};
use crate::process::{forget_peak, peak_mib, resident_mib};

const SQL: &str = "SELECT c.category, COUNT(1) AS n, SUM(c.amount) AS total FROM c GROUP BY c.category";
const USERS: usize = 1_000;
const EACH: usize = 100;
const ROUNDS: usize = 9;

pub(super) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let store = open(directory.path(), &[])?;
    fill(&store, USERS, EACH).await?;
    let connection = raw(directory.path())?;
    // The answers are the same, and caches are as they will be.
    let page = ask(&store).await?;
    ensure!(page.rows_read == (USERS * EACH) as u64, "it didn't read all rows");
    let by_hand = fold(&connection)?;
    let rows: Vec<Value> = serde_json::from_str(&page.items)?;
    ensure!(rows.len() == by_hand.len(), "there are other groups");
    for row in &rows {
        let (count, sum) = by_hand[row["category"].as_str().unwrap_or_default()];
        let same = row["n"] == count && row["total"].as_f64().is_some_and(|total| (total - sum).abs() < 0.01);
        ensure!(same, "the answers differ: {row}, and by hand {count} and {sum}");
    }
    let (mut of_store, mut of_raw, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        ask(&store).await?;
        let with_store = started.elapsed().as_secs_f64() * 1e3;
        let started = Instant::now();
        fold(&connection)?;
        let without = started.elapsed().as_secs_f64() * 1e3;
        of_store.push(with_store);
        of_raw.push(without);
        ratios.push(with_store / without);
    }
    let pid = std::process::id();
    forget_peak(pid)?;
    let before = resident_mib(pid)?;
    ask(&store).await?;
    let grown = peak_mib(pid)? - before;
    figures.show(
        "documents: GROUP BY over 100,000 items of 1,000 users",
        median(of_store),
        "ms",
    );
    figures.show("  a fold by hand over the same rows", median(of_raw), "ms");
    figures.hold("  the one to the other", median(ratios), "times", Target::AtMost(3.0));
    figures.hold("  what memory grows by meanwhile", grown, "MiB", Target::AtMost(4.0));
    Ok(())
}

async fn ask(store: &EmbeddedStore) -> anyhow::Result<Page> {
    let options = QueryOptions::default();
    Ok(store
        .query(&container()?, Scope::Whole, SQL, "{}", &options, &wide())
        .await?)
}

/// What the query is about.
#[derive(Deserialize)]
struct Expense<'a> {
    #[serde(borrow)]
    category: Cow<'a, str>,
    amount: f64,
}

fn fold(connection: &Connection) -> anyhow::Result<BTreeMap<String, (u64, f64)>> {
    let mut groups: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT body FROM items_1")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let expense: Expense<'_> = serde_json::from_str(row.get_ref(0)?.as_str()?)?;
        match groups.get_mut(expense.category.as_ref()) {
            Some((count, sum)) => {
                *count += 1;
                *sum += expense.amount;
            }
            None => drop(groups.insert(expense.category.into_owned(), (1, expense.amount))),
        }
    }
    Ok(groups)
}
