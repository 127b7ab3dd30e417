//! All items of the configured containers, as JSON lines: the way from the service to another store.
//!
//! The service has no one moment for a whole container: an item that is written meanwhile is there as it was before or after. Stop the
//! hosts first if everything is to move.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

use azure_data_cosmos::feed::ContinuationToken;
use azure_data_cosmos::options::{MaxItemCountHint, QueryOptions as FeedOptions};
use azure_data_cosmos::{CosmosError, FeedScope, Query as Sql};
use futures_util::StreamExt;
use serde_json::value::RawValue;

use super::stored::Stored;
use super::{Container, CosmosStore, calls};
use crate::error::StoreError;
use crate::names::ContainerName;
use crate::transfer::{CopyError, Export, Line};

/// Items to a page: few enough that a page of large ones is bounded, enough that small ones come quickly.
const PAGE_ITEMS: NonZeroU32 = NonZeroU32::new(500).expect("500 is not 0");
/// How often one page is tried while the service is busy, beyond the client library's own attempts.
const TRIES: u32 = 20;

/// Why an export wasn't made. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum CosmosExportError {
    /// The service failed.
    #[error("the container `{container}` can't be read: {}", cause(.error))]
    Store {
        /// Which.
        container: ContainerName,
        /// Why.
        error: StoreError,
    },
    /// An item that no host has written: its partition isn't text.
    #[error(
        "the container `{container}` has items whose partition key isn't text, which no user or grant can have: they aren't usher's; remove them or leave the container out of the configuration"
    )]
    Foreign {
        /// Which.
        container: ContainerName,
    },
    /// The file can't be made.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

/// What an operator may read.
fn cause(error: &StoreError) -> String {
    match error {
        StoreError::Unavailable(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

impl CosmosStore {
    /// Writes all items of the configured containers into a file of JSON lines, as [`import`](crate::import) reads them. Gives how many
    /// each container has.
    ///
    /// # Errors
    /// There is a file and `replace` is false, or the export can't be made.
    pub async fn export(&self, to: &Path, replace: bool) -> Result<BTreeMap<ContainerName, u64>, CosmosExportError> {
        let mut export = Export::create(to, replace)?;
        let mut containers: Vec<&Container> = self.containers.values().collect();
        containers.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        for container in containers {
            export.begin(&container.definition.name);
            container.export(&mut export).await?;
        }
        Ok(export.finish()?)
    }
}

impl Container {
    async fn export(&self, export: &mut Export) -> Result<(), CosmosExportError> {
        let failed = |error| CosmosExportError::Store {
            container: self.definition.name.clone(),
            error,
        };
        let mut place: Option<ContinuationToken> = None;
        let mut tries = 0;
        loop {
            match self.export_from(&mut place, &mut tries, export).await? {
                Ok(()) => return Ok(()),
                Err(busy) => match calls::wait_for(&busy) {
                    Some(wait) if tries < TRIES => {
                        tries += 1;
                        tokio::time::sleep(wait).await;
                    }
                    _ => return Err(failed(calls::refusal(&busy))),
                },
            }
        }
    }

    /// Goes on from a place, and moves it with each page that was written, until the end or the service's error.
    async fn export_from(
        &self,
        place: &mut Option<ContinuationToken>,
        tries: &mut u32,
        export: &mut Export,
    ) -> Result<Result<(), CosmosError>, CosmosExportError> {
        let mut feed = FeedOptions::default().with_max_item_count(MaxItemCountHint::Limit(PAGE_ITEMS));
        if let Some(place) = place.clone() {
            feed = feed.with_continuation_token(place);
        }
        let (sql, scope) = (Sql::from("SELECT * FROM c"), FeedScope::full_container());
        let items = self.client.query_items::<Box<RawValue>>(sql, scope, Some(feed)).await;
        let mut pages = match items {
            Ok(items) => items.into_pages(),
            Err(error) => return Ok(Err(error)),
        };
        while let Some(page) = pages.next().await {
            let (page, next) = match (page, pages.to_continuation_token()) {
                (Ok(page), Ok(next)) => (page, next),
                (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
            };
            for text in page.into_items() {
                self.export_item(text.get(), export)?;
            }
            *place = Some(next);
            *tries = 0;
        }
        Ok(Ok(()))
    }

    fn export_item(&self, text: &str, export: &mut Export) -> Result<(), CosmosExportError> {
        let container = &self.definition.name;
        let failed = |error| CosmosExportError::Store {
            container: container.clone(),
            error,
        };
        let stored = Stored::parse(text, self.paths()).map_err(failed)?;
        if stored.levels.iter().any(Option::is_none) {
            return Err(CosmosExportError::Foreign {
                container: container.clone(),
            });
        }
        let partition = serde_json::to_string(&stored.levels).map_err(|error| {
            failed(StoreError::unavailable(format!(
                "a partition key can't be written: {error}"
            )))
        })?;
        let line = Line {
            partition: &partition,
            etag: &stored.etag,
            timestamp: stored.timestamp,
            item: &stored.body,
        };
        Ok(export.write(container, &line)?)
    }
}
