//! Values of the query language: JSON's, and *undefined*, which is what a missing property is.
//!
//! Undefined isn't null: it equals nothing, it vanishes from objects and arrays that a query makes, and a filter that is
//! undefined isn't true. Source: Azure Cosmos DB for NoSQL, "Equality and comparison operators".

use std::hash::{Hash, Hasher};

/// A value of an expression.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Value>),
    /// Members in the order in which they came, names unique.
    Object(Vec<(String, Value)>),
}

/// A finite number. JSON's integers keep their 64 bits; everything else is a double.
///
/// A double that is a whole number below 2^53 is always held as an integer, so that 1 and 1.0 are the same value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Integer(i64),
    Double(f64),
}

impl Number {
    /// None if `number` is infinite or not a number.
    pub(crate) fn from_f64(number: f64) -> Option<Self> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !number.is_finite() {
            return None;
        }
        if number.fract() == 0.0 && number.abs() < EXACT {
            // The cast is exact below 2^53.
            return Some(Self::Integer(number as i64));
        }
        Some(Self::Double(number))
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Double(number) => number,
        }
    }

    pub(crate) fn compare(self, other: Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => left.cmp(&right),
            (left, right) => left.as_f64().total_cmp(&right.as_f64()),
        }
    }
}

impl Value {
    /// The value of arithmetic: undefined where JSON has no number for it.
    pub(crate) fn from_f64(number: f64) -> Self {
        Number::from_f64(number).map_or(Self::Undefined, Self::Number)
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A member of an object by name.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(candidate, _)| candidate == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// A whole number from 0, as TOP, OFFSET, LIMIT and array indices want it.
    pub(crate) fn as_count(&self) -> Option<u64> {
        match self {
            Self::Number(Number::Integer(number)) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// About how many bytes the value occupies.
    pub(crate) fn weight(&self) -> u64 {
        let own = size_of::<Self>() as u64;
        own + match self {
            Self::String(text) => text.len() as u64,
            Self::Array(elements) => elements.iter().map(Self::weight).sum(),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| size_of::<String>() as u64 + name.len() as u64 + value.weight())
                .sum(),
            _ => 0,
        }
    }
}

/// Sameness, as DISTINCT and GROUP BY need it: undefined is itself, members may come in any order.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left.compare(*right).is_eq(),
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Array(left), Self::Array(right)) => left == right,
            (Self::Object(left), Self::Object(right)) => same_members(left, right),
            _ => false,
        }
    }
}

impl Eq for Value {}

fn same_members(left: &[(String, Value)], right: &[(String, Value)]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // Objects of one origin have their members in the same order; only others need sorting.
    if left.iter().zip(right).all(|(one, other)| one.0 == other.0) {
        return left.iter().zip(right).all(|(one, other)| one.1 == other.1);
    }
    let (left, right) = (sorted_members(left), sorted_members(right));
    left.iter()
        .zip(&right)
        .all(|(one, other)| one.0 == other.0 && one.1 == other.1)
}

/// Members by name.
pub(super) fn sorted_members(members: &[(String, Value)]) -> Vec<(&str, &Value)> {
    let mut sorted: Vec<(&str, &Value)> = members.iter().map(|(name, value)| (name.as_str(), value)).collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Undefined | Self::Null => {}
            Self::Bool(value) => value.hash(state),
            // Doubles and integers that compare as equal have the same double.
            Self::Number(number) => (number.as_f64() + 0.0).to_bits().hash(state),
            Self::String(text) => text.hash(state),
            Self::Array(elements) => elements.hash(state),
            Self::Object(members) => sorted_members(members).hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(members: &[(&str, Value)]) -> Value {
        Value::Object(
            members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )
    }

    #[test]
    fn one_and_one_point_zero_are_the_same() {
        assert_eq!(Value::from_f64(1.0), Value::Number(Number::Integer(1)));
        assert_eq!(Value::from_f64(-0.0), Value::Number(Number::Integer(0)));
        assert!(Value::from_f64(f64::NAN).is_undefined());
        assert!(Value::from_f64(f64::INFINITY).is_undefined());
    }

    #[test]
    fn members_may_come_in_any_order() {
        let (one, two) = (Value::from_f64(1.0), Value::from_f64(2.0));
        let left = object(&[("a", one.clone()), ("b", two.clone())]);
        assert_eq!(left, object(&[("b", two.clone()), ("a", one.clone())]));
        assert_ne!(left, object(&[("a", two), ("b", one.clone())]));
        assert_ne!(left, object(&[("a", one)]));
    }
}
