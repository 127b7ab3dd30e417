//! Azure Cosmos DB's SQL over JSON texts, without a backend.
//!
//! In comes a query's text with its parameters ([`Query::parse`]), then rows, one by one ([`Run::push`]); out goes a page
//! ([`Run::finish`]). The backend decides which rows there are, and so whose: nothing in a query's text can widen that. It pushes
//! rows in the order of their [`Row::position`], starting after [`Run::start_after`], and may leave out all rows whose id isn't
//! [`Query::only_id`].
//!
//! The text goes the usual way: `lexer` to tokens, `parser` and `expression` to a tree (`ast`), `plan` to a [`Query`]. A row's text
//! is parsed only as far as the query mentions its properties (`json`), then `eval` gives values (`value`), with undefined as a
//! value of its own. Three kinds of run exist: a scan that streams, an order that keeps the best rows of one page, and groups.
//!
//! What is supported: SELECT with a list, `*`, VALUE, DISTINCT and TOP; FROM a container with an alias; WHERE; GROUP BY with COUNT,
//! SUM, AVG, MIN and MAX; ORDER BY several properties; OFFSET LIMIT; the operators of `expression` and the functions of `functions`.
//! Everything else is refused with its column. Never is there a coercion between types, and never is a part of a text ignored.
//!
//! Rows whose ORDER BY property is undefined are given, before all others in ascending order.
//! Source: Azure Cosmos DB for NoSQL, "ORDER BY", remarks: queries "return all items, including items where the property in the
//! ORDER BY clause isn't defined".

mod aggregate;
mod ast;
mod budget;
mod continuation;
mod error;
mod eval;
mod expression;
mod functions;
mod groups;
pub(crate) mod json;
mod lexer;
mod like;
mod operators;
mod order;
mod parser;
mod plan;
mod run;
mod sorted;
pub(crate) mod value;

pub(crate) use budget::Budget;
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
