//! What is wrong with a query's text, and where; and why a running query stopped.

use crate::error::{Limit, StoreError};

/// A mistake at an offset of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SyntaxError {
    at: usize,
    what: String,
}

impl SyntaxError {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }

    /// As the caller reads it: columns and lines count from 1, columns in characters; the line is named only if there are several.
    pub(super) fn in_text(self, text: &str) -> StoreError {
        let before = &text[..self.at.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let place = if text.trim_end().contains('\n') {
            format!("line {line}, column {column}")
        } else {
            format!("column {column}")
        };
        StoreError::Invalid(format!("the query at {place}: {}", self.what))
    }
}

/// Why an evaluation stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stop {
    Limit(Limit),
    Deadline,
    /// Nobody waits for the answer any more.
    Cancelled,
}

impl From<Stop> for StoreError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Limit(limit) => Self::LimitExceeded(limit),
            Stop::Deadline | Stop::Cancelled => Self::Timeout,
        }
    }
}
