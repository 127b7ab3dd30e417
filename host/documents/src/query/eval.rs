//! Evaluates an expression about one row, or about one group.

use std::borrow::Cow;

use super::ast::{Binary, Expr, Step};
use super::budget::Budget;
use super::error::Stop;
use super::functions;
use super::like;
use super::operators::{self, truth};
use super::value::{Number, Value};

static UNDEFINED: Value = Value::Undefined;

/// What names mean at the moment.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The properties of the item that the query mentions, by slot.
    pub(super) slots: &'a [Value],
    /// What FROM and JOIN have bound, the innermost first.
    pub(super) locals: Option<&'a Local<'a>>,
    /// In a grouped projection: the group's keys.
    pub(super) keys: &'a [Value],
    /// In a grouped projection: the results of the aggregates.
    pub(super) results: &'a [Value],
    pub(super) budget: &'a Budget<'a>,
}

/// A value that a source of FROM or JOIN gives.
#[derive(Clone, Copy)]
pub(super) struct Local<'a> {
    pub(super) level: usize,
    pub(super) value: &'a Value,
    pub(super) outer: Option<&'a Local<'a>>,
}

impl<'a> Scene<'a> {
    /// The scene of a row.
    pub(super) fn new(slots: &'a [Value], budget: &'a Budget<'a>) -> Self {
        Self {
            slots,
            locals: None,
            keys: &[],
            results: &[],
            budget,
        }
    }

    fn local(self, level: usize) -> &'a Value {
        let mut next = self.locals;
        while let Some(local) = next {
            if local.level == level {
                return local.value;
            }
            next = local.outer;
        }
        &UNDEFINED
    }

    /// The value of `expr`: borrowed where it is a part of the row, so that a filter copies nothing.
    pub(super) fn eval(self, expr: &'a Expr) -> Result<Cow<'a, Value>, Stop> {
        Ok(match expr {
            Expr::Constant(value) => Cow::Borrowed(value),
            Expr::Item { steps, slot, .. } => Cow::Borrowed(follow(&self.slots[*slot], steps)),
            Expr::Local { level, steps, .. } => Cow::Borrowed(follow(self.local(*level), steps)),
            Expr::GroupKey(index) => Cow::Borrowed(&self.keys[*index]),
            Expr::AggregateResult(index) => Cow::Borrowed(&self.results[*index]),
            Expr::Access { base, steps } => match self.eval(base)? {
                Cow::Borrowed(base) => Cow::Borrowed(follow(base, steps)),
                Cow::Owned(base) => Cow::Owned(follow(&base, steps).clone()),
            },
            Expr::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                // Anything but true, undefined included, takes the second way.
                let chosen = if self.is_true(condition)? { then } else { otherwise };
                self.eval(chosen)?
            }
            Expr::Coalesce(parts) => {
                let [left, right] = &**parts;
                let left = self.eval(left)?;
                if left.is_undefined() { self.eval(right)? } else { left }
            }
            other => Cow::Owned(self.make(other)?),
        })
    }

    /// Whether a filter lets the row pass: undefined isn't true.
    pub(super) fn is_true(self, filter: &'a Expr) -> Result<bool, Stop> {
        Ok(self.eval(filter)?.as_bool() == Some(true))
    }

    /// Expressions whose value is always a new one.
    fn make(self, expr: &'a Expr) -> Result<Value, Stop> {
        self.budget.work(0)?;
        Ok(match expr {
            Expr::Not(inner) => truth(self.eval(inner)?.as_bool().map(|value| !value)),
            Expr::Negate(inner) => match self.eval(inner)?.as_ref() {
                Value::Number(number) => Value::from_f64(-number.as_f64()),
                _ => Value::Undefined,
            },
            Expr::Complement(inner) => operators::complement(self.eval(inner)?.as_ref()),
            Expr::Subquery { kind, select } => self.subquery(*kind, select)?,
            Expr::Plus(inner) => match self.eval(inner)?.as_ref() {
                Value::Number(number) => Value::Number(*number),
                _ => Value::Undefined,
            },
            Expr::Binary { operator, operands } => self.binary(*operator, operands)?,
            Expr::And(parts) => self.logical(parts, false)?,
            Expr::Or(parts) => self.logical(parts, true)?,
            Expr::Between(parts) => {
                let [value, low, high] = &**parts;
                let value = self.eval(value)?;
                let above = operators::apply(Binary::GreaterOrEqual, &value, self.eval(low)?.as_ref());
                let below = operators::apply(Binary::LessOrEqual, &value, self.eval(high)?.as_ref());
                truth(operators::and(above.as_bool(), below.as_bool()))
            }
            Expr::In { needle, candidates } => self.membership(needle, candidates)?,
            Expr::Like { text, pattern, escape } => {
                let (text, pattern) = (self.eval(text)?, self.eval(pattern)?);
                match (text.as_str(), pattern.as_str()) {
                    (Some(text), Some(pattern)) => Value::Bool(like::matches(text, pattern, *escape, self.budget)?),
                    _ => Value::Undefined,
                }
            }
            Expr::Call { function, arguments } => {
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| self.eval(argument))
                    .collect::<Result<_, _>>()?;
                function.call(&arguments, self.budget)?
            }
            Expr::Array(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                for element in elements {
                    let value = self.kept(element)?;
                    if !value.is_undefined() {
                        values.push(value);
                    }
                }
                Value::Array(values)
            }
            Expr::Object(members) => self.object(members)?,
            // All others are handled by `eval`, and the planner leaves no aggregate in an expression.
            _ => Value::Undefined,
        })
    }

    /// An object of the members that are defined.
    pub(super) fn object(self, members: &'a [(String, Expr)]) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(members.len());
        for (name, member) in members {
            let value = self.kept(member)?;
            if !value.is_undefined() {
                self.budget.make(name.len())?;
                values.push((name.clone(), value));
            }
        }
        Ok(Value::Object(values))
    }

    /// A value of its own; a copy of a part of the row counts as made.
    pub(super) fn kept(self, expr: &'a Expr) -> Result<Value, Stop> {
        match self.eval(expr)? {
            Cow::Owned(value) => Ok(value),
            Cow::Borrowed(value) => {
                self.budget
                    .make(usize::try_from(value.weight()).unwrap_or(usize::MAX))?;
                Ok(value.clone())
            }
        }
    }

    fn binary(self, operator: Binary, operands: &'a [Expr; 2]) -> Result<Value, Stop> {
        let operands = [self.eval(&operands[0])?, self.eval(&operands[1])?];
        if operator == Binary::Concatenate {
            return functions::concatenate(&operands, self.budget);
        }
        self.check_size(&operands[0])?;
        Ok(operators::apply(operator, &operands[0], &operands[1]))
    }

    /// Before a value that can be large is compared, which is as much work as it is large.
    fn check_size(self, value: &Value) -> Result<(), Stop> {
        match value {
            Value::String(text) => self.budget.work(text.len()),
            Value::Array(_) | Value::Object(_) => self.budget.check(),
            _ => Ok(()),
        }
    }

    /// AND (`decided_by` false) or OR (`decided_by` true), which stop at the first part that decides.
    fn logical(self, parts: &'a [Expr], decided_by: bool) -> Result<Value, Stop> {
        let mut all = Some(!decided_by);
        for part in parts {
            let part = self.eval(part)?.as_bool();
            all = if decided_by {
                operators::or(all, part)
            } else {
                operators::and(all, part)
            };
            if all == Some(decided_by) {
                break;
            }
        }
        Ok(truth(all))
    }

    /// IN is about a defined value: it is one of the candidates, or it isn't, whatever their types.
    fn membership(self, needle: &'a Expr, candidates: &'a [Expr]) -> Result<Value, Stop> {
        let needle = self.eval(needle)?;
        if needle.is_undefined() {
            return Ok(Value::Undefined);
        }
        for candidate in candidates {
            self.check_size(&needle)?;
            if operators::equal(&needle, self.eval(candidate)?.as_ref()) == Value::Bool(true) {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }
}

/// The value at a path; undefined where the path leads nowhere.
fn follow<'a>(mut value: &'a Value, steps: &[Step]) -> &'a Value {
    for step in steps {
        let next = match (step, value) {
            (Step::Name(name), _) => value.member(name),
            (Step::Index(index), Value::Array(elements)) => elements.get(*index),
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return &UNDEFINED,
        }
    }
    value
}

/// Seconds as a value.
pub(super) fn seconds(seconds: u64) -> Value {
    i64::try_from(seconds).map_or(Value::Undefined, |seconds| Value::Number(Number::Integer(seconds)))
}
