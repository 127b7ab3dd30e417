//! `usher:host/my-documents`: the caller's own items, to read.

use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::documents as types;
use crate::bindings::my_documents as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::documents::{Place, admit_users};
use crate::documents_read::Question;
use crate::services::Services;

pub(crate) struct MyDocuments;

impl Capability for MyDocuments {
    const NAME: &'static str = "my-documents";
    const GRANT_LINE: &'static str = "my-documents = { containers = [\"…\"] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        match &grant.capabilities.my_documents {
            Some(granted) => admit_users::<Self>(&granted.containers, services),
            None => Err(not_granted::<Self>()),
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    fn mine(&self, container: &str) -> Result<Place, types::Error> {
        let place = self
            .allowance()
            .reads_mine(container)
            .then(|| self.own_place(container));
        place
            .flatten()
            .ok_or_else(|| self.container_not_granted::<MyDocuments>(container))
    }
}

impl wit::Host for CallContext {
    async fn read(&mut self, container: String, id: String) -> wasmtime::Result<Result<types::Item, types::Error>> {
        let host_call = self.enter::<MyDocuments>("read", &(&container, &id))?;
        let answer = async {
            match self.mine(&container) {
                Ok(place) => self.read_item(&place, &id).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn read_many(
        &mut self,
        container: String,
        ids: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<types::Item>>, types::Error>> {
        let host_call = self.enter::<MyDocuments>("read-many", &(&container, &ids))?;
        let answer = async {
            match self.mine(&container) {
                Ok(place) => self.read_items(&place, &ids).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }

    async fn query(
        &mut self,
        container: String,
        text: String,
        parameters: String,
        options: Option<types::QueryOptions>,
    ) -> wasmtime::Result<Result<types::Page, types::Error>> {
        let host_call = self.enter::<MyDocuments>("query", &(&container, &text, &parameters, &options))?;
        let question = Question {
            text,
            parameters,
            options,
        };
        let answer = async {
            match self.mine(&container) {
                Ok(place) => self.query_place::<MyDocuments>(&place, question).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }
}
