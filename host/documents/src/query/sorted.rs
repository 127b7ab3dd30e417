//! ORDER BY and DISTINCT: of all rows, the first ones of an order, and no more of them than a page holds.
//!
//! The key of a row is its ORDER BY values and then what makes it unique: its position, or for DISTINCT the value itself. So every
//! key occurs once, and a page can end after any of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Row;
use super::continuation::Place;
use super::eval::Scene;
use super::order;
use super::plan::Query;
use super::run::{Bounds, Ending, Items, PAGE_BYTES, project, projected_value, text_of};
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
        }
    }

    pub(super) fn push<'a>(
        &mut self,
        query: &'a Query,
        row: &Row<'_>,
        scene: Scene<'a>,
        bounds: &Bounds,
    ) -> Result<(), StoreError> {
        let mut key = Vec::with_capacity(query.select.order_by.len() + 1);
        for (index, sort) in query.select.order_by.iter().enumerate() {
            key.push(part(query, index, scene.kept(&sort.expr)?));
        }
        let distinct = query.select.distinct;
        key.push(Part::Ascending(if distinct {
            projected_value(&query.select.projection, scene)?
        } else {
            Value::Number(Number::Integer(row.position))
        }));
        let passed = self.after.as_ref().is_some_and(|after| key <= *after);
        let beyond = self.ceiling.as_ref().is_some_and(|ceiling| key >= *ceiling);
        if passed || beyond || (distinct && self.rows.contains_key(&key)) {
            return Ok(());
        }
        let text = match key.last() {
            Some(Part::Ascending(value)) if distinct => text_of(value),
            _ => project(&query.select.projection, row, scene)?,
        };
        let Some(text) = text else { return Ok(()) };
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
        Ok(())
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

fn part(query: &Query, index: usize, value: Value) -> Part {
    match query.select.order_by.get(index) {
        Some(key) if key.descending => Part::Descending(value),
        _ => Part::Ascending(value),
    }
}

fn weight(key: &[Part], text: &str) -> u64 {
    key.iter().map(Part::weight).sum::<u64>() + text.len() as u64 + 64
}
