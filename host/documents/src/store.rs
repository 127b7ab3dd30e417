//! The one trait that every backend serves.

use async_trait::async_trait;

use crate::error::{StoreError, TransactionError};
use crate::item::{Etag, Item, Written};
use crate::names::{ContainerName, ItemId};
use crate::operations::{Page, PatchOperation, PatchOptions, QueryLimits, QueryOptions, Scope, WriteOp};
use crate::partition::PartitionKey;

/// Documents in containers, each container split into partitions.
///
/// Rules that hold for every backend, and that the conformance suite proves:
/// - A body is a JSON object of at most [`MAX_ITEM_BYTES`](crate::MAX_ITEM_BYTES), nested at most
///   [`MAX_ITEM_DEPTH`](crate::MAX_ITEM_DEPTH) deep, with finite numbers. It never holds a partition property, neither going in
///   (`invalid`) nor coming out; `_etag`, `_ts`, `_rid`, `_self` and `_attachments` in it are dropped.
/// - An operation sees and touches the items of its partition only.
/// - When a write's future is done, the write survives the death of the process. When it is dropped before, the write may or may
///   not happen, but never halfway.
/// - `ttl` in a body, seconds from 1 to 2147483647, lets the item expire so long after its last write; −1 never. An expired item
///   doesn't exist for any operation from that second on.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// Stores a new item; a body without `id` gets a fresh one. `Conflict` if the id is taken.
    async fn create(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError>;

    /// Reads an item.
    async fn read(&self, container: &ContainerName, partition: &PartitionKey, id: &ItemId) -> Result<Item, StoreError>;

    /// Reads many at once, at most [`MAX_READ_MANY`](crate::MAX_READ_MANY): one answer for each id, in the same order, all of one
    /// moment; on Azure Cosmos DB as long as they fit into one answer of the service, 4 MB.
    async fn read_many(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        ids: &[ItemId],
    ) -> Result<Vec<Option<Item>>, StoreError>;

    /// Stores an item over whatever was there. The body names it by its `id`.
    async fn upsert(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
    ) -> Result<Written, StoreError>;

    /// Replaces an item that exists. The body names it by its `id`.
    async fn replace(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        body: &str,
        if_match: Option<&Etag>,
    ) -> Result<Written, StoreError>;

    /// Changes parts of an item, all or none, and gives it as it is then. One to
    /// [`MAX_PATCH_OPERATIONS`](crate::MAX_PATCH_OPERATIONS) operations.
    async fn patch(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        operations: &[PatchOperation],
        options: &PatchOptions,
    ) -> Result<Item, StoreError>;

    /// Deletes an item.
    async fn delete(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        id: &ItemId,
        if_match: Option<&Etag>,
    ) -> Result<(), StoreError>;

    /// Does all writes in order, or none. One to [`MAX_TRANSACTION_WRITES`](crate::MAX_TRANSACTION_WRITES). One answer for each,
    /// none for a delete.
    async fn transact(
        &self,
        container: &ContainerName,
        partition: &PartitionKey,
        writes: &[WriteOp],
    ) -> Result<Vec<Option<Written>>, TransactionError>;

    /// Runs a query in Azure Cosmos DB's SQL and gives a page of its answer. `parameters` is a JSON object, `{"@since": 1}`.
    async fn query(
        &self,
        container: &ContainerName,
        scope: Scope<'_>,
        text: &str,
        parameters: &str,
        options: &QueryOptions,
        limits: &QueryLimits,
    ) -> Result<Page, StoreError>;

    /// Finishes what was accepted, and lets go of the backend. Operations afterwards are `Unavailable`.
    async fn close(&self);
}
