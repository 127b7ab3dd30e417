//! Items (JSON objects) in containers: what the document capabilities have in common.
//!
//! A tool opens a container where the operator lets it: [`my_documents`](crate::my_documents) and
//! [`my_documents_write`](crate::my_documents_write) for the caller's own items, [`all_documents`](crate::all_documents)
//! for everybody's, [`shared_documents`](crate::shared_documents) and
//! [`shared_documents_write`](crate::shared_documents_write) for items that belong to nobody. A container is a name and
//! nothing else: nothing is opened and nothing has to be closed. Items are the author's own serde types.
//!
//! The vocabulary is that of Azure Cosmos DB.

mod query;
mod read;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::bindings::usher::host::documents::{Error, TransactionError, Written};
pub use query::{Page, Query};
pub use read::{Document, ReadContainer};
pub use write::{Patch, Transaction, WriteContainer};

#[doc(hidden)]
pub use {query::QueryStore, read::ReadStore, write::WriteStore};

fn to_json(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Invalid(format!("this can't be written as JSON: {error}")))
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json)
        .map_err(|error| Error::Invalid(format!("what is stored isn't what was expected: {error}")))
}
