//! Why an operation failed: one enum for every backend, with the operator's part kept apart from the caller's.

use std::fmt;
use std::sync::Arc;

use crate::names::ContainerName;

/// Why an operation failed. Nothing was written then.
///
/// `Display` is safe for a guest. What only an operator may read is in the [`Cause`], to be had by [`StoreError::cause`] or as
/// `source()`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No such item in the partition.
    #[error("no such item")]
    NotFound,
    /// An item of that id exists in the partition.
    #[error("an item of that id exists")]
    Conflict,
    /// `if-match` or the condition didn't hold.
    #[error("another write came first")]
    PreconditionFailed,
    /// Over [`MAX_ITEM_BYTES`](crate::MAX_ITEM_BYTES).
    #[error("over {} bytes", crate::MAX_ITEM_BYTES)]
    TooLarge,
    /// What was wrong with the caller's input, in words for the caller.
    #[error("{0}")]
    Invalid(String),
    /// A bound of the call was reached.
    #[error("the limit was reached: {0}")]
    LimitExceeded(Limit),
    /// Busy.
    #[error("the store is busy")]
    Throttled {
        /// Milliseconds after which to try again, if known.
        retry_after_ms: Option<u32>,
    },
    /// The deadline came first.
    #[error("the deadline came first")]
    Timeout,
    /// The store can't be reached, or can't write.
    #[error("the store can't be reached")]
    Unavailable(#[source] Cause),
    /// The host asked for a container that the store wasn't opened with. A grant can't lead here; a fault in the wiring can.
    #[error("no container `{0}` is configured")]
    UnknownContainer(ContainerName),
}

impl StoreError {
    /// For the operator's log, never for a guest or a client.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Unavailable(cause) => Some(cause),
            _ => None,
        }
    }

    pub(crate) fn unavailable(cause: impl fmt::Display) -> Self {
        Self::Unavailable(Cause::new(cause))
    }
}

/// Which bound was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`QueryLimits::max_rows_read`](crate::QueryLimits::max_rows_read).
    RowsRead(u64),
    /// [`QueryLimits::max_bytes_held`](crate::QueryLimits::max_bytes_held).
    BytesHeld(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowsRead(limit) => write!(formatter, "{limit} rows read"),
            Self::BytesHeld(limit) => write!(formatter, "{limit} bytes held"),
        }
    }
}

/// What an operator needs to find out why the store is unavailable. One batch of writes shares one cause, hence the `Arc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause(Arc<str>);

impl Cause {
    pub(crate) fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string().into())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

/// Why a transaction failed. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct TransactionError {
    /// Which write was to blame, counted from 0; none: the whole.
    pub index: Option<usize>,
    /// What was wrong.
    #[source]
    pub error: StoreError,
}

impl From<StoreError> for TransactionError {
    fn from(error: StoreError) -> Self {
        Self { index: None, error }
    }
}

impl TransactionError {
    pub(crate) fn at(index: usize, error: StoreError) -> Self {
        Self {
            index: Some(index),
            error,
        }
    }
}
