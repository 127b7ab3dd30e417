//! GROUP BY and aggregates: one accumulator for each aggregate of each group. Groups are given in the order of their keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::aggregate::Accumulator;
use super::ast::Select;
use super::budget::Budget;
use super::continuation::Place;
use super::error::Stop;
use super::eval::Scene;
use super::order;
use super::run::{Bounds, Ending, Items, projected_value, text_of};
use super::value::Value;
use crate::error::StoreError;

/// The groups so far.
pub(super) struct Groups {
    groups: Vec<Group>,
    /// Groups by the hash of their key, so that a row of a known group makes no key of its own.
    by_hash: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
    bytes: i64,
}

struct Group {
    key: Vec<Value>,
    accumulators: Vec<Accumulator>,
}

impl Groups {
    pub(super) fn new(select: &Select) -> Self {
        let mut groups = Self {
            groups: Vec::new(),
            by_hash: HashMap::new(),
            hasher: RandomState::new(),
            bytes: 0,
        };
        // Without GROUP BY there is one group, even of no rows.
        if select.group_by.is_empty() {
            groups.add(select, Vec::new());
        }
        groups
    }

    fn add(&mut self, select: &Select, key: Vec<Value>) -> usize {
        let accumulators: Vec<_> = select
            .aggregates
            .iter()
            .map(|(aggregate, _)| Accumulator::new(*aggregate))
            .collect();
        let weight = key.iter().map(Value::weight).sum::<u64>() as usize + size_of_val(accumulators.as_slice()) + 128;
        self.bytes += weight.cast_signed() as i64;
        self.groups.push(Group { key, accumulators });
        self.groups.len() - 1
    }

    pub(super) fn push<'a>(&mut self, select: &'a Select, scene: Scene<'a>) -> Result<(), Stop> {
        let group = if select.group_by.is_empty() {
            0
        } else {
            self.group_of(select, scene)?
        };
        for (accumulator, (_, argument)) in self.groups[group].accumulators.iter_mut().zip(&select.aggregates) {
            self.bytes += accumulator.add(scene.eval(argument)?.as_ref());
        }
        scene.budget.hold(self.bytes.unsigned_abs())?;
        Ok(())
    }

    fn group_of<'a>(&mut self, select: &'a Select, scene: Scene<'a>) -> Result<usize, Stop> {
        let key: Vec<Cow<'a, Value>> = select
            .group_by
            .iter()
            .map(|expr| scene.eval(expr))
            .collect::<Result<_, _>>()?;
        let hash = self.hasher.hash_one(key.as_slice());
        let candidates = self.by_hash.entry(hash).or_default();
        let same = |index: &&usize| {
            self.groups[**index]
                .key
                .iter()
                .zip(&key)
                .all(|(known, value)| known == value.as_ref())
        };
        if let Some(index) = candidates.iter().find(same) {
            return Ok(*index);
        }
        let index = self.groups.len();
        candidates.push(index);
        let key = key.into_iter().map(Cow::into_owned).collect();
        Ok(self.add(select, key))
    }

    /// What each group of a subquery becomes. `scene` is the one around it.
    pub(super) fn values(mut self, select: &Select, scene: Scene<'_>) -> Result<Vec<Value>, Stop> {
        self.groups.sort_by(|left, right| compare_keys(&left.key, &right.key));
        let mut values = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let results: Vec<Value> = group.accumulators.iter().map(Accumulator::result).collect();
            let scene = Scene {
                keys: &group.key,
                results: &results,
                ..scene
            };
            values.push(projected_value(&select.projection, scene)?);
        }
        Ok(values)
    }

    /// The page's items, and from where to go on.
    pub(super) fn finish(
        mut self,
        select: &Select,
        bounds: &Bounds,
        budget: &Budget<'_>,
    ) -> Result<Ending, StoreError> {
        self.groups.sort_by(|left, right| compare_keys(&left.key, &right.key));
        let passed = |group: &Group| {
            bounds
                .after_key
                .as_ref()
                .is_some_and(|after| compare_keys(&group.key, after).is_le())
        };
        let mut items = Items::default();
        let mut skipped = 0;
        let mut held = self.bytes.unsigned_abs();
        let mut last: Option<Vec<Value>> = None;
        let mut more = false;
        for group in self.groups {
            if passed(&group) {
                continue;
            }
            if items.count() >= bounds.wanted() {
                more = true;
                break;
            }
            budget.next_row(0)?;
            let results: Vec<Value> = group.accumulators.iter().map(Accumulator::result).collect();
            let scene = Scene {
                keys: &group.key,
                results: &results,
                ..Scene::new(&[], budget)
            };
            let Some(text) = text_of(&projected_value(&select.projection, scene)?) else {
                continue;
            };
            if skipped < bounds.skip {
                skipped += 1;
                continue;
            }
            held += text.len() as u64;
            budget.hold(held)?;
            items.push(&text);
            last = Some(group.key);
        }
        let left = bounds.left_after(items.count()).filter(|_| more);
        let next = left.zip(last).map(|(left, key)| (left, Place::Key(key)));
        Ok(Ending { items, next })
    }
}

fn compare_keys(left: &[Value], right: &[Value]) -> std::cmp::Ordering {
    left.iter()
        .zip(right)
        .map(|(left, right)| order::compare(left, right))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| left.len().cmp(&right.len()))
}
