//! `usher:host/shared-documents-write`: items that belong to nobody, to write.

use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::documents as types;
use crate::bindings::shared_documents_write as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::documents::Place;
use crate::services::Services;
use crate::shared_documents::admit_shared;

pub(crate) struct SharedDocumentsWrite;

impl Capability for SharedDocumentsWrite {
    const NAME: &'static str = "shared-documents-write";
    const GRANT_LINE: &'static str = "shared-documents-write = { containers = [{ name = \"…\", partition = \"…\" }] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        match &grant.capabilities.shared_documents_write {
            Some(granted) => admit_shared::<Self>(&granted.containers, services),
            None => Err(not_granted::<Self>()),
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    fn shared_to_write(&self, container: &str) -> Result<Place, types::Error> {
        let granted = self.allowance().writes_shared(container);
        let place = granted.and_then(|partition| self.services().shared_place(container, partition));
        place.ok_or_else(|| self.container_not_granted::<SharedDocumentsWrite>(container))
    }
}

impl wit::Host for CallContext {
    async fn create(
        &mut self,
        container: String,
        body: String,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        let host_call = self.enter::<SharedDocumentsWrite>("create", &(&container, &body))?;
        let answer = async {
            match self.shared_to_write(&container) {
                Ok(place) => self.create_item(&place, &body).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn upsert(
        &mut self,
        container: String,
        body: String,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        let host_call = self.enter::<SharedDocumentsWrite>("upsert", &(&container, &body))?;
        let answer = async {
            match self.shared_to_write(&container) {
                Ok(place) => self.upsert_item(&place, &body).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn replace(
        &mut self,
        container: String,
        body: String,
        if_match: Option<String>,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        let host_call = self.enter::<SharedDocumentsWrite>("replace", &(&container, &body, &if_match))?;
        let answer = async {
            match self.shared_to_write(&container) {
                Ok(place) => self.replace_item(&place, &body, if_match).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn patch(
        &mut self,
        container: String,
        id: String,
        operations: Vec<types::PatchOperation>,
        options: Option<types::PatchOptions>,
    ) -> wasmtime::Result<Result<types::Written, types::Error>> {
        let host_call = self.enter::<SharedDocumentsWrite>("patch", &(&container, &id, &operations, &options))?;
        let answer = async {
            match self.shared_to_write(&container) {
                Ok(place) => self.patch_item(&place, &id, operations, options).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn delete(
        &mut self,
        container: String,
        id: String,
        if_match: Option<String>,
    ) -> wasmtime::Result<Result<(), types::Error>> {
        let host_call = self.enter::<SharedDocumentsWrite>("delete", &(&container, &id, &if_match))?;
        let answer = async {
            match self.shared_to_write(&container) {
                Ok(place) => self.delete_item(&place, &id, if_match).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn transact(
        &mut self,
        container: String,
        writes: Vec<types::Write>,
    ) -> wasmtime::Result<Result<Vec<Option<types::Written>>, types::TransactionError>> {
        let host_call = self.enter::<SharedDocumentsWrite>("transact", &(&container, &writes))?;
        host_call
            .answer(self.transact_items(self.shared_to_write(&container), writes))
            .await
    }
}
