//! One page of one query: rows go in, a page comes out.

use super::ast::Projection;
use super::budget::Budget;
use super::continuation::{Continuation, Place};
use super::eval::Scene;
use super::groups::Groups;
use super::plan::{Mode, Query};
use super::sorted::Sorted;
use super::value::Value;
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
        let mut after_row = 0;
        if let Some(text) = &options.continuation {
            let continuation = Continuation::parse(text, query.fingerprint)?;
            bounds.left = match (bounds.left, continuation.left) {
                (Some(written), Some(left)) => Some(written.min(left)),
                (written, _) => written,
            };
            // The page before has left out what is to be left out.
            bounds.skip = 0;
            match (query.mode, continuation.place) {
                (Mode::Scan, Place::Row(row)) => after_row = row,
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
            Mode::Grouped => State::Grouped(Groups::new(query)),
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
            state,
        })
    }

    /// Rows up to this position aren't wanted.
    pub(crate) fn start_after(&self) -> i64 {
        self.after_row
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
        let scene = Scene {
            slots: &self.values,
            keys: &[],
            results: &[],
            budget: self.budget,
        };
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
            State::Sorted(sorted) => sorted.push(self.query, row, scene, &self.bounds).map(|()| Flow::More),
            State::Grouped(groups) => groups.push(self.query, scene).map(|()| Flow::More),
        }
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
                let next = left.filter(|_| scan.more).map(|left| (left, Place::Row(scan.last)));
                Ending {
                    items: scan.items,
                    next,
                }
            }
            State::Sorted(sorted) => sorted.finish(&self.bounds),
            State::Grouped(groups) => groups.finish(self.query, &self.bounds, self.budget)?,
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

impl Scan {
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
pub(super) fn projected_value<'a>(projection: &'a Projection, scene: Scene<'a>) -> Result<Value, StoreError> {
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
