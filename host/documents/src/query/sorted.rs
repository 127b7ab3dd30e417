//! ORDER BY and DISTINCT: of all rows, the first ones of an order, and no more of them than a page holds.
//!
//! The key of a row is its ORDER BY values and then what makes it unique: its position, or for DISTINCT the value itself. So every
//! key occurs once, and a page can end after any of them. Rows whose values are the same come in the direction of the last property:
//! so an index, read either way, has them in this order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Row;
use super::access::Key;
use super::continuation::Place;
use super::eval::Scene;
use super::order;
use super::plan::Query;
use super::run::{Bounds, Ending, Flow, Items, PAGE_BYTES, project, projected_value, text_of};
use super::value::{Number, Value};
use crate::error::StoreError;

/// The rows of the page so far.
pub(super) struct Sorted {
    rows: BTreeMap<Vec<Part>, String>,
    /// Rows to keep: those to leave out, and those of the page.
    capacity: usize,
    bytes: u64,
    /// The least key that was refused. What comes after it may not be kept either, or the page would have a gap.
    ceiling: Option<Vec<Part>>,
    after: Option<Vec<Part>>,
    /// Rows come in the order of an index.
    in_order: bool,
}

/// One value of a key, in its direction.
#[derive(Clone, Debug)]
enum Part {
    Ascending(Value),
    Descending(Value),
}

impl Part {
    fn value(self) -> Value {
        let (Self::Ascending(value) | Self::Descending(value)) = self;
        value
    }

    fn key(&self) -> (Key, bool) {
        let (Self::Ascending(value) | Self::Descending(value)) = self;
        Key::of(value)
    }

    fn weight(&self) -> u64 {
        let (Self::Ascending(value) | Self::Descending(value)) = self;
        value.weight()
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Descending(left), Self::Descending(right)) => order::compare(right, left),
            (Self::Ascending(left) | Self::Descending(left), Self::Ascending(right) | Self::Descending(right)) => {
                order::compare(left, right)
            }
        }
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Part {}

impl Sorted {
    pub(super) fn new(query: &Query, bounds: &Bounds) -> Self {
        // A forged key may have any length: it is compared like any other.
        let after = bounds.after_key.as_ref().map(|key| {
            key.iter()
                .enumerate()
                .map(|(index, value)| part(query, index, value.clone()))
                .collect::<Vec<_>>()
        });
        let capacity = usize::try_from(bounds.skip.saturating_add(bounds.wanted())).unwrap_or(usize::MAX);
        Self {
            rows: BTreeMap::new(),
            capacity,
            bytes: 0,
            ceiling: None,
            after,
            in_order: false,
        }
    }

    /// See [`Run::expect_order`](super::Run::expect_order).
    pub(super) fn expect_order(&mut self) {
        self.in_order = true;
    }

    pub(super) fn push<'a>(
        &mut self,
        query: &'a Query,
        row: &Row<'_>,
        tuple: Option<u64>,
        scene: Scene<'a>,
        bounds: &Bounds,
    ) -> Result<Flow, StoreError> {
        let mut key = Vec::with_capacity(query.select.order_by.len() + 1);
        for (index, sort) in query.select.order_by.iter().enumerate() {
            key.push(part(query, index, scene.kept(&sort.expr)?));
        }
        let distinct = query.select.distinct;
        let last = if distinct {
            projected_value(&query.select.projection, scene)?
        } else {
            Value::Number(Number::Integer(row.position))
        };
        key.push(part(query, key.len(), last));
        if let Some(tuple) = tuple.filter(|_| !distinct) {
            key.push(part(query, key.len(), Value::from_f64(tuple as f64)));
        }
        let passed = self.after.as_ref().is_some_and(|after| key <= *after);
        let beyond = self.ceiling.as_ref().is_some_and(|ceiling| key >= *ceiling);
        if passed || beyond || (distinct && self.rows.contains_key(&key)) {
            return Ok(if self.is_complete(&key) { Flow::Full } else { Flow::More });
        }
        let text = match key.last() {
            Some(Part::Ascending(value)) if distinct => text_of(value),
            _ => project(&query.select.projection, row, scene)?,
        };
        let Some(text) = text else { return Ok(Flow::More) };
        self.bytes += weight(&key, &text);
        self.rows.insert(key, text);
        // Rows that are left out must be counted, so a page with an OFFSET can't end early.
        let soft = if bounds.skip == 0 {
            PAGE_BYTES.min(scene.budget.max_bytes())
        } else {
            u64::MAX
        };
        while self.rows.len() > self.capacity || (self.bytes > soft && self.rows.len() > 1) {
            if let Some((key, text)) = self.rows.pop_last() {
                self.bytes -= weight(&key, &text);
                self.ceiling = Some(key);
            }
        }
        scene.budget.hold(self.bytes)?;
        let complete = self.ceiling.as_ref().is_some_and(|refused| self.is_complete(refused));
        Ok(if complete { Flow::Full } else { Flow::More })
    }

    /// Whether rows that come after one of this key can't be on the page any more.
    fn is_complete(&self, key: &[Part]) -> bool {
        let (Some(ceiling), true) = (&self.ceiling, self.in_order) else {
            return false;
        };
        let (Some(part), Some(limit)) = (key.first(), ceiling.first()) else {
            return false;
        };
        let ((of_row, exact), (of_limit, _)) = (part.key(), limit.key());
        let beyond = match part {
            Part::Ascending(_) => of_row > of_limit,
            Part::Descending(_) => of_row < of_limit,
        };
        // The property and the position are the whole key, and the index has them in their order.
        let in_whole_order = exact && key.len() == 2 && *key >= **ceiling;
        beyond || in_whole_order
    }

    /// The page's items, and from where to go on.
    pub(super) fn finish(self, bounds: &Bounds) -> Ending {
        let skip = usize::try_from(bounds.skip).unwrap_or(usize::MAX);
        let mut items = Items::default();
        let mut last = None;
        for (key, text) in self.rows.into_iter().skip(skip) {
            items.push(&text);
            last = Some(key);
        }
        let left = bounds.left_after(items.count()).filter(|_| self.ceiling.is_some());
        let next = left
            .zip(last)
            .map(|(left, key)| (left, Place::Key(key.into_iter().map(Part::value).collect())));
        Ending { items, next }
    }
}

/// A part in the direction of its property; after the properties comes the position, in the direction of the last.
fn part(query: &Query, index: usize, value: Value) -> Part {
    let order_by = &query.select.order_by;
    let direction = order_by
        .get(index)
        .or(order_by.last().filter(|_| !query.select.distinct));
    match direction {
        Some(key) if key.descending => Part::Descending(value),
        _ => Part::Ascending(value),
    }
}

fn weight(key: &[Part], text: &str) -> u64 {
    key.iter().map(Part::weight).sum::<u64>() + text.len() as u64 + 64
}
