//! COUNT, SUM, AVG, MIN and MAX, one value after the other.
//!
//! Undefined values don't count. A SUM or AVG over anything but numbers is undefined, and so is a MIN or MAX over arrays or
//! objects. Over nothing: COUNT and SUM are 0, the others undefined. Sources: Azure Cosmos DB for NoSQL, "SUM", "AVG", "MIN",
//! "MAX", "COUNT"; for nothing at all, what the service's client libraries start from when they merge partitions.

use super::ast::Aggregate;
use super::order;
use super::value::Value;

/// What one aggregate has seen of one group.
#[derive(Clone, Debug)]
pub(super) struct Accumulator {
    aggregate: Aggregate,
    count: u64,
    sum: f64,
    /// The least or greatest value so far.
    extreme: Value,
    /// A value of a type that has no aggregate came by.
    spoiled: bool,
}

impl Accumulator {
    pub(super) fn new(aggregate: Aggregate) -> Self {
        Self {
            aggregate,
            count: 0,
            sum: 0.0,
            extreme: Value::Undefined,
            spoiled: false,
        }
    }

    /// Adds a value; returns by how many bytes more is held now.
    pub(super) fn add(&mut self, value: &Value) -> i64 {
        if value.is_undefined() {
            return 0;
        }
        self.count += 1;
        match (self.aggregate, value) {
            (Aggregate::Count, _) => {}
            (Aggregate::Sum | Aggregate::Average, Value::Number(number)) => self.sum += number.as_f64(),
            (Aggregate::Sum | Aggregate::Average, _) => self.spoiled = true,
            (Aggregate::Min | Aggregate::Max, Value::Array(_) | Value::Object(_)) => self.spoiled = true,
            (Aggregate::Min, _) if self.count > 1 && order::compare(value, &self.extreme).is_ge() => {}
            (Aggregate::Max, _) if self.count > 1 && order::compare(value, &self.extreme).is_le() => {}
            (Aggregate::Min | Aggregate::Max, _) => {
                let before = self.extreme.weight();
                self.extreme = value.clone();
                return self.extreme.weight().cast_signed() - before.cast_signed();
            }
        }
        0
    }

    /// The aggregate of what was added.
    pub(super) fn result(&self) -> Value {
        match self.aggregate {
            _ if self.spoiled => Value::Undefined,
            Aggregate::Count => Value::from_f64(self.count as f64),
            Aggregate::Sum => Value::from_f64(self.sum),
            Aggregate::Average => Value::from_f64(self.sum / self.count as f64),
            Aggregate::Min | Aggregate::Max => self.extreme.clone(),
        }
    }
}
