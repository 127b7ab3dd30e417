//! The store of Azure Cosmos DB for NoSQL, for hosts that are more than one machine.
//!
//! In come the operations of [`DocumentStore`]; what is checked about them is checked here, by the same code as on every backend,
//! before the service hears of them. Out goes what the service has, without what the host and the system have added (`stored`); what
//! it costs is told to the [`meter`](crate::meter).
//!
//! The service does what it alone can do: it keeps, orders writes by their etags, and finds rows by partition, id and plain
//! comparisons (`rows`). What a query or a patch means is computed by the host (`queries`, `patches`), so that it is the same on
//! every backend. A patch is a read, a change and a replace of what was read, again if another write came between.
//!
//! Never does a partition come from anywhere but the caller: every request is sent for the one partition, the host writes its
//! properties into the items, and refuses to show an item in which they differ. Never does the client library's text of a failure
//! leave this room (`calls`): it names the account and the machine.
//!
//! Where this backend can promise less than [`DocumentStore`] does: [`read_many`](DocumentStore::read_many) is of one moment only as
//! long as the items together are below 4 MB, the service's largest answer; and numbers are the service's, which are doubles.

mod calls;
mod compute;
mod export;
mod open;
mod patches;
mod queries;
mod rows;
mod settings;
mod stored;
mod transactions;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use azure_data_cosmos::clients::ContainerClient;
use azure_data_cosmos::options::{ItemWriteOptions, Precondition};
use azure_data_cosmos::{FeedScope, Query as Sql, models::ItemResponse};
use futures_util::StreamExt;
use serde_json::value::RawValue;

use self::calls::{call, deadline};
use self::compute::Compute;
pub use self::export::CosmosExportError;
use self::queries::Question;
use self::rows::Rows;
pub use self::settings::{CosmosCredential, CosmosOpenError, CosmosSettings};
use self::stored::{Stored, partition_key, with_partition};
use crate::body::{Body, MissingId};
use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Item, Written};
use crate::meter;
use crate::names::{ContainerName, ItemId};
use crate::operations::{MAX_READ_MANY, Page, PatchOperation, PatchOptions, QueryLimits, QueryOptions, Scope, WriteOp};
use crate::partition::{ContainerDefinition, PartitionKey, PropertyPath};
use crate::query::Query;
use crate::store::DocumentStore;

/// The document store in a database of Azure Cosmos DB.
pub struct CosmosStore {
    containers: HashMap<ContainerName, Container>,
    compute: Compute,
    closed: AtomicBool,
}

/// A container of the service.
struct Container {
    definition: ContainerDefinition,
    client: ContainerClient,
}

/// What every operation needs.
struct Place<'a> {
    container: &'a Container,
    partition: &'a PartitionKey,
}

impl CosmosStore {
    /// Connects, and checks that database and containers are there and have the partition keys that are configured. Nothing is made
    /// or changed.
    pub async fn open(settings: CosmosSettings) -> Result<Self, CosmosOpenError> {
        Ok(Self {
            containers: open::open(settings).await?,
            compute: Compute::new(),
            closed: AtomicBool::new(false),
        })
    }

    fn container(&self, name: &ContainerName) -> Result<&Container, StoreError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(closed());
        }
        self.containers
            .get(name)
            .ok_or_else(|| StoreError::UnknownContainer(name.clone()))
    }

    fn place<'a>(&'a self, name: &ContainerName, partition: &'a PartitionKey) -> Result<Place<'a>, StoreError> {
        let container = self.container(name)?;
        container.check_levels(partition)?;
        Ok(Place { container, partition })
    }
}

impl std::fmt::Debug for CosmosStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CosmosStore")
    }
}

fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}

impl Container {
    fn paths(&self) -> &[PropertyPath] {
        &self.definition.partition_paths
    }

    /// A key of fewer levels than the container has would mean many partitions.
    fn check_levels(&self, partition: &PartitionKey) -> Result<(), StoreError> {
        let (given, wanted) = (partition.levels().len(), self.paths().len());
        if given == wanted {
            return Ok(());
        }
        let name = &self.definition.name;
        Err(StoreError::unavailable(format!(
            "the host gave a partition key of {given} levels for the container `{name}`, which has {wanted}"
        )))
    }
}

impl Place<'_> {
    fn check(&self, body: &str, missing_id: MissingId) -> Result<Body, StoreError> {
        Body::check(body, self.container.paths(), missing_id)
    }

    /// A checked body with the partition's properties.
    fn stored(&self, body: &Body) -> Result<Box<RawValue>, StoreError> {
        with_partition(&body.text, self.container.paths(), self.partition)
    }

    async fn read(&self, id: &ItemId) -> Result<Item, StoreError> {
        let client = &self.container.client;
        let read = || client.read_item(partition_key(self.partition), id.as_str(), None);
        self.item(id, call(deadline(), read).await?)
    }

    /// The item in a response.
    fn item(&self, id: &ItemId, response: ItemResponse) -> Result<Item, StoreError> {
        charge(&response);
        let body = response
            .into_body()
            .single()
            .map_err(|error| StoreError::Unavailable(calls::cause(&error)))?;
        let text = std::str::from_utf8(&body).map_err(StoreError::unavailable)?;
        let stored = Stored::parse_of(text, self.container.paths(), self.partition)?;
        Ok(stored.into_item(id.clone()))
    }

    /// What a write has left, which is told by headers.
    fn written(&self, id: ItemId, response: &ItemResponse) -> Result<Written, StoreError> {
        charge(response);
        let etag = response.headers().etag();
        let etag = etag.ok_or_else(|| StoreError::unavailable("Azure Cosmos DB gave no etag for a write"))?;
        Ok(Written {
            id,
            etag: Etag::new(etag.to_string()),
        })
    }

    /// `if_match` as the service takes it. One that no item can have never matches, which only the item's existence can tell apart
    /// from not being there.
    async fn precondition(&self, id: &ItemId, if_match: Option<&Etag>) -> Result<Option<Precondition>, StoreError> {
        let Some(etag) = if_match else { return Ok(None) };
        if is_etag(etag.as_str()) {
            return Ok(Some(Precondition::if_match(etag.as_str())));
        }
        self.read(id).await?;
        Err(StoreError::PreconditionFailed)
    }
}

/// Whether a text can be the etag of an item: one quoted string. Anything else could mean something in a header, as `*` does.
/// Source: RFC 9110, section 8.8.3.
fn is_etag(text: &str) -> bool {
    let opaque = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    opaque
        .is_some_and(|opaque| opaque.len() <= 256 && opaque.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
}

fn write_options(precondition: Option<Precondition>) -> Option<ItemWriteOptions> {
    precondition.map(|precondition| ItemWriteOptions::default().with_precondition(precondition))
}

fn charge(response: &ItemResponse) {
    if let Some(charge) = response.headers().request_charge() {
        meter::charge(charge.value());
    }
}

#[async_trait]
impl DocumentStore for CosmosStore {
    async fn create(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError> {
        let place = self.place(container, partition)?;
        let body = place.check(body, MissingId::Fresh)?;
        let (client, stored) = (&place.container.client, place.stored(&body)?);
        let create = || client.create_item(partition_key(partition), body.id.as_str(), &stored, None);
        let response = call(deadline(), create).await?;
        place.written(body.id.clone(), &response)
    }

    async fn read(&self, container: &ContainerName, partition: &PartitionKey, id: &ItemId) -> Result<Item, StoreError> {
        self.place(container, partition)?.read(id).await
    }

    async fn read_many(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        ids: &[ItemId],
    ) -> Result<Vec<Option<Item>>, StoreError> {
        if ids.len() > MAX_READ_MANY {
            return Err(StoreError::Invalid(format!(
                "at most {MAX_READ_MANY} items are read at once"
            )));
        }
        let place = self.place(container, partition)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let reading = place.read_many(ids);
        let found = tokio::time::timeout_at(deadline().into(), reading).await;
        let found = found.map_err(|_| StoreError::Timeout)??;
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    async fn upsert(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError> {
        let place = self.place(container, partition)?;
        let body = place.check(body, MissingId::Invalid)?;
        let (client, stored) = (&place.container.client, place.stored(&body)?);
        let upsert = || client.upsert_item(partition_key(partition), body.id.as_str(), &stored, None);
        let response = call(deadline(), upsert).await?;
        place.written(body.id.clone(), &response)
    }

    async fn replace(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
        if_match: Option<&Etag>,
    ) -> Result<Written, StoreError> {
        let place = self.place(container, partition)?;
        let body = place.check(body, MissingId::Invalid)?;
        let options = write_options(place.precondition(&body.id, if_match).await?);
        let (client, stored) = (&place.container.client, place.stored(&body)?);
        let replace = || client.replace_item(partition_key(partition), body.id.as_str(), &stored, options.clone());
        let response = call(deadline(), replace).await?;
        place.written(body.id.clone(), &response)
    }

    async fn patch(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        operations: &[PatchOperation],
        options: &PatchOptions,
    ) -> Result<Item, StoreError> {
        let place = self.place(container, partition)?;
        patches::patch(&self.compute, &place, id, operations, options).await
    }

    async fn delete(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        if_match: Option<&Etag>,
    ) -> Result<(), StoreError> {
        let place = self.place(container, partition)?;
        let options = write_options(place.precondition(id, if_match).await?);
        let client = &place.container.client;
        let delete = || client.delete_item(partition_key(partition), id.as_str(), options.clone());
        charge(&call(deadline(), delete).await?);
        Ok(())
    }

    async fn transact(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        writes: &[WriteOp],
    ) -> Result<Vec<Option<Written>>, TransactionError> {
        transactions::transact(&self.place(container, partition)?, writes).await
    }

    async fn query(
        &self,
        container: &ContainerName,
        scope: Scope<'_>,
        text: &str,
        parameters: &str,
        options: &QueryOptions,
        limits: &QueryLimits,
    ) -> Result<Page, StoreError> {
        let container = self.container(container)?;
        let feed = match scope {
            Scope::Partition(key) => {
                container.check_levels(key)?;
                FeedScope::partition(partition_key(key))
            }
            Scope::Whole | Scope::WholeWithOwners(_) => FeedScope::full_container(),
        };
        let query = Query::parse(text, parameters)?;
        let question = Question {
            rows: Rows::of(&query, container.paths(), scope)?,
            query,
            scope: feed,
            options: options.clone(),
            limits: *limits,
        };
        queries::ask(&self.compute, &container.client, question).await
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.compute.close();
    }
}

impl Place<'_> {
    /// The items of these ids that are there.
    async fn read_many(&self, ids: &[ItemId]) -> Result<HashMap<ItemId, Item>, StoreError> {
        let unavailable = |error: &_| calls::refusal(error);
        let names: Vec<String> = (0..ids.len()).map(|index| format!("@p{index}")).collect();
        let text = format!("SELECT * FROM c WHERE c['id'] IN ({})", names.join(", "));
        let sql = names
            .iter()
            .zip(ids)
            .try_fold(Sql::from(text), |sql, (name, id)| sql.with_parameter(name, id.as_str()));
        let sql = sql.map_err(|error| unavailable(&error))?;
        let scope = FeedScope::partition(partition_key(self.partition));
        let items = self
            .container
            .client
            .query_items::<Box<RawValue>>(sql, scope, None)
            .await;
        let mut pages = items.map_err(|error| unavailable(&error))?.into_pages();
        let mut found = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unavailable(&error))?;
            if let Some(charge) = page.headers().request_charge() {
                meter::charge(charge.value());
            }
            for text in page.into_items() {
                let stored = Stored::parse_of(text.get(), self.container.paths(), self.partition)?;
                let id = stored.id()?;
                found.insert(id.clone(), stored.into_item(id));
            }
        }
        Ok(found)
    }
}
