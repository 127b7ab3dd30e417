//! Reading items by their ids.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::query::{Query, QueryStore};
use super::{Error, from_json};
use crate::bindings::usher::host::documents::Item;

/// An item as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<T> {
    /// Unique in its partition of the container.
    pub id: String,
    /// Changes with every write; for conditional writes.
    pub etag: String,
    /// When it was last written, in seconds since 1970.
    pub timestamp: u32,
    /// The JSON object as it was written, `id` included.
    pub body: T,
}

impl<T: DeserializeOwned> TryFrom<Item> for Document<T> {
    type Error = Error;

    fn try_from(item: Item) -> Result<Self, Error> {
        Ok(Self {
            body: from_json(&item.body)?,
            id: item.id,
            etag: item.etag,
            timestamp: item.timestamp,
        })
    }
}

/// The imports that read items by id.
pub trait ReadStore {
    #[doc(hidden)]
    fn read(container: &str, id: &str) -> Result<Item, Error>;
    #[doc(hidden)]
    fn read_many(container: &str, ids: &[String]) -> Result<Vec<Option<Item>>, Error>;
}

/// A container, to read.
#[derive(Clone, Copy, Debug)]
pub struct ReadContainer<'a, S> {
    name: &'a str,
    store: PhantomData<S>,
}

impl<'a, S> ReadContainer<'a, S> {
    pub(crate) const fn new(name: &'a str) -> Self {
        Self {
            name,
            store: PhantomData,
        }
    }
}

impl<S: ReadStore> ReadContainer<'_, S> {
    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such item, [`Error::Invalid`] if it isn't a `T`.
    pub fn read<T: DeserializeOwned>(&self, id: &str) -> Result<Document<T>, Error> {
        S::read(self.name, id)?.try_into()
    }

    /// Reads many at once: one answer for each id, in the same order, `None` where there is no such item. At most 100.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are too many ids, or if one of the items isn't a `T`.
    pub fn read_many<T: DeserializeOwned>(&self, ids: &[String]) -> Result<Vec<Option<Document<T>>>, Error> {
        S::read_many(self.name, ids)?
            .into_iter()
            .map(|item| item.map(Document::try_from).transpose())
            .collect()
    }
}

impl<'a, S: QueryStore> ReadContainer<'a, S> {
    /// Starts a query in Cosmos DB's SQL, for example `SELECT * FROM c WHERE c.date >= @since ORDER BY c.date DESC`.
    /// Each row is a `T`. Values are bound, never written into the text.
    pub fn query<T: DeserializeOwned>(&self, text: &'a str) -> Query<'a, S, T> {
        Query::new(self.name, text)
    }
}
