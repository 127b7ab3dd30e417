//! Writing items.

use std::marker::PhantomData;

use serde::Serialize;

use super::{Error, TransactionError, Written, to_json};
use crate::bindings::usher::host::documents::{
    GuardedBody, GuardedId, PatchOperation, PatchOptions, PathMove, PathNumber, PathValue, Write,
};

/// The imports that write.
pub trait WriteStore {
    #[doc(hidden)]
    fn create(container: &str, body: &str) -> Result<Written, Error>;
    #[doc(hidden)]
    fn upsert(container: &str, body: &str) -> Result<Written, Error>;
    #[doc(hidden)]
    fn replace(container: &str, body: &str, if_match: Option<&str>) -> Result<Written, Error>;
    #[doc(hidden)]
    fn patch(
        container: &str,
        id: &str,
        operations: &[PatchOperation],
        options: Option<&PatchOptions>,
    ) -> Result<Written, Error>;
    #[doc(hidden)]
    fn delete(container: &str, id: &str, if_match: Option<&str>) -> Result<(), Error>;
    #[doc(hidden)]
    fn transact(container: &str, writes: &[Write]) -> Result<Vec<Option<Written>>, TransactionError>;
}

/// A container, to write. Nothing here reads.
#[derive(Clone, Copy, Debug)]
pub struct WriteContainer<'a, S> {
    name: &'a str,
    store: PhantomData<S>,
}

impl<'a, S> WriteContainer<'a, S> {
    pub(crate) const fn new(name: &'a str) -> Self {
        Self {
            name,
            store: PhantomData,
        }
    }
}

impl<S: WriteStore> WriteContainer<'_, S> {
    /// Stores a new item: a JSON object, which gets a fresh `id` if it has none. `ttl` (seconds) lets it expire.
    ///
    /// # Errors
    /// [`Error::Conflict`] if there is an item with its `id`.
    pub fn create(&self, body: &impl Serialize) -> Result<Written, Error> {
        S::create(self.name, &to_json(body)?)
    }

    /// Stores an item, new or not, over whatever was there.
    ///
    /// # Errors
    /// What the store says.
    pub fn upsert(&self, body: &impl Serialize) -> Result<Written, Error> {
        S::upsert(self.name, &to_json(body)?)
    }

    /// Replaces the item that has the `id` of the body, with `if_match` only if it still has this etag.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, [`Error::PreconditionFailed`] if it has another etag.
    pub fn replace(&self, body: &impl Serialize, if_match: Option<&str>) -> Result<Written, Error> {
        S::replace(self.name, &to_json(body)?, if_match)
    }

    /// Changes parts of an item, all or none of them.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, [`Error::PreconditionFailed`] if a condition of the patch doesn't hold.
    pub fn patch(&self, id: &str, patch: Patch) -> Result<Written, Error> {
        S::patch(self.name, id, &patch.operations?, Some(&patch.options))
    }

    /// Deletes an item, with `if_match` only if it still has this etag.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, [`Error::PreconditionFailed`] if it has another etag.
    pub fn delete(&self, id: &str, if_match: Option<&str>) -> Result<(), Error> {
        S::delete(self.name, id, if_match)
    }

    /// Does all writes or none. One answer for each, in the same order, `None` for a delete.
    ///
    /// # Errors
    /// Which write was to blame, and why.
    pub fn transact(&self, transaction: Transaction) -> Result<Vec<Option<Written>>, TransactionError> {
        S::transact(self.name, &transaction.writes?)
    }
}

/// Changes to parts of an item, at most 10. A path is a JSON Pointer (RFC 6901), for example `/tags/0`.
#[must_use = "a patch does nothing until a container takes it"]
pub struct Patch {
    operations: Result<Vec<PatchOperation>, Error>,
    options: PatchOptions,
}

impl Default for Patch {
    fn default() -> Self {
        Self::new()
    }
}

impl Patch {
    /// No change yet.
    pub fn new() -> Self {
        Self {
            operations: Ok(Vec::new()),
            options: PatchOptions {
                if_match: None,
                condition: None,
            },
        }
    }

    /// Sets a property, or inserts into an array.
    pub fn add(self, path: &str, value: impl Serialize) -> Self {
        self.value(path, &value, PatchOperation::Add)
    }

    /// Sets a property, or an array's element.
    pub fn set(self, path: &str, value: impl Serialize) -> Self {
        self.value(path, &value, PatchOperation::Set)
    }

    /// Sets what exists, else the patch fails.
    pub fn replace(self, path: &str, value: impl Serialize) -> Self {
        self.value(path, &value, PatchOperation::Replace)
    }

    /// Removes what is there.
    pub fn remove(self, path: &str) -> Self {
        self.operation(Ok(PatchOperation::Remove(path.to_owned())))
    }

    /// Adds to a number, which is created if it is missing.
    pub fn increment(self, path: &str, by: f64) -> Self {
        self.operation(Ok(PatchOperation::Increment(PathNumber {
            path: path.to_owned(),
            by,
        })))
    }

    /// Moves a value.
    pub fn move_value(self, from: &str, to: &str) -> Self {
        self.operation(Ok(PatchOperation::Move(PathMove {
            from_path: from.to_owned(),
            path: to.to_owned(),
        })))
    }

    /// Only if the item still has this etag.
    pub fn if_match(mut self, etag: &str) -> Self {
        self.options.if_match = Some(etag.to_owned());
        self
    }

    /// Only if the item fits, for example `FROM c WHERE c.status = 'open'`.
    pub fn condition(mut self, condition: &str) -> Self {
        self.options.condition = Some(condition.to_owned());
        self
    }

    fn value(self, path: &str, value: &impl Serialize, case: fn(PathValue) -> PatchOperation) -> Self {
        let operation = to_json(value).map(|value| {
            case(PathValue {
                path: path.to_owned(),
                value,
            })
        });
        self.operation(operation)
    }

    fn operation(mut self, operation: Result<PatchOperation, Error>) -> Self {
        push(&mut self.operations, operation);
        self
    }
}

/// Writes that are done together or not at all, at most 100.
#[must_use = "a transaction does nothing until a container takes it"]
pub struct Transaction {
    writes: Result<Vec<Write>, TransactionError>,
}

impl Default for Transaction {
    fn default() -> Self {
        Self::new()
    }
}

impl Transaction {
    /// No write yet.
    pub fn new() -> Self {
        Self { writes: Ok(Vec::new()) }
    }

    /// As [`WriteContainer::create`].
    pub fn create(self, body: &impl Serialize) -> Self {
        self.write(to_json(body).map(Write::Create))
    }

    /// As [`WriteContainer::upsert`].
    pub fn upsert(self, body: &impl Serialize) -> Self {
        self.write(to_json(body).map(Write::Upsert))
    }

    /// As [`WriteContainer::replace`].
    pub fn replace(self, body: &impl Serialize, if_match: Option<&str>) -> Self {
        let if_match = if_match.map(str::to_owned);
        self.write(to_json(body).map(|body| Write::Replace(GuardedBody { body, if_match })))
    }

    /// As [`WriteContainer::delete`].
    pub fn delete(self, id: &str, if_match: Option<&str>) -> Self {
        self.write(Ok(Write::Delete(GuardedId {
            id: id.to_owned(),
            if_match: if_match.map(str::to_owned),
        })))
    }

    fn write(mut self, write: Result<Write, Error>) -> Self {
        let index = self
            .writes
            .as_ref()
            .ok()
            .and_then(|writes| u32::try_from(writes.len()).ok());
        push(
            &mut self.writes,
            write.map_err(|error| TransactionError { index, error }),
        );
        self
    }
}

/// The first error stays; what comes after it is of no interest.
fn push<T, E>(list: &mut Result<Vec<T>, E>, entry: Result<T, E>) {
    match (list.as_mut(), entry) {
        (Ok(entries), Ok(entry)) => entries.push(entry),
        (Ok(_), Err(error)) => *list = Err(error),
        (Err(_), _) => {}
    }
}
