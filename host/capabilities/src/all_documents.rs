//! `usher:host/all-documents`: everybody's items, to read, under a permit that the tool's rule gates.

use usher_documents::Scope;
use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::all_documents as wit;
use crate::bindings::documents as types;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted};
use crate::documents::admit;
use crate::services::Services;

pub(crate) struct AllDocuments;

impl Capability for AllDocuments {
    const NAME: &'static str = "all-documents";
    const GRANT_LINE: &'static str = "all-documents = { containers = [\"…\"] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        admit::<Self>(|grant| grant.capabilities.all_documents.as_ref(), grant, services)
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    async fn query_all(
        &self,
        container: &str,
        text: &str,
        parameters: &str,
        options: Option<types::QueryOptions>,
    ) -> Result<types::Page, types::Error> {
        let container = self.container::<AllDocuments>(container, self.allowance().reads_all(container))?;
        self.run_query::<AllDocuments>(&container, Scope::Whole, text, parameters, options)
            .await
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
        self.enter()?;
        Ok(self.query_all(&container, &text, &parameters, options).await)
    }
}
