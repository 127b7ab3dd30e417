//! FROM with its JOINs, and subqueries: the rows that one item makes, and the values that a `SELECT` within a query gives for one
//! of them.
//!
//! Nothing is gathered that needn't be: tuples go to who asked, one by one, each looked at by the budget, so that a product of long
//! arrays ends with the deadline and EXISTS ends with the first value.
//! Sources: Azure Cosmos DB for NoSQL, "FROM", "JOIN" and "Subqueries".

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::ast::{Origin, Select, Source, Subquery};
use super::error::Stop;
use super::eval::{Local, Scene};
use super::groups::Groups;
use super::run::projected_value;
use super::value::Value;

/// Whether more is wanted.
pub(super) type Asked<E> = Result<ControlFlow<()>, E>;

impl<'a> Scene<'a> {
    /// Calls `each` with the scene of every tuple of the sources.
    pub(super) fn tuples<E: From<Stop>>(
        self,
        sources: &'a [Source],
        each: &mut dyn FnMut(Scene<'_>) -> Asked<E>,
    ) -> Asked<E> {
        self.budget.work(0)?;
        let Some((source, rest)) = sources.split_first() else {
            return each(self);
        };
        match &source.origin {
            Origin::Item => self.tuples(rest, each),
            Origin::Path(path) => self.bind(source, &*self.eval(path)?, rest, each),
            Origin::Subquery(select) => {
                let mark = self.budget.mark();
                let mut values = Vec::new();
                self.values(select, &mut |value| {
                    values.push(value);
                    Ok(ControlFlow::Continue(()))
                })?;
                for value in &values {
                    if self.bind(source, value, rest, each)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                self.budget.release(mark);
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    /// What isn't there, and for `IN` what isn't an array, gives no tuple.
    fn bind<E: From<Stop>>(
        self,
        source: &Source,
        value: &Value,
        rest: &[Source],
        each: &mut dyn FnMut(Scene<'_>) -> Asked<E>,
    ) -> Asked<E> {
        let found = match value {
            Value::Array(elements) if source.each => elements.as_slice(),
            value if source.each || value.is_undefined() => &[],
            value => std::slice::from_ref(value),
        };
        for value in found {
            let local = Local {
                level: source.level,
                value,
                outer: self.locals,
            };
            let inner = Scene {
                locals: Some(&local),
                ..self
            };
            if inner.tuples(rest, each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Calls `each` with every value of a subquery that is defined. They count as made.
    fn values(self, select: &'a Select, each: &mut dyn FnMut(Value) -> Asked<Stop>) -> Result<(), Stop> {
        let passes = |scene: Scene<'_>| match &select.filter {
            Some(filter) => scene.is_true(filter),
            None => Ok(true),
        };
        if select.grouped {
            let mut groups = Groups::new(select);
            let _: ControlFlow<()> = self.tuples(&select.sources, &mut |scene| {
                let mark = scene.budget.mark();
                if passes(scene)? {
                    groups.push(select, scene)?;
                }
                scene.budget.release(mark);
                Ok::<_, Stop>(ControlFlow::Continue(()))
            })?;
            for value in groups.values(select, self)? {
                if !value.is_undefined() && each(value)?.is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let mut seen = HashSet::new();
        let _: ControlFlow<()> = self.tuples(&select.sources, &mut |scene| {
            let mark = scene.budget.mark();
            let value = if passes(scene)? {
                projected_value(&select.projection, scene)?
            } else {
                Value::Undefined
            };
            scene.budget.release(mark);
            if value.is_undefined() {
                return Ok(ControlFlow::Continue(()));
            }
            scene.budget.make(weight(&value))?;
            if select.distinct {
                if seen.contains(&value) {
                    return Ok(ControlFlow::Continue(()));
                }
                scene.budget.make(weight(&value))?;
                seen.insert(value.clone());
            }
            each(value)
        })?;
        Ok(())
    }

    /// A subquery as an expression.
    pub(super) fn subquery(self, kind: Subquery, select: &'a Select) -> Result<Value, Stop> {
        let mark = self.budget.mark();
        let (mut values, mut last) = (Vec::new(), Value::Undefined);
        self.values(select, &mut |value| {
            Ok(match kind {
                Subquery::Array => {
                    values.push(value);
                    ControlFlow::Continue(())
                }
                Subquery::Last => {
                    self.budget.release(mark);
                    self.budget.make(weight(&value))?;
                    last = value;
                    ControlFlow::Continue(())
                }
                Subquery::Scalar | Subquery::First | Subquery::Exists => {
                    last = value;
                    ControlFlow::Break(())
                }
            })
        })?;
        Ok(match kind {
            Subquery::Array => Value::Array(values),
            Subquery::Exists => Value::Bool(!last.is_undefined()),
            Subquery::Scalar | Subquery::First | Subquery::Last => last,
        })
    }
}

fn weight(value: &Value) -> usize {
    usize::try_from(value.weight()).unwrap_or(usize::MAX)
}

/// Whether a scalar subquery can have more than one value, by its form.
pub(super) fn has_many(select: &Select) -> bool {
    let many = |source: &Source| source.each || matches!(&source.origin, Origin::Subquery(inner) if has_many(inner));
    if select.grouped {
        !select.group_by.is_empty()
    } else {
        select.sources.iter().any(many)
    }
}
