//! Transactions: the service's transactional batch.

use azure_data_cosmos::TransactionalBatch;
use azure_data_cosmos::models::{TransactionalBatchOperationResult, TransactionalBatchResponse};
use azure_data_cosmos::options::{BatchDeleteOptions, BatchReplaceOptions, Precondition};
use serde_json::Value;

use super::calls::{self, Failure, call, deadline};
use super::stored::partition_key;
use super::{Place, is_etag};
use crate::body::{Body, Members};
use crate::changes::{Change, check_writes};
use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Written};
use crate::meter;
use crate::names::ItemId;
use crate::operations::WriteOp;

/// A write that wasn't done because of another one. Source: Azure Cosmos DB, "Transactional batch operations", responses.
const FAILED_DEPENDENCY: u16 = 424;

/// Does all writes or none.
pub(super) async fn transact(place: &Place<'_>, writes: &[WriteOp]) -> Result<Vec<Option<Written>>, TransactionError> {
    let changes = check_writes(place.container.paths(), writes)?;
    // An etag that no item can have never matches, and the service mustn't see it: it is asked what comes before, so that what is
    // wrong earlier is told first.
    let mut batch = TransactionalBatch::new(partition_key(place.partition));
    for (index, change) in changes.iter().enumerate() {
        batch = add(batch, place, change).map_err(|error| TransactionError::at(index, error))?;
    }
    let client = &place.container.client;
    let response = call(deadline(), || client.execute_transactional_batch(batch.clone(), None)).await;
    let response = match response {
        Ok(response) => response,
        Err(failure) => return Err(whole(failure).into()),
    };
    if let Some(charge) = response.headers().request_charge() {
        meter::charge(charge.value());
    }
    let answer = response
        .into_model()
        .map_err(|error| StoreError::Unavailable(calls::cause(&error)))?;
    outcome(&changes, &answer)
}

/// The whole wasn't accepted.
fn whole(failure: Failure) -> StoreError {
    match StoreError::from(failure) {
        // Of single items the answer tells; this is about the container.
        StoreError::NotFound | StoreError::Conflict | StoreError::PreconditionFailed => {
            StoreError::unavailable("Azure Cosmos DB refused a transaction as a whole")
        }
        other => other,
    }
}

fn add(batch: TransactionalBatch, place: &Place<'_>, change: &Change) -> Result<TransactionalBatch, StoreError> {
    let unsent = |error: azure_data_cosmos::CosmosError| StoreError::Unavailable(calls::cause(&error));
    match change {
        Change::Create(body) => batch.create_item(value(place, body)?).map_err(unsent),
        Change::Upsert(body) => batch.upsert_item(value(place, body)?, None).map_err(unsent),
        Change::Replace(body, if_match) => {
            let options = precondition(if_match.as_ref())
                .map(|condition| BatchReplaceOptions::default().with_precondition(condition));
            batch
                .replace_item(body.id.as_str().to_owned(), value(place, body)?, options)
                .map_err(unsent)
        }
        Change::Delete(id, if_match) => {
            let options = precondition(if_match.as_ref())
                .map(|condition| BatchDeleteOptions::default().with_precondition(condition));
            Ok(batch.delete_item(id.as_str().to_owned(), options))
        }
    }
}

/// A body with the partition's properties. Each member is parsed by itself, as [`Body::check`] does, so that the deepest item
/// stays within what the parser takes.
fn value(place: &Place<'_>, body: &Body) -> Result<Value, StoreError> {
    let stored = place.stored(body)?;
    let unreadable = |error| StoreError::unavailable(format!("a body isn't JSON any more: {error}"));
    let Members(members) = serde_json::from_str(stored.get()).map_err(unreadable)?;
    let members = members
        .into_iter()
        .map(|(name, value)| Ok((name, serde_json::from_str(value.get()).map_err(unreadable)?)));
    Ok(Value::Object(members.collect::<Result<_, StoreError>>()?))
}

/// An etag that can't be one is sent as one that no item has: which write fails first is the service's to say.
fn precondition(if_match: Option<&Etag>) -> Option<Precondition> {
    let text = if_match?.as_str();
    Some(Precondition::if_match(if is_etag(text) { text } else { "\"none\"" }))
}

/// What became of the writes.
fn outcome(changes: &[Change], answer: &TransactionalBatchResponse) -> Result<Vec<Option<Written>>, TransactionError> {
    let results = answer.results();
    let failed =
        |result: &TransactionalBatchOperationResult| !result.is_success() && result.status_code() != FAILED_DEPENDENCY;
    if let Some(index) = results.iter().position(failed) {
        return Err(TransactionError::at(index, refusal(&results[index])));
    }
    if results.len() != changes.len() || results.iter().any(|result| !result.is_success()) {
        return Err(StoreError::unavailable("Azure Cosmos DB answered a transaction in part").into());
    }
    let written = changes.iter().zip(results).map(|(change, result)| {
        let id = match change {
            Change::Create(body) | Change::Upsert(body) | Change::Replace(body, _) => body.id.clone(),
            Change::Delete(..) => return Ok(None),
        };
        written(id, result).map(Some)
    });
    Ok(written.collect::<Result<_, StoreError>>()?)
}

fn written(id: ItemId, result: &TransactionalBatchOperationResult) -> Result<Written, StoreError> {
    let etag = result.etag();
    let etag = etag.ok_or_else(|| StoreError::unavailable("Azure Cosmos DB gave no etag for a write"))?;
    Ok(Written {
        id,
        etag: Etag::new(etag),
    })
}

fn refusal(result: &TransactionalBatchOperationResult) -> StoreError {
    match result.status_code() {
        404 => StoreError::NotFound,
        409 => StoreError::Conflict,
        412 => StoreError::PreconditionFailed,
        413 => StoreError::TooLarge,
        429 | 449 => StoreError::Throttled {
            retry_after_ms: result
                .retry_after()
                .and_then(|wait| u32::try_from(wait.as_millis()).ok()),
        },
        408 => StoreError::Timeout,
        status => StoreError::unavailable(format!(
            "Azure Cosmos DB answered {status}, substatus {} to a write of a transaction",
            result.substatus_code().unwrap_or_default()
        )),
    }
}
