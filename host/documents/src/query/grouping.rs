//! Turns the projection of a query with GROUP BY or aggregates into one over groups: of keys, aggregates and what is the same for
//! all rows. Source: Azure Cosmos DB for NoSQL, "GROUP BY", remarks.

use std::ops::Range;

use super::ast::{Aggregate, Expr, Projection, Select};
use super::error::SyntaxError;
use super::names::contains_aggregate;
use super::value::Value;

/// What differs from row to row of a query; all else is the same for all of them.
pub(super) struct Own {
    pub(super) item: bool,
    /// What its FROM binds.
    pub(super) levels: Range<usize>,
}

impl Own {
    fn has(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Item { .. } => self.item,
            Expr::Local { level, .. } => self.levels.contains(level),
            _ => false,
        }
    }
}

/// Finds out whether the query is one over groups, and if so, makes it one.
pub(super) fn group(select: &mut Select, own: &Own) -> Result<(), SyntaxError> {
    let mut aggregated = false;
    match &select.projection {
        Projection::Item => {}
        Projection::Value(expr) => aggregated = contains_aggregate(expr),
        Projection::Members(members) => aggregated = members.iter().any(|(_, expr)| contains_aggregate(expr)),
    }
    if !aggregated && select.group_by.is_empty() {
        return Ok(());
    }
    select.grouped = true;
    let error = |what: &str| Err(SyntaxError::new(select.at.0, what));
    if select.distinct {
        return error("DISTINCT can't be used with GROUP BY or an aggregate");
    }
    if !select.order_by.is_empty() {
        return error("ORDER BY can't be used with an aggregate");
    }
    let (keys, aggregates) = (&select.group_by, &mut select.aggregates);
    match &mut select.projection {
        Projection::Item => error("the whole item can't be used with GROUP BY"),
        Projection::Value(expr) => over_groups(expr, keys, aggregates, own),
        Projection::Members(members) => members
            .iter_mut()
            .try_for_each(|(_, expr)| over_groups(expr, keys, aggregates, own)),
    }
}

fn over_groups(
    expr: &mut Expr,
    keys: &[Expr],
    aggregates: &mut Vec<(Aggregate, Expr)>,
    own: &Own,
) -> Result<(), SyntaxError> {
    if let Some(key) = keys.iter().position(|key| key == expr) {
        *expr = Expr::GroupKey(key);
        return Ok(());
    }
    match expr {
        Expr::Aggregate {
            aggregate, argument, ..
        } => {
            // Every item is defined: to count them none must be parsed.
            let counts_items =
                *aggregate == Aggregate::Count && matches!(&**argument, Expr::Item { steps, .. } if steps.is_empty());
            let argument = if counts_items {
                Expr::Constant(Value::Bool(true))
            } else {
                (**argument).clone()
            };
            let wanted = (*aggregate, argument);
            let index = aggregates.iter().position(|known| *known == wanted).unwrap_or_else(|| {
                aggregates.push(wanted);
                aggregates.len() - 1
            });
            *expr = Expr::AggregateResult(index);
            Ok(())
        }
        Expr::Item { at, .. } | Expr::Local { at, .. } => {
            let at = at.0;
            if own.has(expr) {
                return Err(SyntaxError::new(
                    at,
                    "a property in the SELECT must be in GROUP BY or in an aggregate",
                ));
            }
            Ok(())
        }
        Expr::Subquery { select, .. } => {
            if mentions(select, own) {
                return Err(SyntaxError::new(
                    select.at.0,
                    "a subquery about single rows must be in GROUP BY or in an aggregate",
                ));
            }
            Ok(())
        }
        _ => {
            let mut outcome = Ok(());
            expr.for_each_child_mut(&mut |child| {
                if outcome.is_ok() {
                    outcome = over_groups(child, keys, aggregates, own);
                }
            });
            outcome
        }
    }
}

/// Whether a subquery is about what differs from row to row of the query around it.
fn mentions(select: &mut Select, own: &Own) -> bool {
    let mut found = false;
    select.for_each_path_mut(&mut |path| found = found || own.has(path));
    found
}
