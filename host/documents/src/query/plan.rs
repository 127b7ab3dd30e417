//! A parsed query made ready to run: which properties it needs, which way it runs, which id it is about.

use super::ast::{Binary, Expr, Origin, Projection, Select, Step};
use super::budget::Budget;
use super::continuation::fingerprint;
use super::error::SyntaxError;
use super::eval::{Scene, seconds};
use super::value::Value;
use super::{Row, json};
use super::{names, parser};
use crate::error::StoreError;
use crate::operations::{MAX_PARAMETERS_BYTES, MAX_QUERY_BYTES};

/// A query that can be run any number of times.
#[derive(Debug)]
pub(crate) struct Query {
    pub(super) select: Select,
    pub(super) mode: Mode,
    pub(super) slots: Slots,
    /// FROM or a JOIN makes other rows of an item than one.
    pub(super) has_locals: bool,
    /// Of the first source's values, each is wanted once: `FROM (SELECT DISTINCT …)`.
    pub(super) distinct_rows: bool,
    has_rows: bool,
    pub(super) fingerprint: u64,
}

/// The three ways to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    /// Rows in the order of the scan, as they come.
    Scan,
    /// ORDER BY or DISTINCT: the first rows of an order.
    Sorted,
    /// GROUP BY or aggregates.
    Grouped,
}

impl Query {
    /// Parses and checks a query.
    pub(crate) fn parse(text: &str, parameters: &str) -> Result<Self, StoreError> {
        check_length(text)?;
        let values = parse_parameters(parameters)?;
        let mut select = parser::select(text, &values).map_err(|error| error.in_text(text))?;
        let has_rows = names::resolve(&mut select).map_err(|error| error.in_text(text))?;
        let distinct_rows = has_rows && take_distinct(&mut select).map_err(|error| error.in_text(text))?;
        let mut slots = Slots::default();
        if select.distinct && select.projection == Projection::Item {
            select.projection = Projection::Value(Expr::Item {
                steps: Vec::new(),
                slot: 0,
                at: super::ast::At(0),
            });
        }
        let mode = if select.grouped {
            Mode::Grouped
        } else if select.distinct || distinct_rows || !select.order_by.is_empty() {
            check_order(&select)?;
            Mode::Sorted
        } else {
            Mode::Scan
        };
        assign_all(&mut select, &mut slots);
        Ok(Self {
            has_locals: select.has_locals(),
            select,
            mode,
            slots,
            distinct_rows,
            has_rows,
            fingerprint: fingerprint(text, parameters),
        })
    }

    /// Whether the query is about a container's rows: without FROM it isn't, and wants [`Run::push_nothing`](super::Run).
    pub(crate) fn has_rows(&self) -> bool {
        self.has_rows
    }

    /// The one id that rows must have to pass the filter, if the filter says so.
    pub(crate) fn only_id(&self) -> Option<&str> {
        let filter = self.select.filter.as_ref()?;
        let parts = match filter {
            Expr::And(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        parts.iter().find_map(|part| self.wanted_id(part))
    }

    fn wanted_id<'q>(&self, part: &'q Expr) -> Option<&'q str> {
        let Expr::Binary {
            operator: Binary::Equal,
            operands,
        } = part
        else {
            return None;
        };
        let is_id = |expr: &Expr| matches!(expr, Expr::Item { steps, slot, .. } if steps.is_empty() && self.slots.is(*slot, "id"));
        match &**operands {
            [path, Expr::Constant(Value::String(id))] | [Expr::Constant(Value::String(id)), path] if is_id(path) => {
                Some(id)
            }
            _ => None,
        }
    }
}

/// A patch's condition.
#[derive(Debug)]
pub(crate) struct Condition {
    filter: Expr,
    slots: Slots,
}

impl Condition {
    /// Parses `FROM c WHERE …`.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        check_length(text)?;
        let mut filter = parser::condition(text).map_err(|error| error.in_text(text))?;
        let mut slots = Slots::default();
        slots.assign(&mut filter);
        Ok(Self { filter, slots })
    }

    /// Whether the item fits.
    pub(crate) fn holds(&self, row: &Row<'_>, budget: &Budget<'_>) -> Result<bool, StoreError> {
        let mut values = self.slots.values();
        self.slots.fill(&self.slots.names(), row, &mut values)?;
        let scene = Scene::new(&values, budget);
        Ok(scene.is_true(&self.filter)?)
    }
}

/// The top-level properties that a query mentions, each with a place for its value; and the whole item, if it is needed as a value.
#[derive(Debug, Default)]
pub(super) struct Slots {
    properties: Vec<String>,
    /// Its slot is the one after those of the properties.
    whole: bool,
}

/// Stands for the slot of the whole item until all properties are known.
const WHOLE: usize = usize::MAX;

impl Slots {
    /// Gives every path in `expr` its slot.
    fn assign(&mut self, expr: &mut Expr) {
        expr.for_each_path_mut(&mut |path| self.collect(path));
        expr.for_each_path_mut(&mut |path| self.settle(path));
    }

    fn collect(&mut self, path: &mut Expr) {
        if let Expr::Item { steps, slot, .. } = path {
            if let Some(Step::Name(_)) = steps.first()
                && let Step::Name(name) = steps.remove(0)
            {
                *slot = self
                    .properties
                    .iter()
                    .position(|known| *known == name)
                    .unwrap_or_else(|| {
                        self.properties.push(name);
                        self.properties.len() - 1
                    });
            } else {
                self.whole = true;
                *slot = WHOLE;
            }
        }
    }

    fn settle(&self, path: &mut Expr) {
        if let Expr::Item { slot, .. } = path
            && *slot == WHOLE
        {
            *slot = self.properties.len();
        }
    }

    pub(super) fn is(&self, slot: usize, property: &str) -> bool {
        self.properties.get(slot).is_some_and(|name| name == property)
    }

    /// The properties' names, as [`Self::fill`] wants them: made once for many rows.
    pub(super) fn names(&self) -> Vec<&str> {
        self.properties.iter().map(String::as_str).collect()
    }

    /// A place for each slot's value.
    pub(super) fn values(&self) -> Vec<Value> {
        vec![Value::Undefined; self.properties.len() + usize::from(self.whole)]
    }

    /// Takes the values of one row.
    pub(super) fn fill(&self, names: &[&str], row: &Row<'_>, values: &mut [Value]) -> Result<(), StoreError> {
        if values.is_empty() {
            return Ok(());
        }
        values.fill(Value::Undefined);
        let (properties, whole) = values.split_at_mut(names.len());
        if !names.is_empty() {
            json::parse_members(row.body, names, properties).map_err(unreadable)?;
        }
        for (name, value) in names.iter().zip(properties) {
            match *name {
                "_ts" => *value = seconds(row.timestamp),
                "_etag" => *value = Value::String(row.etag.to_owned()),
                _ => {}
            }
        }
        if let Some(whole) = whole.first_mut() {
            *whole = json::parse_item(row.body).map_err(unreadable)?;
            if let Value::Object(members) = whole {
                members.push(("_etag".to_owned(), Value::String(row.etag.to_owned())));
                members.push(("_ts".to_owned(), seconds(row.timestamp)));
            }
        }
        Ok(())
    }
}

/// A stored body was checked when it was written, so this is a damaged file.
fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::unavailable(format!("a stored body isn't JSON any more: {error}"))
}

fn check_length(text: &str) -> Result<(), StoreError> {
    if text.len() > MAX_QUERY_BYTES {
        return Err(StoreError::Invalid(format!(
            "a query has at most {MAX_QUERY_BYTES} bytes"
        )));
    }
    Ok(())
}

fn parse_parameters(parameters: &str) -> Result<Value, StoreError> {
    if parameters.len() > MAX_PARAMETERS_BYTES {
        return Err(StoreError::Invalid(format!(
            "parameters have at most {MAX_PARAMETERS_BYTES} bytes"
        )));
    }
    let values = json::parse_given("the parameters", parameters)?;
    match &values {
        Value::Object(members) if members.iter().all(|(name, _)| name.starts_with('@')) => Ok(values),
        _ => Err(StoreError::Invalid(
            "the parameters must be a JSON object whose names start with `@`".to_owned(),
        )),
    }
}

fn projected(projection: &Projection) -> Box<dyn Iterator<Item = &Expr> + '_> {
    match projection {
        Projection::Item => Box::new(std::iter::empty()),
        Projection::Value(expr) => Box::new(std::iter::once(expr)),
        Projection::Members(members) => Box::new(members.iter().map(|(_, expr)| expr)),
    }
}

/// ORDER BY is about properties, each once; with DISTINCT, about such that are given.
/// Source: Azure Cosmos DB for NoSQL, "ORDER BY", arguments and remarks.
fn check_order(select: &Select) -> Result<(), StoreError> {
    for (index, key) in select.order_by.iter().enumerate() {
        let problem = if !matches!(&key.expr, Expr::Item { steps, .. } if !steps.is_empty()) {
            "ORDER BY takes properties such as `c.date`, not expressions"
        } else if select.order_by[..index].iter().any(|other| other.expr == key.expr) {
            "ORDER BY takes each property once"
        } else if select.distinct && !projected(&select.projection).any(|expr| *expr == key.expr) {
            "with DISTINCT, ORDER BY takes only what is selected"
        } else {
            continue;
        };
        return Err(StoreError::Invalid(format!("the query: {problem}")));
    }
    Ok(())
}

/// Takes the DISTINCT out of `FROM (SELECT DISTINCT …)`, for the run to see to over all items; whether it was there.
fn take_distinct(select: &mut Select) -> Result<bool, SyntaxError> {
    let alone = select.sources.len() == 1;
    let Some(source) = select.sources.first_mut() else {
        return Ok(false);
    };
    let Origin::Subquery(inner) = &mut source.origin else {
        return Ok(false);
    };
    if !std::mem::take(&mut inner.distinct) {
        return Ok(false);
    }
    if !alone || source.each {
        return Err(SyntaxError::new(
            source.at.0,
            "a FROM over DISTINCT values of the container has no JOIN and no IN",
        ));
    }
    Ok(true)
}

fn assign_all(select: &mut Select, slots: &mut Slots) {
    // The slot of the whole item comes after all others, so no path is settled before all are collected.
    select.for_each_path_mut(&mut |path| slots.collect(path));
    select.for_each_path_mut(&mut |path| slots.settle(path));
}
