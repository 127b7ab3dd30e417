//! What an index over one property can do for a query: which part of it to walk, and which way.
//!
//! An index keeps rows by the [`Key`] of a property, and rows with the same key by their position. Everything here may only leave
//! out rows that the query's filter would leave out as well: the filter is evaluated on every row all the same.

use super::ast::{Binary, Expr, Step};
use super::order;
use super::plan::{Mode, Query};
use super::run::Run;
use super::value::{Number, Value};

/// How many bytes of a string a key holds. Long enough for dates, names and ids; short enough that an index stays small.
const STRING_BYTES: usize = 128;
/// From here on not every integer is a double of its own.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// A value as bytes, whose order is that of [`order::compare`], except that values which differ only late have the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// The key of a value, and whether no other value has it.
    pub(crate) fn of(value: &Value) -> (Self, bool) {
        let mut bytes = vec![order::rank(value)];
        let exact = match value {
            Value::Undefined | Value::Null => true,
            Value::Bool(value) => {
                bytes.push(u8::from(*value));
                true
            }
            Value::Number(number) => {
                bytes.extend(ordered_bits(*number).to_be_bytes());
                number.as_f64().abs() < EXACT_INTEGERS
            }
            Value::String(text) => {
                bytes.extend(text.bytes().take(STRING_BYTES));
                text.len() < STRING_BYTES
            }
            Value::Array(_) | Value::Object(_) => false,
        };
        (Self(bytes), exact)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The least key after this one.
    fn next(mut self) -> Self {
        self.0.push(0);
        self
    }

    /// Less than the keys of all values of that rank, and not less than those of any rank before.
    fn start_of(rank: u8) -> Self {
        Self(vec![rank])
    }
}

/// The bits of a double, so that their order as an unsigned integer is that of the numbers.
/// Source: IEEE 754-2019, section 3.4: the encoding orders non-negative numbers already.
fn ordered_bits(number: Number) -> u64 {
    let bits = number.as_f64().to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Keys from the first, which is in it, to the last, which isn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) low: Key,
    pub(crate) high: Key,
}

impl KeyRange {
    fn all() -> Self {
        Self {
            low: Key(Vec::new()),
            high: Key::start_of(u8::MAX),
        }
    }

    fn only(key: Key) -> Self {
        Self {
            low: key.clone(),
            high: key.next(),
        }
    }

    /// Whether all rows in it have the same key.
    fn is_one_key(&self) -> bool {
        self.low.clone().next() == self.high
    }

    fn and(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        }
    }
}

/// Which way an index is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// By key and then position, the least first: in the order of the answer if [`Access::in_order`].
    Forward,
    /// The other way round.
    Backward,
    /// By position alone, as a scan: its continuations are positions.
    ByPosition,
}

/// The use of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// Which of the given ones.
    pub(crate) index: usize,
    pub(crate) range: KeyRange,
    pub(crate) walk: Walk,
    /// Rows come in the order of the first ORDER BY property, so that the run can end with the page.
    pub(crate) in_order: bool,
}

/// A part of an index, to be walked after the part before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) range: KeyRange,
    /// Beyond which position, in the direction of the walk; none: all.
    pub(crate) beyond: Option<i64>,
}

impl Query {
    /// The best use of indexes over `properties`; none if a scan is as good.
    ///
    /// Without statistics, what can't be worse than a scan of the partition comes first: one key of an index, then the order of
    /// one, then a range of keys.
    pub(crate) fn access<'p>(&self, properties: impl Iterator<Item = &'p str>) -> Option<Access> {
        let candidates = properties.enumerate().filter_map(|(index, property)| {
            let range = self.range_of(property);
            let order = self.order_by_first(property);
            let rank = match (&range, order) {
                (Some(range), None) if range.is_one_key() => 0,
                (_, Some(_)) => 1,
                (Some(_), None) => 2,
                (None, None) => return None,
            };
            let walk = match order {
                Some(descending) if descending => Walk::Backward,
                None if self.mode == Mode::Scan && rank != 0 => Walk::ByPosition,
                _ => Walk::Forward,
            };
            let access = Access {
                index,
                range: range.unwrap_or_else(KeyRange::all),
                walk,
                in_order: order.is_some(),
            };
            Some((rank, access))
        });
        candidates.min_by_key(|(rank, _)| *rank).map(|(_, access)| access)
    }

    /// Whether the answer is ordered by the property first, and if so, whether descending.
    fn order_by_first(&self, property: &str) -> Option<bool> {
        let first = self.select.order_by.first()?;
        let plain = self.mode == Mode::Sorted && !self.select.distinct;
        (plain && self.is_property(&first.expr, property)).then_some(first.descending)
    }

    /// The keys that a row's property must have to pass the filter; none if the filter doesn't say.
    fn range_of(&self, property: &str) -> Option<KeyRange> {
        let filter = self.select.filter.as_ref()?;
        let parts = match filter {
            Expr::And(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let ranges = parts.iter().filter_map(|part| self.range_by(part, property));
        ranges.reduce(KeyRange::and)
    }

    fn range_by(&self, part: &Expr, property: &str) -> Option<KeyRange> {
        match part {
            Expr::Binary { operator, operands } => match &**operands {
                [path, Expr::Constant(value)] if self.is_property(path, property) => compared(*operator, value),
                [Expr::Constant(value), path] if self.is_property(path, property) => {
                    compared(mirrored(*operator), value)
                }
                _ => None,
            },
            Expr::Between(parts) => match &**parts {
                [path, Expr::Constant(low), Expr::Constant(high)] if self.is_property(path, property) => {
                    let low = compared(Binary::GreaterOrEqual, low)?;
                    Some(low.and(compared(Binary::LessOrEqual, high)?))
                }
                _ => None,
            },
            Expr::In { needle, candidates } if self.is_property(needle, property) => {
                let keys = candidates.iter().map(|candidate| match candidate {
                    Expr::Constant(value) if !value.is_undefined() => Some(Key::of(value).0),
                    _ => None,
                });
                let keys = keys.collect::<Option<Vec<_>>>()?;
                Some(KeyRange {
                    low: keys.iter().min()?.clone(),
                    high: keys.iter().max()?.clone().next(),
                })
            }
            _ => None,
        }
    }

    fn is_property(&self, expr: &Expr, property: &str) -> bool {
        matches!(expr, Expr::Item { steps, slot, .. } if steps.as_slice() == [] as [Step; 0] && self.slots.is(*slot, property))
    }
}

/// The keys of the values that compare so with `value`: values of its type, since a comparison of two types is undefined.
fn compared(operator: Binary, value: &Value) -> Option<KeyRange> {
    let (key, exact) = Key::of(value);
    let rank = order::rank(value);
    let below = |high| {
        let low = Key::start_of(rank);
        Some(KeyRange { low, high })
    };
    let above = |low| {
        let high = Key::start_of(rank + 1);
        Some(KeyRange { low, high })
    };
    match (operator, value) {
        (_, Value::Undefined) => None,
        (Binary::Equal, _) => Some(KeyRange::only(key)),
        (_, Value::Null | Value::Array(_) | Value::Object(_)) => None,
        // What has the same key may be less or greater, unless the key is exact.
        (Binary::Less, _) if exact => below(key),
        (Binary::Less | Binary::LessOrEqual, _) => below(key.next()),
        (Binary::Greater, _) if exact => above(key.next()),
        (Binary::Greater | Binary::GreaterOrEqual, _) => above(key),
        _ => None,
    }
}

/// `5 < c.n` is `c.n > 5`.
fn mirrored(operator: Binary) -> Binary {
    match operator {
        Binary::Less => Binary::Greater,
        Binary::LessOrEqual => Binary::GreaterOrEqual,
        Binary::Greater => Binary::Less,
        Binary::GreaterOrEqual => Binary::LessOrEqual,
        other => other,
    }
}

impl Run<'_> {
    /// What of an access is still to be walked, after the pages before.
    pub(crate) fn stretches(&self, access: &Access) -> Vec<Stretch> {
        let whole = |range: &KeyRange, beyond| Stretch {
            range: range.clone(),
            beyond,
        };
        let range = &access.range;
        let Some((value, position)) = self.resume_key().filter(|_| access.in_order) else {
            let after = self.start_after();
            return vec![whole(range, (after > 0).then_some(after))];
        };
        // First the rest of the rows with the key where the page before ended, then the keys after it.
        let (key, exact) = Key::of(value);
        let same = KeyRange::only(key.clone()).and(range.clone());
        let rest = match access.walk {
            Walk::Backward => KeyRange {
                low: range.low.clone(),
                high: key.min(range.high.clone()),
            },
            _ => KeyRange {
                low: key.next().max(range.low.clone()),
                high: range.high.clone(),
            },
        };
        vec![whole(&same, position.filter(|_| exact)), whole(&rest, None)]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::json;

    /// In the order of all values.
    const ORDERED: [&str; 21] = [
        "null",
        "false",
        "true",
        "-1e300",
        "-9007199254740993",
        "-2.5",
        "-1",
        "0",
        "1e-300",
        "0.5",
        "1",
        "10",
        "9007199254740991",
        "1e300",
        r#""""#,
        r#""\u0000""#,
        r#""2026-11-22""#,
        r#""2026-11-22T""#,
        r#""é""#,
        "[1]",
        r#"{"a":1}"#,
    ];

    #[test]
    fn keys_have_the_order_of_their_values() {
        let mut values = vec![Value::Undefined];
        values.extend(ORDERED.iter().map(|text| json::parse(text).unwrap()));
        for (index, left) in values.iter().enumerate() {
            for right in &values[index + 1..] {
                assert!(Key::of(left).0 < Key::of(right).0, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn a_key_that_several_values_have_is_not_exact() {
        let long = |end: &str| json::parse(&format!(r#""{}{end}""#, "x".repeat(STRING_BYTES))).unwrap();
        assert_eq!(Key::of(&long("a")), Key::of(&long("b")));
        assert!(!Key::of(&long("")).1);
        assert!(!Key::of(&json::parse("9007199254740993").unwrap()).1);
        assert!(!Key::of(&json::parse("[]").unwrap()).1);
        assert!(Key::of(&json::parse(r#""2026-11-22""#).unwrap()).1);
    }

    fn access(sql: &str) -> Option<(usize, Walk, bool, KeyRange)> {
        let access = Query::parse(sql, "{}").unwrap().access(["date", "kind"].into_iter())?;
        Some((access.index, access.walk, access.in_order, access.range))
    }

    fn text(text: &str) -> Key {
        Key::of(&Value::String(text.to_owned())).0
    }

    #[test]
    fn an_order_is_walked_in_its_direction_within_the_filters_range() {
        let all = KeyRange::all();
        let newest = "SELECT * FROM c ORDER BY c.date DESC";
        assert_eq!(access(newest), Some((0, Walk::Backward, true, all.clone())));
        let oldest = "SELECT * FROM c WHERE c.amount > 1 ORDER BY c.date, c.amount";
        assert_eq!(access(oldest), Some((0, Walk::Forward, true, all)));
        let since = "SELECT * FROM c WHERE c.date >= '2026' AND c.amount > 1 ORDER BY c.date";
        let range = KeyRange {
            low: text("2026"),
            high: Key::start_of(5),
        };
        assert_eq!(access(since), Some((0, Walk::Forward, true, range)));
    }

    #[test]
    fn one_key_comes_before_an_order_and_a_range_after_it() {
        let one = KeyRange::only(text("a"));
        let sql = "SELECT * FROM c WHERE 'a' = c.kind ORDER BY c.date";
        assert_eq!(access(sql), Some((1, Walk::Forward, false, one.clone())));
        let sql = "SELECT * FROM c WHERE c.kind = 'a'";
        assert_eq!(access(sql), Some((1, Walk::Forward, false, one)));
        let sql = "SELECT * FROM c WHERE c.kind > 'a' ORDER BY c.date";
        assert_eq!(access(sql), Some((0, Walk::Forward, true, KeyRange::all())));
        let range = KeyRange {
            low: text("a"),
            high: text("b").next(),
        };
        let sql = "SELECT * FROM c WHERE c.kind BETWEEN 'a' AND 'b'";
        assert_eq!(access(sql), Some((1, Walk::ByPosition, false, range.clone())));
        let sql = "SELECT COUNT(1) FROM c WHERE c.kind IN ('b', 'a')";
        assert_eq!(access(sql), Some((1, Walk::Forward, false, range)));
    }

    #[test]
    fn what_an_index_cannot_tell_is_scanned() {
        for sql in [
            "SELECT * FROM c",
            "SELECT * FROM c WHERE c.date = 'a' OR c.kind = 'a'",
            "SELECT * FROM c WHERE c.date.year = 2026 ORDER BY c.date.year",
            "SELECT * FROM c WHERE NOT (c.kind = 'a')",
            "SELECT * FROM c WHERE c.kind != 'a'",
            "SELECT * FROM c WHERE c.kind = c.date",
            "SELECT * FROM c WHERE LOWER(c.kind) = 'a'",
            "SELECT DISTINCT c.date FROM c ORDER BY c.date",
            "SELECT * FROM c ORDER BY c.amount, c.date",
        ] {
            assert_eq!(access(sql), None, "{sql}");
        }
    }
}
