//! Patches: an item is read, changed here, and replaced if it is still the one that was read.

use std::time::{Duration, Instant};

use azure_data_cosmos::options::{ContentResponseOnWrite, ItemWriteOptions, OperationOptionsBuilder, Precondition};

use super::Place;
use super::calls::{call, deadline};
use super::compute::Compute;
use super::stored::partition_key;
use crate::body::{Body, MissingId};
use crate::error::StoreError;
use crate::item::Item;
use crate::names::ItemId;
use crate::operations::{MAX_ITEM_BYTES, PatchOperation, PatchOptions};
use crate::partition::PropertyPath;
use crate::patch::Patch;
use crate::query::{Budget, Condition, Row};

/// How long to wait before the next try when another write came first: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Patches an item, trying again for as long as others write between, if the caller wants no version in particular.
pub(super) async fn patch(
    compute: &Compute,
    place: &Place<'_>,
    id: &ItemId,
    operations: &[PatchOperation],
    options: &PatchOptions,
) -> Result<Item, StoreError> {
    let patch = Patch::check(operations, place.container.paths())?;
    let condition = options.condition.clone();
    if let Some(condition) = &condition {
        Condition::parse(condition)?;
    }
    let deadline = deadline();
    let mut pause = FIRST_PAUSE;
    loop {
        let item = place.read(id).await?;
        if options.if_match.as_ref().is_some_and(|wanted| *wanted != item.etag) {
            return Err(StoreError::PreconditionFailed);
        }
        let etag = item.etag.clone();
        let (patch, condition, paths) = (patch.clone(), condition.clone(), place.container.paths().to_vec());
        let body = compute
            .run(move |gone| change(&item, &patch, condition.as_deref(), &paths, deadline, gone))
            .await??;
        let stored = place.stored(&body)?;
        let answer_with_item = OperationOptionsBuilder::new()
            .with_content_response_on_write(ContentResponseOnWrite::Enabled)
            .build();
        let write = ItemWriteOptions::default()
            .with_precondition(Precondition::if_match(etag.as_str()))
            .with_operation_options(answer_with_item);
        let client = &place.container.client;
        let replace = || {
            client.replace_item(
                partition_key(place.partition),
                id.as_str(),
                &stored,
                Some(write.clone()),
            )
        };
        match call(deadline, replace).await {
            Ok(response) => return place.item(id, response),
            Err(failure) if failure.status() == Some(412) && options.if_match.is_none() => {
                if Instant::now() + pause >= deadline {
                    return Err(StoreError::Timeout);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// The item after the patch, if the condition holds.
fn change(
    item: &Item,
    patch: &Patch,
    condition: Option<&str>,
    paths: &[PropertyPath],
    deadline: Instant,
    gone: &std::sync::atomic::AtomicBool,
) -> Result<Body, StoreError> {
    if let Some(condition) = condition {
        // What a condition may make is what an item may hold, some times over.
        let budget = Budget::new(8 * MAX_ITEM_BYTES as u64, deadline, gone, &|| ());
        let row = Row {
            position: 1,
            etag: item.etag.as_str(),
            timestamp: item.timestamp,
            body: &item.body,
        };
        if !Condition::parse(condition)?.holds(&row, &budget)? {
            return Err(StoreError::PreconditionFailed);
        }
    }
    Body::check(&patch.apply(&item.body)?, paths, MissingId::Invalid)
}
