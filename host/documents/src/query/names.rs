//! What names mean: each path of a parsed query gets its start, the item or what a source of FROM or JOIN gives.
//!
//! A SELECT list comes before the FROM that explains it, so this happens once all is read. A name is looked for from the innermost
//! query outwards. The container is there only for the FROM of the whole query, so that a subquery sees no item but the current
//! one: all subqueries are correlated. Source: Azure Cosmos DB for NoSQL, "FROM", remarks, and "Subqueries".

use super::ast::{Expr, Origin, Projection, Select, Source, Step, Subquery};
use super::error::SyntaxError;
use super::grouping::{self, Own};
use super::tuples::has_many;

/// The names of one query, and those around it.
struct Names<'n> {
    own: Vec<(String, Target)>,
    outer: Option<&'n Names<'n>>,
}

#[derive(Clone, Copy)]
enum Target {
    Item,
    Local(usize),
}

impl Names<'_> {
    fn find(&self, name: &str) -> Option<Target> {
        let own = self
            .own
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, target)| *target);
        own.or_else(|| self.outer?.find(name))
    }

    /// The alias that a property is likely meant to be one of.
    fn first(&self) -> Option<&str> {
        self.own
            .first()
            .map(|(name, _)| name.as_str())
            .or_else(|| self.outer?.first())
    }
}

/// Resolves a whole query; returns whether it is about the container's items.
pub(super) fn resolve(select: &mut Select) -> Result<bool, SyntaxError> {
    query(select, None, 0, true)
}

/// Resolves the filter of a patch's condition.
pub(super) fn resolve_filter(filter: &mut Expr, alias: String) -> Result<(), SyntaxError> {
    let names = Names {
        own: vec![(alias, Target::Item)],
        outer: None,
    };
    expression(filter, &names, 0)
}

fn query(select: &mut Select, outer: Option<&Names<'_>>, base: usize, whole: bool) -> Result<bool, SyntaxError> {
    let mut names = Names { own: Vec::new(), outer };
    let mut level = base;
    let mut of_items = false;
    for (index, source) in select.sources.iter_mut().enumerate() {
        of_items |= origin(source, &names, level, whole && index == 0)?;
        source.level = level;
        let target = if source.origin == Origin::Item {
            Target::Item
        } else {
            Target::Local(level)
        };
        level += 1;
        if let Some(alias) = &source.alias {
            if names.own.iter().any(|(name, _)| name == alias) {
                return Err(SyntaxError::new(
                    source.at.0,
                    format!("there are two sources `{alias}`: name one with AS"),
                ));
            }
            names.own.push((alias.clone(), target));
        }
    }
    if select.projection == Projection::Item {
        select.projection = all(select, &names, outer.is_none())?;
    }
    let mut outcome = Ok(());
    select.for_each_expr_mut(&mut |expr| {
        if outcome.is_ok() {
            outcome = expression(expr, &names, level);
        }
    });
    outcome?;
    // `SELECT VALUE c` is the item itself, which needn't be taken apart.
    let is_item = matches!(&select.projection, Projection::Value(Expr::Item { steps, .. }) if steps.is_empty());
    if outer.is_none() && is_item {
        select.projection = Projection::Item;
    }
    let own = Own {
        item: outer.is_none(),
        levels: base..level,
    };
    grouping::group(select, &own)?;
    Ok(of_items)
}

/// Where the values of a source come from; and whether that is the container.
fn origin(source: &mut Source, names: &Names<'_>, level: usize, first: bool) -> Result<bool, SyntaxError> {
    match &mut source.origin {
        Origin::Item => Ok(false),
        Origin::Subquery(select) if first => query_of_items(select, names, level),
        Origin::Subquery(select) => query(select, Some(names), level, false),
        Origin::Path(path) => {
            let of_items = match path {
                Expr::Name { name, .. } => names.find(name).is_none(),
                _ => false,
            };
            if of_items && first {
                begin(path, Target::Item);
            } else {
                expression(path, names, level)?;
            }
            if !source.each && matches!(path, Expr::Item { steps, .. } if steps.is_empty()) {
                source.origin = Origin::Item;
            }
            Ok(of_items && first)
        }
    }
}

/// A subquery in the FROM of the whole query: its own FROM may be the container.
/// Source: Azure Cosmos DB for NoSQL, "GROUP BY", remarks, for what isn't supported; "Keywords", DISTINCT, for what is.
fn query_of_items(select: &mut Select, names: &Names<'_>, level: usize) -> Result<bool, SyntaxError> {
    let of_items = query(select, Some(names), level, true)?;
    if of_items && select.grouped {
        return Err(SyntaxError::new(
            select.at.0,
            "a subquery over the whole container can't hold GROUP BY or an aggregate",
        ));
    }
    if of_items && select.distinct && names.outer.is_some() {
        return Err(SyntaxError::new(
            select.at.0,
            "DISTINCT over the whole container can't be nested any deeper",
        ));
    }
    Ok(of_items)
}

/// What `*` is: the one source.
fn all(select: &Select, names: &Names<'_>, outermost: bool) -> Result<Projection, SyntaxError> {
    let error = |what: &str| Err(SyntaxError::new(select.at.0, what));
    match select.sources.as_slice() {
        [] => error("`*` needs a FROM"),
        [source] => {
            if outermost && source.origin == Origin::Item {
                return Ok(Projection::Item);
            }
            let start = match names.own.first() {
                Some((_, Target::Item)) => Expr::Item {
                    steps: Vec::new(),
                    slot: 0,
                    at: select.at,
                },
                _ => Expr::Local {
                    level: source.level,
                    steps: Vec::new(),
                    at: select.at,
                },
            };
            Ok(Projection::Value(start))
        }
        _ => error("`*` can't be used with a JOIN: name what is wanted"),
    }
}

fn expression(expr: &mut Expr, names: &Names<'_>, level: usize) -> Result<(), SyntaxError> {
    match expr {
        Expr::Name { name, at, .. } => match names.find(name) {
            Some(target) => begin(expr, target),
            None => {
                let hint = match names.first() {
                    Some(alias) => format!("`{name}` is unknown: a property is `{alias}.{name}`"),
                    None => format!("`{name}` is unknown: the query has no FROM"),
                };
                return Err(SyntaxError::new(at.0, hint));
            }
        },
        Expr::Subquery { kind, select } => {
            query(select, Some(names), level, false)?;
            if *kind == Subquery::Scalar && has_many(select) {
                return Err(SyntaxError::new(
                    select.at.0,
                    "a subquery as a value has at most one value: use ARRAY(…), EXISTS(…) or an aggregate",
                ));
            }
        }
        _ => {
            let mut outcome = Ok(());
            expr.for_each_child_mut(&mut |child| {
                if outcome.is_ok() {
                    outcome = expression(child, names, level);
                }
            });
            return outcome;
        }
    }
    Ok(())
}

fn begin(expr: &mut Expr, target: Target) {
    if let Expr::Name { steps, at, .. } = expr {
        let (steps, at) = (std::mem::take(steps), *at);
        *expr = match target {
            Target::Item => Expr::Item { steps, slot: 0, at },
            Target::Local(level) => Expr::Local { level, steps, at },
        };
    }
}

/// The name that a source or a column has by itself: the last of its path.
pub(super) fn own_name(expr: &Expr) -> Option<String> {
    let (Expr::Name { steps, .. } | Expr::Access { steps, .. }) = expr else {
        return None;
    };
    match (steps.last(), expr) {
        (Some(Step::Name(name)), _) | (None, Expr::Name { name, .. }) => Some(name.clone()),
        _ => None,
    }
}

/// Whether an aggregate is in the expression itself.
pub(super) fn contains_aggregate(expr: &Expr) -> bool {
    let mut found = matches!(expr, Expr::Aggregate { .. });
    expr.for_each_child(&mut |child| found = found || contains_aggregate(child));
    found
}
