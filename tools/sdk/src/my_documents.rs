//! The caller's own items, and nobody else's, to read. There is no way to name another person.

use crate::bindings::usher::host::documents::{Item, Page, QueryOptions};
use crate::bindings::usher::host::my_documents as imports;
use crate::documents::{Error, QueryStore, ReadContainer, ReadStore};

/// The import `my-documents`.
#[derive(Clone, Copy, Debug)]
pub struct MyDocuments;

/// A container of the caller's own items, by its name in the operator's grant.
pub const fn container(name: &str) -> ReadContainer<'_, MyDocuments> {
    ReadContainer::new(name)
}

impl ReadStore for MyDocuments {
    fn read(container: &str, id: &str) -> Result<Item, Error> {
        imports::read(container, id)
    }

    fn read_many(container: &str, ids: &[String]) -> Result<Vec<Option<Item>>, Error> {
        imports::read_many(container, ids)
    }
}

impl QueryStore for MyDocuments {
    fn query(container: &str, text: &str, parameters: &str, options: Option<&QueryOptions>) -> Result<Page, Error> {
        imports::query(container, text, parameters, options)
    }
}
