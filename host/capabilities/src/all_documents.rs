//! `usher:host/all-documents`: everybody's items, to read, under a permit that the tool's rule gates.

use usher_documents::Scope;
use usher_policy::{Grant, Owner};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::all_documents as wit;
use crate::bindings::documents as types;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::documents::admit_users;
use crate::documents_read::Question;
use crate::services::Services;

pub(crate) struct AllDocuments;

impl Capability for AllDocuments {
    const NAME: &'static str = "all-documents";
    const GRANT_LINE: &'static str = "all-documents = { containers = [\"…\"] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        match &grant.capabilities.all_documents {
            Some(granted) => admit_users::<Self>(&granted.containers, services),
            None => Err(not_granted::<Self>()),
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    async fn query_all(&self, container: &str, question: Question) -> Result<types::Page, types::Error> {
        let name = self.services().users_container(container);
        let Some(name) = name.filter(|_| self.allowance().reads_all(container)) else {
            return Err(self.container_not_granted::<AllDocuments>(container));
        };
        let owners = match self.allowance().owner() {
            Owner::None => None,
            Owner::ObjectId => Some(self.services().owners_by_object_id()),
            Owner::Pseudonym => Some(self.services().owners_by_pseudonym(name)),
        };
        let scope = owners.as_ref().map_or(Scope::Whole, Scope::WholeWithOwners);
        self.query_scope::<AllDocuments>(name, scope, question).await
    }
}

impl wit::Host for CallContext {
    async fn query(
        &mut self,
        container: String,
        text: String,
        parameters: String,
        options: Option<types::QueryOptions>,
    ) -> wasmtime::Result<Result<types::Page, types::Error>> {
        let host_call = self.enter::<AllDocuments>("query", &(&container, &text, &parameters, &options))?;
        let question = Question {
            text,
            parameters,
            options,
        };
        host_call.answer(self.query_all(&container, question)).await
    }
}
