//! Items that belong to nobody in particular, to read: catalogues, rates, settings.

use crate::bindings::usher::host::documents::{Item, Page, QueryOptions};
use crate::bindings::usher::host::shared_documents as imports;
use crate::documents::{Error, QueryStore, ReadContainer, ReadStore};

/// The import `shared-documents`.
#[derive(Clone, Copy, Debug)]
pub struct SharedDocuments;

/// A container of items that belong to nobody, by its name in the operator's grant.
pub const fn container(name: &str) -> ReadContainer<'_, SharedDocuments> {
    ReadContainer::new(name)
}

impl ReadStore for SharedDocuments {
    fn read(container: &str, id: &str) -> Result<Item, Error> {
        imports::read(container, id)
    }

    fn read_many(container: &str, ids: &[String]) -> Result<Vec<Option<Item>>, Error> {
        imports::read_many(container, ids)
    }
}

impl QueryStore for SharedDocuments {
    fn query(container: &str, text: &str, parameters: &str, options: Option<&QueryOptions>) -> Result<Page, Error> {
        imports::query(container, text, parameters, options)
    }
}
