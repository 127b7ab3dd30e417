//! The writes of a transaction, checked before any backend sees them.

use crate::body::{Body, MissingId};
use crate::error::{StoreError, TransactionError};
use crate::item::Etag;
use crate::names::ItemId;
use crate::operations::{MAX_ITEM_BYTES, MAX_TRANSACTION_WRITES, WriteOp};
use crate::partition::PropertyPath;

/// One write of an item.
pub(crate) enum Change {
    Create(Body),
    Upsert(Body),
    Replace(Body, Option<Etag>),
    Delete(ItemId, Option<Etag>),
}

/// Checks the writes of a transaction, and all its bodies together.
/// Source: Azure Cosmos DB, "Transactional batch operations", limitations.
pub(crate) fn check_writes(paths: &[PropertyPath], writes: &[WriteOp]) -> Result<Vec<Change>, TransactionError> {
    if writes.is_empty() || writes.len() > MAX_TRANSACTION_WRITES {
        let what = format!("a transaction has 1 to {MAX_TRANSACTION_WRITES} writes");
        return Err(StoreError::Invalid(what).into());
    }
    let mut bytes = 0;
    let mut changes = Vec::with_capacity(writes.len());
    for (index, write) in writes.iter().enumerate() {
        let body = |text: &str, missing_id| {
            Body::check(text, paths, missing_id).map_err(|error| TransactionError::at(index, error))
        };
        let change = match write {
            WriteOp::Create { body: text } => Change::Create(body(text, MissingId::Fresh)?),
            WriteOp::Upsert { body: text } => Change::Upsert(body(text, MissingId::Invalid)?),
            WriteOp::Replace { body: text, if_match } => {
                Change::Replace(body(text, MissingId::Invalid)?, if_match.clone())
            }
            WriteOp::Delete { id, if_match } => Change::Delete(id.clone(), if_match.clone()),
        };
        if let Change::Create(body) | Change::Upsert(body) | Change::Replace(body, _) = &change {
            bytes += body.text.len();
        }
        if bytes > MAX_ITEM_BYTES {
            return Err(StoreError::TooLarge.into());
        }
        changes.push(change);
    }
    Ok(changes)
}
