//! Azure Cosmos DB's SQL over JSON texts, without a backend.
//!
//! In comes a query's text with its parameters ([`Query::parse`]), then rows, one by one ([`Run::push`]); out goes a page
//! ([`Run::finish`]). The backend decides which rows there are, and so whose: nothing in a query's text can widen that. It pushes
//! rows in the order of their [`Row::position`], starting after [`Run::start_after`], and may leave out all rows whose id isn't
//! [`Query::only_id`]. With an index it may push the rows of [`Query::access`] instead, in that order.
//!
//! The text goes the usual way: `lexer` to tokens, `parser`, `expression` and `primary` to a tree (`ast`), `plan` to a [`Query`].
//! A row's text is parsed only as far as the query mentions its properties (`json`), then `eval` gives values (`value`), with
//! undefined as a value of its own. Three kinds of run exist: a scan that streams, an order that keeps the best rows of one page,
//! and groups.
//!
//! FROM and JOIN can make several rows of an item or none: `from` reads them, `names` finds out what a path starts from, and
//! `tuples` makes the rows, and the values of subqueries, one by one.
//!
//! What is supported: the query language of Azure Cosmos DB for NoSQL, with the functions of the type-checking, string, array,
//! mathematical, conditional and date-time families. Refused, as the service does: ORDER BY of anything but the item's properties;
//! ORDER BY and OFFSET LIMIT in a subquery, and with them TOP; a subquery over other items; `*` with a JOIN. Not here are user-defined,
//! spatial, full-text and vector functions. Everything else is refused with its column. Never is there a coercion between types,
//! and never is a part of a text ignored.
//!
//! Rows whose ORDER BY property is undefined are given, before all others in ascending order.
//! Source: Azure Cosmos DB for NoSQL, "ORDER BY", remarks: queries "return all items, including items where the property in the
//! ORDER BY clause isn't defined".

mod access;
mod aggregate;
mod ast;
mod budget;
mod continuation;
mod error;
mod eval;
mod expression;
mod from;
mod functions;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod fuzz;
mod grouping;
mod groups;
pub(crate) mod json;
mod lexer;
mod like;
mod names;
#[cfg_attr(not(feature = "cosmos"), allow(dead_code))]
mod narrow;
mod operators;
mod order;
mod parser;
mod plan;
mod primary;
mod run;
mod sorted;
mod tuples;
pub(crate) mod value;

pub(crate) use access::{Access, Key, Stretch, Walk};
pub(crate) use budget::Budget;
#[cfg(feature = "cosmos")]
pub(crate) use narrow::{Narrow, quoted};
pub(crate) use plan::{Condition, Query};
pub(crate) use run::{Flow, Run};

/// An item as a backend has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// Where it is in the order of a scan; greater than 0, and the same as long as the item exists.
    pub(crate) position: i64,
    pub(crate) etag: &'a str,
    pub(crate) timestamp: u64,
    /// One JSON object, without partition and system properties.
    pub(crate) body: &'a str,
}
