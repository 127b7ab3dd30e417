//! Everybody's items, to query. Rows don't say whose they are, unless the operator's grant gives them a property `_owner`.

use crate::bindings::usher::host::all_documents as imports;
use crate::bindings::usher::host::documents::{Page, QueryOptions};
use crate::documents::{Error, QueryStore, ReadContainer};

/// The import `all-documents`.
#[derive(Clone, Copy, Debug)]
pub struct AllDocuments;

/// A container with the items of all users, by its name in the operator's grant.
pub const fn container(name: &str) -> ReadContainer<'_, AllDocuments> {
    ReadContainer::new(name)
}

impl QueryStore for AllDocuments {
    fn query(container: &str, text: &str, parameters: &str, options: Option<&QueryOptions>) -> Result<Page, Error> {
        imports::query(container, text, parameters, options)
    }
}
