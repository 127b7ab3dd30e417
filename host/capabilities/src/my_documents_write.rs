//! `usher:host/my-documents-write`: the caller's own items, to write. Nothing here gives an item's contents back.

use usher_documents::{ContainerName, Etag, PartitionKey, PatchOperation, PatchOptions, WriteOp, Written};
use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::documents as types;
use crate::bindings::my_documents_write as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted};
use crate::documents::{admit, item_id};
use crate::services::Services;

pub(crate) struct MyDocumentsWrite;

impl Capability for MyDocumentsWrite {
    const NAME: &'static str = "my-documents-write";
    const GRANT_LINE: &'static str = "my-documents-write = { containers = [\"…\"] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        admit::<Self>(|grant| grant.capabilities.my_documents_write.as_ref(), grant, services)
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    fn mine_to_write(&self, container: &str) -> Result<(ContainerName, PartitionKey), types::Error> {
        let name = self.container::<MyDocumentsWrite>(container, self.allowance().writes_mine(container))?;
        let partition = self.partition(container).ok_or(types::Error::Unavailable)?;
        Ok((name, partition))
    }

    async fn create_mine(&self, container: &str, body: &str) -> Result<types::Written, types::Error> {
        let (container, partition) = self.mine_to_write(container)?;
        let done = self.services().documents().create(&container, &partition, body).await;
        done.map(written).map_err(|error| self.store_error(error))
    }

    async fn upsert_mine(&self, container: &str, body: &str) -> Result<types::Written, types::Error> {
        let (container, partition) = self.mine_to_write(container)?;
        let done = self.services().documents().upsert(&container, &partition, body).await;
        done.map(written).map_err(|error| self.store_error(error))
    }

    async fn replace_mine(
        &self,
        container: &str,
        body: &str,
        if_match: Option<String>,
    ) -> Result<types::Written, types::Error> {
        let (container, partition) = self.mine_to_write(container)?;
        let if_match = if_match.map(Etag::new);
        let done = self
            .services()
            .documents()
            .replace(&container, &partition, body, if_match.as_ref())
            .await;
        done.map(written).map_err(|error| self.store_error(error))
    }

    async fn patch_mine(
        &self,
        container: &str,
        id: &str,
        operations: Vec<types::PatchOperation>,
        options: Option<types::PatchOptions>,
    ) -> Result<types::Written, types::Error> {
        let (container, partition) = self.mine_to_write(container)?;
        let id = item_id(id)?;
        let operations: Vec<_> = operations.into_iter().map(patch_operation).collect();
        let options = options.map_or_else(PatchOptions::default, |options| PatchOptions {
            if_match: options.if_match.map(Etag::new),
            condition: options.condition,
        });
        let done = self
            .services()
            .documents()
            .patch(&container, &partition, &id, &operations, &options)
            .await;
        done.map(|item| {
            written(Written {
                id: item.id,
                etag: item.etag,
            })
        })
        .map_err(|error| self.store_error(error))
    }

    async fn delete_mine(&self, container: &str, id: &str, if_match: Option<String>) -> Result<(), types::Error> {
        let (container, partition) = self.mine_to_write(container)?;
        let id = item_id(id)?;
        let if_match = if_match.map(Etag::new);
        let done = self
            .services()
            .documents()
            .delete(&container, &partition, &id, if_match.as_ref())
            .await;
        done.map_err(|error| self.store_error(error))
    }

    async fn transact_mine(
        &self,
        container: &str,
        writes: Vec<types::Write>,
    ) -> Result<Vec<Option<types::Written>>, types::TransactionError> {
        let whole = |error| types::TransactionError { index: None, error };
        let (container, partition) = self.mine_to_write(container).map_err(whole)?;
        let writes = writes
            .into_iter()
            .enumerate()
            .map(|(index, write)| {
                write_op(write).map_err(|error| types::TransactionError {
                    index: u32::try_from(index).ok(),
                    error,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let done = self
            .services()
            .documents()
            .transact(&container, &partition, &writes)
            .await;
        done.map(|answers| answers.into_iter().map(|answer| answer.map(written)).collect())
            .map_err(|error| self.transaction_error(error))
    }
}

fn written(written: Written) -> types::Written {
    types::Written {
        id: written.id.as_str().to_owned(),
        etag: written.etag.as_str().to_owned(),
    }
}

fn write_op(write: types::Write) -> Result<WriteOp, types::Error> {
    Ok(match write {
        types::Write::Create(body) => WriteOp::Create { body },
        types::Write::Upsert(body) => WriteOp::Upsert { body },
        types::Write::Replace(types::GuardedBody { body, if_match }) => WriteOp::Replace {
            body,
            if_match: if_match.map(Etag::new),
        },
        types::Write::Delete(types::GuardedId { id, if_match }) => WriteOp::Delete {
            id: item_id(&id)?,
            if_match: if_match.map(Etag::new),
        },
    })
}

fn patch_operation(operation: types::PatchOperation) -> PatchOperation {
    use types::{PathMove, PathNumber, PathValue};
    match operation {
        types::PatchOperation::Add(PathValue { path, value }) => PatchOperation::Add { path, value },
        types::PatchOperation::Set(PathValue { path, value }) => PatchOperation::Set { path, value },
        types::PatchOperation::Replace(PathValue { path, value }) => PatchOperation::Replace { path, value },
        types::PatchOperation::Remove(path) => PatchOperation::Remove { path },
        types::PatchOperation::Increment(PathNumber { path, by }) => PatchOperation::Increment { path, by },
        types::PatchOperation::Move(PathMove { from_path, path }) => PatchOperation::Move { from: from_path, path },
    }
}

impl wit::Host for CallContext {
    async fn create(
        &mut self,
        container: String,
        body: String,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        self.enter()?;
        Ok(self.create_mine(&container, &body).await)
    }

    async fn upsert(
        &mut self,
        container: String,
        body: String,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        self.enter()?;
        Ok(self.upsert_mine(&container, &body).await)
    }

    async fn replace(
        &mut self,
        container: String,
        body: String,
        if_match: Option<String>,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        self.enter()?;
        Ok(self.replace_mine(&container, &body, if_match).await)
    }

    async fn patch(
        &mut self,
        container: String,
        id: String,
        operations: Vec<types::PatchOperation>,
        options: Option<types::PatchOptions>,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        self.enter()?;
        Ok(self.patch_mine(&container, &id, operations, options).await)
    }

    async fn delete(
        &mut self,
        container: String,
        id: String,
        if_match: Option<String>,
    ) -> wasmtime::Result<Result<(), types::Error>> {
        self.enter()?;
        Ok(self.delete_mine(&container, &id, if_match).await)
    }

    async fn transact(
        &mut self,
        container: String,
        writes: Vec<types::Write>,
    ) -> wasmtime::Result<Result<Vec<Option<types::Written>>, types::TransactionError>> {
        self.enter()?;
        Ok(self.transact_mine(&container, writes).await)
    }
}
