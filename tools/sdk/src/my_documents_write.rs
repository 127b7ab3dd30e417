//! The caller's own items, and nobody else's, to write. Whatever is written belongs to the caller.

use crate::bindings::usher::host::documents::{PatchOperation, PatchOptions, Write};
use crate::bindings::usher::host::my_documents_write as imports;
use crate::documents::{Error, TransactionError, WriteContainer, WriteStore, Written};

/// The import `my-documents-write`.
#[derive(Clone, Copy, Debug)]
pub struct MyDocumentsWrite;

/// A container of the caller's own items, by its name in the operator's grant.
pub const fn container(name: &str) -> WriteContainer<'_, MyDocumentsWrite> {
    WriteContainer::new(name)
}

impl WriteStore for MyDocumentsWrite {
    fn create(container: &str, body: &str) -> Result<Written, Error> {
        imports::create(container, body)
    }

    fn upsert(container: &str, body: &str) -> Result<Written, Error> {
        imports::upsert(container, body)
    }

    fn replace(container: &str, body: &str, if_match: Option<&str>) -> Result<Written, Error> {
        imports::replace(container, body, if_match)
    }

    fn patch(
        container: &str,
        id: &str,
        operations: &[PatchOperation],
        options: Option<&PatchOptions>,
    ) -> Result<Written, Error> {
        imports::patch(container, id, operations, options)
    }

    fn delete(container: &str, id: &str, if_match: Option<&str>) -> Result<(), Error> {
        imports::delete(container, id, if_match)
    }

    fn transact(container: &str, writes: &[Write]) -> Result<Vec<Option<Written>>, TransactionError> {
        imports::transact(container, writes)
    }
}
