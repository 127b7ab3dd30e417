//! `usher:host/shared-documents`: items that belong to nobody, to read.
//!
//! The grant names one partition of each shared container; a guest names the container alone.

use usher_documents::PartitionKey;
use usher_policy::{Grant, SharedContainer};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::documents as types;
use crate::bindings::shared_documents as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::documents::{Place, no_such_container};
use crate::documents_read::Question;
use crate::services::Services;

pub(crate) struct SharedDocuments;

impl Capability for SharedDocuments {
    const NAME: &'static str = "shared-documents";
    const GRANT_LINE: &'static str = "shared-documents = { containers = [{ name = \"…\", partition = \"…\" }] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        match &grant.capabilities.shared_documents {
            Some(granted) => admit_shared::<Self>(&granted.containers, services),
            None => Err(not_granted::<Self>()),
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

/// Admits the shared containers that a grant gives on an interface: there are such, they aren't for users, and the partition fits.
pub(crate) fn admit_shared<C: Capability>(
    containers: &[SharedContainer],
    services: &Services,
) -> Result<(), NotAdmitted> {
    containers.iter().try_for_each(|SharedContainer { name, partition }| {
        let Some(levels) = services.shared_container(name) else {
            return Err(match services.users_container(name) {
                Some(_) => NotAdmitted::OtherKind {
                    interface: C::NAME,
                    container: name.clone(),
                    is: "is for users' items",
                    takes: "shared ones",
                },
                None => no_such_container::<C>(name, services),
            });
        };
        let wrong = |why: String| NotAdmitted::Partition {
            interface: C::NAME,
            container: name.clone(),
            why,
        };
        PartitionKey::hierarchical(partition.clone()).map_err(|error| wrong(error.to_string()))?;
        if partition.len() == levels {
            Ok(())
        } else {
            let given = partition.len();
            Err(wrong(format!(
                "the container has {levels} levels, and the grant names {given}"
            )))
        }
    })
}

impl CallContext {
    fn shared(&self, container: &str) -> Result<Place, types::Error> {
        let granted = self.allowance().reads_shared(container);
        let place = granted.and_then(|partition| self.services().shared_place(container, partition));
        place.ok_or_else(|| self.container_not_granted::<SharedDocuments>(container))
    }
}

impl wit::Host for CallContext {
    async fn read(&mut self, container: String, id: String) -> wasmtime::Result<Result<types::Item, types::Error>> {
        let host_call = self.enter::<SharedDocuments>("read", &(&container, &id))?;
        let answer = async {
            match self.shared(&container) {
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
        let host_call = self.enter::<SharedDocuments>("read-many", &(&container, &ids))?;
        let answer = async {
            match self.shared(&container) {
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
        let host_call = self.enter::<SharedDocuments>("query", &(&container, &text, &parameters, &options))?;
        let question = Question {
            text,
            parameters,
            options,
        };
        let answer = async {
            match self.shared(&container) {
                Ok(place) => self.query_place::<SharedDocuments>(&place, question).await,
                Err(error) => Err(error),
            }
        };
        host_call.answer(answer).await
    }
}
