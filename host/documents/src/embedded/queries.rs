//! Queries: from their text to rows of their scope, in turns with others.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::container::Container;
use super::pool::Pool;
use super::session::sql_seconds;
use super::turns::{Owner, Seat, Turns};
use super::{OpenError, prepare};
use crate::error::StoreError;
use crate::operations::{Page, QueryLimits, QueryOptions};
use crate::query::{Budget, Flow, Query, Row, Run};

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
    /// The column `partition`; none for the whole container.
    pub(super) partition: Option<Arc<str>>,
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
    let container = &question.container;
    // Only a partition has an index by id. Over the whole container each row is pushed, so that it counts as read.
    let (sql, only_id) = match (&question.partition, question.query.only_id()) {
        (Some(_), Some(id)) => (&container.find_in_partition, Some(id)),
        (Some(_), None) => (&container.scan_partition, None),
        (None, _) => (&container.scan_whole, None),
    };
    let mut statement = prepare(connection, sql)?;
    let rows = match (&question.partition, only_id) {
        (Some(partition), Some(id)) => statement.query(params![partition, after, now, id]),
        (Some(partition), None) => statement.query(params![partition, after, now]),
        (None, _) => statement.query(params![after, now]),
    };
    let mut rows = rows.map_err(StoreError::unavailable)?;
    while let Some(row) = rows.next().map_err(StoreError::unavailable)? {
        let item = (|| {
            Ok(Row {
                position: row.get(0)?,
                etag: row.get_ref(1)?.as_str()?,
                timestamp: row.get::<_, i64>(2)?.unsigned_abs(),
                body: row.get_ref(3)?.as_str()?,
            })
        })();
        let item = item.map_err(|error: rusqlite::Error| StoreError::unavailable(error))?;
        if run.push(&item)? == Flow::Full {
            break;
        }
    }
    Ok(())
}
