//! Queries: from their text to rows of their scope, in turns with others.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Rows, params};

use super::container::Container;
use super::index::Index;
use super::pool::Pool;
use super::session::sql_seconds;
use super::turns::{Owner, Seat, Turns};
use super::{OpenError, prepare};
use crate::error::StoreError;
use crate::operations::{Page, QueryLimits, QueryOptions};
use crate::owners::Owners;
use crate::query::{Access, Budget, Flow, Query, Row, Run, Stretch};

/// Queries that may be begun at once, computing or waiting for their turn. Each has a thread with a connection, and holds what its
/// limits let it hold.
const MOST_BEGUN: usize = 64;

/// What runs queries.
pub(super) struct Queries {
    turns: Arc<Turns>,
    pool: Arc<Pool>,
}

/// A query that was checked, and where and when it is to be asked.
pub(super) struct Question {
    pub(super) container: Arc<Container>,
    /// The partition's key; none for the whole container.
    pub(super) partition: Option<Arc<str>>,
    /// What rows of the whole container say of whose they are.
    pub(super) owners: Option<Owners>,
    pub(super) query: Query,
    pub(super) options: QueryOptions,
    pub(super) limits: QueryLimits,
    /// What has expired by then isn't there. Seconds since 1970.
    pub(super) now: u64,
}

impl Queries {
    /// Queries of which so many compute at once.
    pub(super) fn new(path: &Path, at_once: usize) -> Self {
        Self {
            turns: Arc::new(Turns::new(at_once)),
            pool: Pool::new("documents-query", path, at_once, MOST_BEGUN.max(2 * at_once)),
        }
    }

    /// Starts the threads. If that fails, [`Queries::close`] ends those that are there.
    pub(super) fn open(&self) -> Result<(), OpenError> {
        self.pool.open()
    }

    /// One page. Dropping the future ends the query.
    pub(super) async fn ask(&self, question: Question) -> Result<Page, StoreError> {
        let owner = question
            .partition
            .as_ref()
            .map_or(Owner::Everyone, |partition| Owner::Partition(Arc::clone(partition)));
        let seat = Arc::new(Seat::new(owner.clone(), question.limits.deadline));
        let _caller = Caller {
            turns: &self.turns,
            seat: Arc::clone(&seat),
        };
        let turns = Arc::clone(&self.turns);
        let run = move |connection: &Connection| {
            let turn = turns.take(&seat);
            let pause = || turn.pause();
            let limits = &question.limits;
            let budget = Budget::new(limits.max_bytes_held, limits.deadline, seat.gone(), &pause);
            answer(connection, &question, &budget)
        };
        self.pool.read(owner, run).await
    }

    /// Lets nothing more in, answers what waits, and ends the threads. Blocks until then.
    pub(super) fn close(&self) {
        self.pool.close();
    }
}

/// Tells a query that its caller has gone.
struct Caller<'q> {
    turns: &'q Turns,
    seat: Arc<Seat>,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.turns.leave(&self.seat);
    }
}

fn answer(connection: &Connection, question: &Question, budget: &Budget<'_>) -> Result<Page, StoreError> {
    let mut run = Run::start(&question.query, &question.options, &question.limits, budget)?;
    if question.query.has_rows() {
        feed(connection, question, &mut run)?;
    } else {
        run.push_nothing()?;
    }
    run.finish()
}

/// Gives the run the rows of its scope, until it has enough.
fn feed(connection: &Connection, question: &Question, run: &mut Run<'_>) -> Result<(), StoreError> {
    let (after, now) = (run.start_after(), sql_seconds(question.now));
    let (container, query) = (&question.container, &question.query);
    // Indexes are those of partitions. Over the whole container each row is pushed, so that it counts as read.
    let Some(partition) = &question.partition else {
        let parameters = params![after, now];
        return match &question.owners {
            Some(owners) => {
                let mut statement = prepare(connection, &container.scan_whole_with_keys)?;
                push_all_with_owners(statement.query(parameters), owners, run)
            }
            None => {
                let mut statement = prepare(connection, &container.scan_whole)?;
                push_all(statement.query(parameters), run).map(drop)
            }
        };
    };
    if let Some(id) = query.only_id() {
        let mut statement = prepare(connection, &container.find_in_partition)?;
        return push_all(statement.query(params![partition, after, now, id]), run).map(drop);
    }
    if let Some(access) = query.access(container.indexes.iter().map(Index::property)) {
        return walk(connection, question, partition, &access, run);
    }
    let mut statement = prepare(connection, &container.scan_partition)?;
    push_all(statement.query(params![partition, after, now]), run).map(drop)
}

/// The same by an index.
fn walk(
    connection: &Connection,
    question: &Question,
    partition: &str,
    access: &Access,
    run: &mut Run<'_>,
) -> Result<(), StoreError> {
    if access.in_order {
        run.expect_order();
    }
    let now = sql_seconds(question.now);
    let (sql, all) = question.container.indexes[access.index].walk(access.walk);
    // One transaction, so that all stretches are of one moment.
    let transaction = connection.unchecked_transaction().map_err(StoreError::unavailable)?;
    let mut statement = prepare(&transaction, sql)?;
    for Stretch { range, beyond } in run.stretches(access) {
        let (low, high) = (range.low.into_bytes(), range.high.into_bytes());
        let rows = statement.query(params![partition, low, high, beyond.unwrap_or(all), now]);
        if push_all(rows, run)? == Flow::Full {
            break;
        }
    }
    Ok(())
}

fn push_all(rows: rusqlite::Result<Rows<'_>>, run: &mut Run<'_>) -> Result<Flow, StoreError> {
    let mut rows = rows.map_err(StoreError::unavailable)?;
    while let Some(row) = rows.next().map_err(StoreError::unavailable)? {
        if run.push(&item(row).map_err(StoreError::unavailable)?)? == Flow::Full {
            return Ok(Flow::Full);
        }
    }
    Ok(Flow::More)
}

/// The same for rows of the whole container, which tell their key.
fn push_all_with_owners(
    rows: rusqlite::Result<Rows<'_>>,
    owners: &Owners,
    run: &mut Run<'_>,
) -> Result<(), StoreError> {
    let mut rows = rows.map_err(StoreError::unavailable)?;
    while let Some(row) = rows.next().map_err(StoreError::unavailable)? {
        let item = item(row).map_err(StoreError::unavailable)?;
        let key = row.get_ref(4).map_err(StoreError::unavailable)?;
        let key = key.as_str().map_err(StoreError::unavailable)?;
        let levels: Vec<String> = serde_json::from_str(key).map_err(StoreError::unavailable)?;
        let body = owners.add_to(item.body, &levels);
        if run.push(&Row { body: &body, ..item })? == Flow::Full {
            break;
        }
    }
    Ok(())
}

fn item<'r>(row: &'r rusqlite::Row<'_>) -> rusqlite::Result<Row<'r>> {
    Ok(Row {
        position: row.get(0)?,
        etag: row.get_ref(1)?.as_str()?,
        timestamp: row.get::<_, i64>(2)?.unsigned_abs(),
        body: row.get_ref(3)?.as_str()?,
    })
}
