//! What an allowance doesn't reach.

use thiserror::Error;

use crate::http::OriginError;
use crate::method::Method;
use crate::path::PathError;

/// Why a request of a component isn't sent: what was missing, for the operator's log. It has the component's own words in it,
/// quoted or percent-encoded, and is nothing to show to a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotCovered {
    /// The path has more than one reading.
    #[error("the path isn't sent: {0}")]
    Path(#[from] PathError),
    /// The URL has no origin that could be granted.
    #[error("the URL isn't sent: {0}")]
    Url(#[from] OriginError),
    /// No entry has the origin.
    #[error("the origin {0}")]
    Origin(String),
    /// No entry has the method and the path together.
    #[error("{method} {path}")]
    Request {
        /// The method.
        method: Method,
        /// The path, percent-encoded.
        path: String,
    },
    /// An entry has the request, but without this query option.
    #[error("the query option {0:?}")]
    Query(String),
    /// A query option is there twice: one reader would take the first, another the second.
    #[error("the query option {0:?} more than once")]
    QueryTwice(String),
    /// The query is too long.
    #[error("a query of more than {0} bytes")]
    QueryTooLong(usize),
    /// An entry has the request, but not with a body of this size.
    #[error("a body of {bytes} bytes, with max-request-bytes = {limit}")]
    BodyTooLarge {
        /// The body's size.
        bytes: usize,
        /// The entry's limit.
        limit: usize,
    },
}

impl NotCovered {
    /// Whether it is only the size of the body, which a component is told as `too-large`.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::BodyTooLarge { .. })
    }
}
