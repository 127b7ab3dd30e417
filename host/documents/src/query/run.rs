//! One page of one query: rows go in, a page comes out.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::ast::Projection;
use super::budget::Budget;
use super::continuation::{Continuation, Place};
use super::error::Stop;
use super::eval::{Local, Scene};
use super::groups::Groups;
use super::plan::{Mode, Query};
use super::sorted::Sorted;
use super::value::{Number, Value};
use super::{Row, json};
use crate::error::{Limit, StoreError};
use crate::operations::{DEFAULT_PAGE_ITEMS, Page, QueryLimits, QueryOptions};

/// A page ends when it is this large, although it could have more items.
/// Source: Azure Cosmos DB service quotas, "Maximum response size": 4 MB.
pub(super) const PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// Whether the run wants more rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flow {
    More,
    Full,
}

/// A page in the making.
pub(crate) struct Run<'q> {
    query: &'q Query,
    budget: &'q Budget<'q>,
    names: Vec<&'q str>,
    values: Vec<Value>,
    max_rows_read: u64,
    rows_read: u64,
    bounds: Bounds,
    after_row: i64,
    /// So many of the rows that this row makes were given by the page before.
    given: Option<(i64, u64)>,
    /// For `FROM (SELECT DISTINCT …)`: what came by, and its weight.
    seen: (HashSet<Value>, u64),
    state: State,
}

/// How much of the answer the page may give.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// Items in this page.
    pub(super) page: u64,
    /// Items in this and all later pages, by TOP or LIMIT.
    pub(super) left: Option<u64>,
    /// Items to leave out first, by OFFSET.
    pub(super) skip: u64,
    /// The page before ended after this key.
    pub(super) after_key: Option<Vec<Value>>,
}

impl Bounds {
    /// Items that this page may give.
    pub(super) fn wanted(&self) -> u64 {
        self.left.unwrap_or(u64::MAX).min(self.page)
    }

    /// What is left after `given` items; none if there is to be no further page.
    pub(super) fn left_after(&self, given: u64) -> Option<Option<u64>> {
        match self.left {
            None => Some(None),
            Some(left) if left > given => Some(Some(left - given)),
            Some(_) => None,
        }
    }
}

/// The texts of the items of a page, as they become an array.
#[derive(Default)]
pub(super) struct Items {
    text: String,
    count: u64,
}

impl Items {
    pub(super) fn push(&mut self, item: &str) {
        self.text.push(if self.count == 0 { '[' } else { ',' });
        self.text.push_str(item);
        self.count += 1;
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str(if self.count == 0 { "[]" } else { "]" });
        self.text
    }
}

/// How a page ends.
pub(super) struct Ending {
    pub(super) items: Items,
    /// If there may be more: how many rows TOP or LIMIT leave, and after what they start.
    pub(super) next: Option<(Option<u64>, Place)>,
}

enum State {
    Scan(Scan),
    Sorted(Sorted),
    Grouped(Groups),
}

#[derive(Default)]
struct Scan {
    items: Items,
    /// The last row that is dealt with.
    last: i64,
    /// If more than 0, so many rows of the item after it are dealt with too.
    tuples: u64,
    skipped: u64,
    /// The page is full, and there was another row.
    more: bool,
}

impl<'q> Run<'q> {
    /// Starts a page.
    pub(crate) fn start(
        query: &'q Query,
        options: &QueryOptions,
        limits: &QueryLimits,
        budget: &'q Budget<'q>,
    ) -> Result<Self, StoreError> {
        // It may have waited for a reader until now.
        budget.check()?;
        let page = match options.max_items {
            Some(0) => return Err(StoreError::Invalid("a page has at least one item".to_owned())),
            Some(items) => u64::from(items),
            None => u64::from(DEFAULT_PAGE_ITEMS),
        };
        let select = &query.select;
        let mut bounds = Bounds {
            page,
            left: select.top.or(select.limit),
            skip: select.offset,
            after_key: None,
        };
        let (mut after_row, mut given) = (0, None);
        if let Some(text) = &options.continuation {
            let continuation = Continuation::parse(text, query.fingerprint)?;
            bounds.left = match (bounds.left, continuation.left) {
                (Some(written), Some(left)) => Some(written.min(left)),
                (written, _) => written,
            };
            // The page before has left out what is to be left out.
            bounds.skip = 0;
            match (query.mode, continuation.place) {
                (Mode::Scan, Place::Row { row, tuples }) => {
                    after_row = if tuples == 0 { row } else { row.saturating_sub(1) };
                    given = (tuples > 0).then_some((row, tuples));
                }
                (Mode::Sorted | Mode::Grouped, Place::Key(key)) => bounds.after_key = Some(key),
                _ => {
                    return Err(StoreError::Invalid(
                        "the continuation isn't one of this query".to_owned(),
                    ));
                }
            }
        }
        let state = match query.mode {
            Mode::Scan => State::Scan(Scan {
                last: after_row,
                ..Scan::default()
            }),
            Mode::Sorted => State::Sorted(Sorted::new(query, &bounds)),
            Mode::Grouped => State::Grouped(Groups::new(&query.select)),
        };
        Ok(Self {
            query,
            budget,
            names: query.slots.names(),
            values: query.slots.values(),
            max_rows_read: limits.max_rows_read,
            rows_read: 0,
            bounds,
            after_row,
            given,
            seen: (HashSet::new(), 0),
            state,
        })
    }

    /// Rows up to this position aren't wanted.
    pub(crate) fn start_after(&self) -> i64 {
        self.after_row
    }

    /// For ORDER BY: the first property's value and the position of the row after which this page starts. The position is told only
    /// where it alone decides between rows of the same value.
    pub(super) fn resume_key(&self) -> Option<(&Value, Option<i64>)> {
        match self.bounds.after_key.as_deref()? {
            [value, Value::Number(Number::Integer(position))] => Some((value, Some(*position))),
            [value, ..] => Some((value, None)),
            [] => None,
        }
    }

    /// Says that rows come as an index in the direction of ORDER BY has them: by the first property's [`Key`](super::Key), and where
    /// that is the same by their position. So no more of them are wanted than it takes to fill the page.
    pub(crate) fn expect_order(&mut self) {
        if let State::Sorted(sorted) = &mut self.state {
            sorted.expect_order();
        }
    }

    /// Takes the next row. After [`Flow::Full`] no more are wanted.
    pub(crate) fn push(&mut self, row: &Row<'_>) -> Result<Flow, StoreError> {
        if let State::Scan(scan) = &mut self.state
            && scan.items.count() >= self.bounds.wanted()
        {
            scan.more = true;
            return Ok(Flow::Full);
        }
        if self.rows_read >= self.max_rows_read {
            return Err(StoreError::LimitExceeded(Limit::RowsRead(self.max_rows_read)));
        }
        self.rows_read += 1;
        self.budget.next_row(row.body.len())?;
        self.query.slots.fill(&self.names, row, &mut self.values)?;
        if self.query.has_locals {
            return self.push_tuples(row);
        }
        let scene = Scene::new(&self.values, self.budget);
        if let Some(filter) = &self.query.select.filter
            && !scene.is_true(filter)?
        {
            if let State::Scan(scan) = &mut self.state {
                scan.last = row.position;
            }
            return Ok(Flow::More);
        }
        match &mut self.state {
            State::Scan(scan) => scan.push(self.query, row, scene, &self.bounds),
            State::Sorted(sorted) => sorted.push(self.query, row, None, scene, &self.bounds),
            State::Grouped(groups) => {
                groups.push(&self.query.select, scene)?;
                Ok(Flow::More)
            }
        }
    }

    /// The rows that FROM and JOIN make of one item, each as a row of its own.
    fn push_tuples(&mut self, row: &Row<'_>) -> Result<Flow, StoreError> {
        let (query, bounds, given) = (self.query, &self.bounds, self.given);
        let (state, seen) = (&mut self.state, &mut self.seen);
        let mut tuple: u64 = 0;
        let mut flow = Flow::More;
        let mut take = |scene: Scene<'_>| -> Result<ControlFlow<()>, StoreError> {
            let number = tuple;
            tuple += 1;
            if given.is_some_and(|(position, tuples)| position == row.position && number < tuples) {
                return Ok(ControlFlow::Continue(()));
            }
            if query.distinct_rows && !is_new(seen, scene)? {
                return Ok(ControlFlow::Continue(()));
            }
            if let State::Scan(scan) = &mut *state
                && scan.items.count() >= bounds.wanted()
            {
                scan.more = true;
                scan.end_within(row, number);
                flow = Flow::Full;
                return Ok(ControlFlow::Break(()));
            }
            let mark = scene.budget.mark();
            let passes = match &query.select.filter {
                Some(filter) => scene.is_true(filter)?,
                None => true,
            };
            if passes {
                match &mut *state {
                    State::Scan(scan) => {
                        if scan.push(query, row, scene, bounds)? == Flow::Full {
                            scan.end_within(row, number);
                            flow = Flow::Full;
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                    State::Sorted(sorted) => flow = sorted.push(query, row, Some(number), scene, bounds)?,
                    State::Grouped(groups) => groups.push(&query.select, scene)?,
                }
            }
            scene.budget.release(mark);
            Ok(ControlFlow::Continue(()))
        };
        let scene = Scene::new(&self.values, self.budget);
        let ended = scene.tuples(&query.select.sources, &mut take)?;
        if let State::Scan(scan) = &mut self.state
            && ended.is_continue()
        {
            (scan.last, scan.tuples) = (row.position, 0);
        }
        Ok(flow)
    }

    /// For a backend that gets rows by pages of its own and has pushed one to its end: whether the run's page is full. If it is, the
    /// next one starts with the backend's next page, whether or not there are rows in it.
    #[cfg_attr(not(feature = "cosmos"), allow(dead_code))]
    pub(crate) fn is_full(&mut self) -> bool {
        let State::Scan(scan) = &mut self.state else {
            return false;
        };
        scan.more = scan.items.count() >= self.bounds.wanted();
        scan.more
    }

    /// For a query without FROM: one row, of which nothing is known.
    pub(crate) fn push_nothing(&mut self) -> Result<(), StoreError> {
        self.push(&Row {
            position: 1,
            etag: "",
            timestamp: 0,
            body: "{}",
        })?;
        self.rows_read = 0;
        Ok(())
    }

    /// Ends the page.
    pub(crate) fn finish(self) -> Result<Page, StoreError> {
        let fingerprint = self.query.fingerprint;
        let rows_read = self.rows_read;
        let Ending { items, next } = match self.state {
            State::Scan(scan) => {
                let left = self.bounds.left_after(scan.items.count());
                let next = left.filter(|_| scan.more).map(|left| (left, scan.place()));
                Ending {
                    items: scan.items,
                    next,
                }
            }
            State::Sorted(sorted) => sorted.finish(&self.bounds),
            State::Grouped(groups) => groups.finish(&self.query.select, &self.bounds, self.budget)?,
        };
        let continuation = next.map(|(left, place)| {
            Continuation {
                fingerprint,
                left,
                place,
            }
            .to_text()
        });
        Ok(Page {
            items: items.finish(),
            continuation,
            rows_read,
        })
    }
}

/// Whether the first source's value comes by for the first time.
fn is_new(seen: &mut (HashSet<Value>, u64), scene: Scene<'_>) -> Result<bool, StoreError> {
    let Some(Local { value, .. }) = scene.locals else {
        return Ok(true);
    };
    if seen.0.contains(*value) {
        return Ok(false);
    }
    seen.1 += value.weight();
    scene.budget.hold(seen.1)?;
    seen.0.insert((*value).clone());
    Ok(true)
}

impl Scan {
    /// Of this item only so many rows are dealt with.
    fn end_within(&mut self, row: &Row<'_>, tuples: u64) {
        if tuples > 0 {
            (self.last, self.tuples) = (row.position, tuples);
        }
    }

    fn place(&self) -> Place {
        Place::Row {
            row: self.last,
            tuples: self.tuples,
        }
    }

    fn push<'a>(
        &mut self,
        query: &'a Query,
        row: &Row<'_>,
        scene: Scene<'a>,
        bounds: &Bounds,
    ) -> Result<Flow, StoreError> {
        let item = project(&query.select.projection, row, scene)?;
        if let Some(item) = item {
            if self.skipped < bounds.skip {
                self.skipped += 1;
            } else {
                let bytes = self.items.bytes() + item.len() as u64;
                if self.items.count() > 0 && bytes > PAGE_BYTES.min(scene.budget.max_bytes()) {
                    // The row isn't given, so the next page starts with it.
                    self.more = true;
                    return Ok(Flow::Full);
                }
                scene.budget.hold(bytes)?;
                self.items.push(&item);
            }
        }
        self.last = row.position;
        Ok(Flow::More)
    }
}

/// What a row becomes, as JSON; none if it is undefined.
pub(super) fn project<'a>(
    projection: &'a Projection,
    row: &Row<'_>,
    scene: Scene<'a>,
) -> Result<Option<String>, StoreError> {
    if *projection != Projection::Item {
        return Ok(text_of(&projected_value(projection, scene)?));
    }
    // The stored text is the item already; only the properties of the store are missing.
    let members = row.body.strip_suffix('}').unwrap_or(row.body);
    scene.budget.make(members.len())?;
    let mut item = String::with_capacity(members.len() + 96);
    item.push_str(members);
    item.push_str(",\"_etag\":");
    json::write_string(row.etag, &mut item);
    item.push_str(&format!(",\"_ts\":{}}}", row.timestamp));
    Ok(Some(item))
}

/// What a row or a group becomes, if the projection is one of expressions.
pub(super) fn projected_value<'a>(projection: &'a Projection, scene: Scene<'a>) -> Result<Value, Stop> {
    Ok(match projection {
        Projection::Item => Value::Undefined,
        Projection::Value(expr) => scene.kept(expr)?,
        Projection::Members(members) => scene.object(members)?,
    })
}

/// `value` as JSON; none if it is undefined.
pub(super) fn text_of(value: &Value) -> Option<String> {
    (!value.is_undefined()).then(|| json::to_text(value))
}
