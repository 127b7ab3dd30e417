//! Writing: what `my-documents-write` and `shared-documents-write` do once it is known whose items they reach. Nothing here gives
//! an item's contents back.

use usher_documents::{Etag, PatchOperation, PatchOptions, WriteOp, Written};

use crate::bindings::documents as wit;
use crate::call_context::CallContext;
use crate::documents::{Place, item_id, whole};

impl CallContext {
    pub(crate) async fn create_item(&self, place: &Place, body: &str) -> Result<wit::Written, wit::Error> {
        let documents = self.services().documents();
        let done = documents.create(&place.container, &place.partition, body);
        self.ask_one(done).await.map(written)
    }

    pub(crate) async fn upsert_item(&self, place: &Place, body: &str) -> Result<wit::Written, wit::Error> {
        let documents = self.services().documents();
        let done = documents.upsert(&place.container, &place.partition, body);
        self.ask_one(done).await.map(written)
    }

    pub(crate) async fn replace_item(
        &self,
        place: &Place,
        body: &str,
        if_match: Option<String>,
    ) -> Result<wit::Written, wit::Error> {
        let if_match = if_match.map(Etag::new);
        let documents = self.services().documents();
        let done = documents.replace(&place.container, &place.partition, body, if_match.as_ref());
        self.ask_one(done).await.map(written)
    }

    pub(crate) async fn patch_item(
        &self,
        place: &Place,
        id: &str,
        operations: Vec<wit::PatchOperation>,
        options: Option<wit::PatchOptions>,
    ) -> Result<wit::Written, wit::Error> {
        let id = item_id(id)?;
        let operations: Vec<_> = operations.into_iter().map(patch_operation).collect();
        let options = options.map_or_else(PatchOptions::default, |options| PatchOptions {
            if_match: options.if_match.map(Etag::new),
            condition: options.condition,
        });
        let documents = self.services().documents();
        let done = documents.patch(&place.container, &place.partition, &id, &operations, &options);
        self.ask_one(done).await.map(|item| {
            written(Written {
                id: item.id,
                etag: item.etag,
            })
        })
    }

    pub(crate) async fn delete_item(
        &self,
        place: &Place,
        id: &str,
        if_match: Option<String>,
    ) -> Result<(), wit::Error> {
        let id = item_id(id)?;
        let if_match = if_match.map(Etag::new);
        let documents = self.services().documents();
        let done = documents.delete(&place.container, &place.partition, &id, if_match.as_ref());
        self.ask_one(done).await
    }

    pub(crate) async fn transact_items(
        &self,
        place: Result<Place, wit::Error>,
        writes: Vec<wit::Write>,
    ) -> Result<Vec<Option<wit::Written>>, wit::TransactionError> {
        let place = place.map_err(whole)?;
        let writes = writes
            .into_iter()
            .enumerate()
            .map(|(index, write)| {
                write_op(write).map_err(|error| wit::TransactionError {
                    index: u32::try_from(index).ok(),
                    error,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let documents = self.services().documents();
        let answers = self
            .ask(documents.transact(&place.container, &place.partition, &writes))
            .await?;
        Ok(answers.into_iter().map(|answer| answer.map(written)).collect())
    }
}

fn written(written: Written) -> wit::Written {
    wit::Written {
        id: written.id.as_str().to_owned(),
        etag: written.etag.as_str().to_owned(),
    }
}

fn write_op(write: wit::Write) -> Result<WriteOp, wit::Error> {
    Ok(match write {
        wit::Write::Create(body) => WriteOp::Create { body },
        wit::Write::Upsert(body) => WriteOp::Upsert { body },
        wit::Write::Replace(wit::GuardedBody { body, if_match }) => WriteOp::Replace {
            body,
            if_match: if_match.map(Etag::new),
        },
        wit::Write::Delete(wit::GuardedId { id, if_match }) => WriteOp::Delete {
            id: item_id(&id)?,
            if_match: if_match.map(Etag::new),
        },
    })
}

fn patch_operation(operation: wit::PatchOperation) -> PatchOperation {
    use wit::{PathMove, PathNumber, PathValue};
    match operation {
        wit::PatchOperation::Add(PathValue { path, value }) => PatchOperation::Add { path, value },
        wit::PatchOperation::Set(PathValue { path, value }) => PatchOperation::Set { path, value },
        wit::PatchOperation::Replace(PathValue { path, value }) => PatchOperation::Replace { path, value },
        wit::PatchOperation::Remove(path) => PatchOperation::Remove { path },
        wit::PatchOperation::Increment(PathNumber { path, by }) => PatchOperation::Increment { path, by },
        wit::PatchOperation::Move(PathMove { from_path, path }) => PatchOperation::Move { from: from_path, path },
    }
}
