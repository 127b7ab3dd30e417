//! A parsed query.

use super::functions::Function;
use super::value::Value;

/// A query or a subquery. Once `names` has been over it, paths start from the item or from a local.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Select {
    pub(super) distinct: bool,
    pub(super) top: Option<u64>,
    pub(super) projection: Projection,
    /// FROM and its JOINs, each seen by those after it. Without any the query is about one empty row.
    pub(super) sources: Vec<Source>,
    pub(super) filter: Option<Expr>,
    pub(super) group_by: Vec<Expr>,
    pub(super) order_by: Vec<SortKey>,
    pub(super) offset: u64,
    pub(super) limit: Option<u64>,
    /// GROUP BY or an aggregate is there: the projection is one over groups.
    pub(super) grouped: bool,
    /// The aggregates of a grouped query; the projection refers to them by number.
    pub(super) aggregates: Vec<(Aggregate, Expr)>,
    /// Where the projection starts.
    pub(super) at: At,
}

/// A source of FROM or JOIN.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    pub(super) origin: Origin,
    /// `alias IN …`: one row for each element of an array, instead of one for the value.
    pub(super) each: bool,
    pub(super) alias: Option<String>,
    /// The local that it binds.
    pub(super) level: usize,
    pub(super) at: At,
}

/// What a source takes its values from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The item itself, which needs no local.
    Item,
    /// A path from the item or from a local.
    Path(Expr),
    Subquery(Box<Select>),
}

/// What a subquery in an expression becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Subquery {
    /// Its only value.
    Scalar,
    /// Whether it has a value.
    Exists,
    /// All its values.
    Array,
    First,
    Last,
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
    /// A path from a name, until it is known what the name means.
    Name {
        name: String,
        steps: Vec<Step>,
        at: At,
    },
    /// A path from what a source of FROM or JOIN gives.
    Local {
        level: usize,
        steps: Vec<Step>,
        at: At,
    },
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
        function: &'static Function,
        arguments: Vec<Expr>,
    },
    Subquery {
        kind: Subquery,
        select: Box<Select>,
    },
    Complement(Box<Expr>),
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
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
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
    /// Calls `visit` with each expression directly inside this one. What a subquery holds isn't: its names and aggregates are its own.
    pub(super) fn for_each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        match self {
            Self::Constant(_)
            | Self::Name { .. }
            | Self::Local { .. }
            | Self::Item { .. }
            | Self::Subquery { .. }
            | Self::GroupKey(_)
            | Self::AggregateResult(_) => {}
            Self::Access { base, .. } => visit(base),
            Self::Not(inner) | Self::Negate(inner) | Self::Plus(inner) | Self::Complement(inner) => visit(inner),
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
            Self::Constant(_)
            | Self::Name { .. }
            | Self::Local { .. }
            | Self::Item { .. }
            | Self::Subquery { .. }
            | Self::GroupKey(_)
            | Self::AggregateResult(_) => {}
            Self::Access { base, .. } => visit(base),
            Self::Not(inner) | Self::Negate(inner) | Self::Plus(inner) | Self::Complement(inner) => visit(inner),
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

impl Select {
    /// Calls `visit` with each expression of the query's clauses, those of FROM left out.
    pub(super) fn for_each_expr_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.projection {
            Projection::Item => {}
            Projection::Value(expr) => visit(expr),
            Projection::Members(members) => members.iter_mut().for_each(|(_, expr)| visit(expr)),
        }
        self.filter.iter_mut().for_each(&mut *visit);
        self.group_by.iter_mut().for_each(&mut *visit);
        self.order_by.iter_mut().for_each(|key| visit(&mut key.expr));
        self.aggregates.iter_mut().for_each(|(_, argument)| visit(argument));
    }

    /// Whether there is more than the item in FROM, so that an item can give several rows or none.
    pub(super) fn has_locals(&self) -> bool {
        self.sources.iter().any(|source| source.origin != Origin::Item)
    }

    /// Calls `visit` with each path from the item or a local, wherever it is in the query.
    pub(super) fn for_each_path_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        for source in &mut self.sources {
            match &mut source.origin {
                Origin::Item => {}
                Origin::Path(path) => path.for_each_path_mut(visit),
                Origin::Subquery(select) => select.for_each_path_mut(visit),
            }
        }
        self.for_each_expr_mut(&mut |expr| expr.for_each_path_mut(visit));
    }
}

impl Expr {
    /// Calls `visit` with each path from the item or a local, in subqueries too.
    pub(super) fn for_each_path_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Item { .. } | Self::Local { .. } => visit(self),
            Self::Subquery { select, .. } => select.for_each_path_mut(visit),
            _ => self.for_each_child_mut(&mut |child| child.for_each_path_mut(visit)),
        }
    }
}
