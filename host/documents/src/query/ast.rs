//! A parsed query.

use super::functions::Function;
use super::value::Value;

/// A whole query. Names and parameters are resolved: the item is the only thing that paths start from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Select {
    pub(super) distinct: bool,
    pub(super) top: Option<u64>,
    pub(super) projection: Projection,
    /// Without FROM the query is about one empty row.
    pub(super) has_from: bool,
    pub(super) filter: Option<Expr>,
    pub(super) group_by: Vec<Expr>,
    pub(super) order_by: Vec<SortKey>,
    pub(super) offset: u64,
    pub(super) limit: Option<u64>,
}

/// What a row becomes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Projection {
    /// `SELECT *` and `SELECT VALUE c`: the item as it is.
    Item,
    /// `SELECT VALUE expression`.
    Value(Expr),
    /// `SELECT expression AS name, …`: an object, names unique.
    Members(Vec<(String, Expr)>),
}

/// One key of ORDER BY.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SortKey {
    pub(super) expr: Expr,
    pub(super) descending: bool,
}

/// Where an expression starts in the text. Two expressions are the same wherever they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct At(pub(super) usize);

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Constant(Value),
    /// A path from the item: `c`, `c.a.b[0]`.
    Item {
        steps: Vec<Step>,
        slot: usize,
        at: At,
    },
    /// A path from the value of another expression.
    Access {
        base: Box<Expr>,
        steps: Vec<Step>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    Binary {
        operator: Binary,
        operands: Box<[Expr; 2]>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// `condition ? then : otherwise`.
    Conditional(Box<[Expr; 3]>),
    Coalesce(Box<[Expr; 2]>),
    /// `value BETWEEN low AND high`.
    Between(Box<[Expr; 3]>),
    In {
        needle: Box<Expr>,
        candidates: Vec<Expr>,
    },
    Like {
        text: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<char>,
    },
    Call {
        function: Function,
        arguments: Vec<Expr>,
    },
    Array(Vec<Expr>),
    Object(Vec<(String, Expr)>),
    Aggregate {
        aggregate: Aggregate,
        argument: Box<Expr>,
        at: At,
    },
    /// In a grouped projection: the value of the group's key of that number.
    GroupKey(usize),
    /// In a grouped projection: the result of the aggregate of that number.
    AggregateResult(usize),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// Operators of two operands that are evaluated both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Binary {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Concatenate,
}

/// The aggregate functions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Aggregate {
    Count,
    Sum,
    Average,
    Min,
    Max,
}

impl Aggregate {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "COUNT" => Self::Count,
            "SUM" => Self::Sum,
            "AVG" => Self::Average,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            _ => return None,
        })
    }
}

impl Expr {
    /// Calls `visit` with each expression directly inside this one.
    pub(super) fn for_each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        match self {
            Self::Constant(_) | Self::Item { .. } | Self::GroupKey(_) | Self::AggregateResult(_) => {}
            Self::Access { base, .. } => visit(base),
            Self::Not(inner) | Self::Negate(inner) | Self::Plus(inner) => visit(inner),
            Self::Aggregate { argument, .. } => visit(argument),
            Self::Binary { operands, .. } | Self::Coalesce(operands) => operands.iter().for_each(visit),
            Self::Conditional(parts) | Self::Between(parts) => parts.iter().for_each(visit),
            Self::And(parts) | Self::Or(parts) | Self::Array(parts) | Self::Call { arguments: parts, .. } => {
                parts.iter().for_each(visit);
            }
            Self::In { needle, candidates } => {
                visit(needle);
                candidates.iter().for_each(visit);
            }
            Self::Like { text, pattern, .. } => {
                visit(text);
                visit(pattern);
            }
            Self::Object(members) => members.iter().for_each(|(_, member)| visit(member)),
        }
    }

    /// The same, to change them.
    pub(super) fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Constant(_) | Self::Item { .. } | Self::GroupKey(_) | Self::AggregateResult(_) => {}
            Self::Access { base, .. } => visit(base),
            Self::Not(inner) | Self::Negate(inner) | Self::Plus(inner) => visit(inner),
            Self::Aggregate { argument, .. } => visit(argument),
            Self::Binary { operands, .. } | Self::Coalesce(operands) => operands.iter_mut().for_each(visit),
            Self::Conditional(parts) | Self::Between(parts) => parts.iter_mut().for_each(visit),
            Self::And(parts) | Self::Or(parts) | Self::Array(parts) | Self::Call { arguments: parts, .. } => {
                parts.iter_mut().for_each(visit);
            }
            Self::In { needle, candidates } => {
                visit(needle);
                candidates.iter_mut().for_each(visit);
            }
            Self::Like { text, pattern, .. } => {
                visit(text);
                visit(pattern);
            }
            Self::Object(members) => members.iter_mut().for_each(|(_, member)| visit(member)),
        }
    }
}
