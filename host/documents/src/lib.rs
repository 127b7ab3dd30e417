//! The document store: items, which are JSON objects, in containers, which are split into partitions.
//!
//! **What comes in**: operations of [`DocumentStore`], each with a [`ContainerName`], and a [`PartitionKey`] or a [`Scope`] that
//! the host made out of the verified caller. Texts of guests (bodies, ids, paths, SQL, parameters, continuations) come as text and
//! are checked here, before any backend sees them.
//!
//! **What goes out**: [`Item`]s, [`Written`]s and [`Page`]s, or a [`StoreError`], whose `Display` is safe for a guest and whose
//! [`Cause`] is for the operator.
//!
//! **What it never does**: decide who may; take a partition from a body, a path or a query; give a row of another partition;
//! acknowledge a write that isn't durable; print a partition key.
//!
//! The vocabulary and the rules are those of Azure Cosmos DB for NoSQL, so that a backend of Cosmos is no surprise to a tool that
//! was written against another one. [`EmbeddedStore`] is the backend for one machine: SQLite in a directory; `CosmosStore`, behind the
//! feature `cosmos`, is the one for several: Azure Cosmos DB itself. The query language is
//! evaluated by a room of its own, `query`, that knows no backend.
//!
//! ```
//! use usher_documents::{ContainerDefinition, ContainerName, DocumentStore, EmbeddedSettings, EmbeddedStore};
//! use usher_documents::{ItemId, PartitionKey, PropertyPath};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let directory = directory.path();
//! let expenses = ContainerName::new("expenses")?;
//! let partition_paths = vec![PropertyPath::new("/user_id")?];
//! let definition = ContainerDefinition { name: expenses.clone(), partition_paths, indexes: Vec::new() };
//! let store = EmbeddedStore::open(EmbeddedSettings::new(directory, vec![definition]))?;
//!
//! let owner = PartitionKey::single("00000000-0000-0000-0000-000000000001")?;
//! let written = store.create(&expenses, &owner, r#"{"id": "lunch", "amount": 12.5}"#).await?;
//! let item = store.read(&expenses, &owner, &ItemId::new("lunch")?).await?;
//! assert_eq!(item.body, r#"{"id":"lunch","amount":12.5}"#);
//! assert_eq!(item.etag, written.etag);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod body;
mod changes;
#[cfg(feature = "cosmos")]
mod cosmos;
mod embedded;
mod error;
mod item;
pub mod meter;
mod names;
mod new_file;
mod operations;
mod owners;
mod partition;
mod patch;
mod query;
mod store;
mod transfer;

#[cfg(feature = "cosmos")]
pub use cosmos::{CosmosCredential, CosmosExportError, CosmosOpenError, CosmosSettings, CosmosStore};
pub use embedded::{Clock, EmbeddedSettings, EmbeddedStore, OpenError, Snapshot, SnapshotError};
pub use error::{Cause, Limit, StoreError, TransactionError};
pub use item::{Etag, Item, Written};
pub use names::{ContainerName, ItemId, NameError};
pub use operations::{
    DEFAULT_PAGE_ITEMS, MAX_ITEM_BYTES, MAX_ITEM_DEPTH, MAX_PARAMETERS_BYTES, MAX_PATCH_OPERATIONS, MAX_QUERY_BYTES,
    MAX_READ_MANY, MAX_TRANSACTION_WRITES, Page, PatchOperation, PatchOptions, QueryLimits, QueryOptions, Scope,
    WriteOp,
};
pub use owners::Owners;
pub use partition::{ContainerDefinition, PartitionKey, PartitionKeyError, PropertyPath, PropertyPathError};
pub use store::DocumentStore;
pub use transfer::{CopyError, ImportError, import};
