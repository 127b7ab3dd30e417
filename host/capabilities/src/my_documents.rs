//! `usher:host/my-documents`: the caller's own items, to read.

use usher_documents::{Item, ItemId, Scope};
use usher_policy::Grant;
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::documents as types;
use crate::bindings::my_documents as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted};
use crate::documents::{admit, item_id};
use crate::services::Services;

pub(crate) struct MyDocuments;

impl Capability for MyDocuments {
    const NAME: &'static str = "my-documents";
    const GRANT_LINE: &'static str = "my-documents = { containers = [\"…\"] }";

    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        admit::<Self>(|grant| grant.capabilities.my_documents.as_ref(), grant, services)
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl CallContext {
    fn mine(
        &self,
        container: &str,
    ) -> Result<(usher_documents::ContainerName, usher_documents::PartitionKey), types::Error> {
        let name = self.container::<MyDocuments>(container, self.allowance().reads_mine(container))?;
        let partition = self.partition(container).ok_or(types::Error::Unavailable)?;
        Ok((name, partition))
    }

    async fn read_mine(&self, container: &str, id: &str) -> Result<types::Item, types::Error> {
        let (container, partition) = self.mine(container)?;
        let id = item_id(id)?;
        let read = self.services().documents().read(&container, &partition, &id).await;
        read.map(item).map_err(|error| self.store_error(error))
    }

    async fn read_many_mine(&self, container: &str, ids: &[String]) -> Result<Vec<Option<types::Item>>, types::Error> {
        let (container, partition) = self.mine(container)?;
        let ids = ids.iter().map(|id| item_id(id)).collect::<Result<Vec<ItemId>, _>>()?;
        let read = self
            .services()
            .documents()
            .read_many(&container, &partition, &ids)
            .await;
        read.map(|items| items.into_iter().map(|found| found.map(item)).collect())
            .map_err(|error| self.store_error(error))
    }

    async fn query_mine(
        &self,
        container: &str,
        text: &str,
        parameters: &str,
        options: Option<types::QueryOptions>,
    ) -> Result<types::Page, types::Error> {
        let (container, partition) = self.mine(container)?;
        self.run_query::<MyDocuments>(&container, Scope::Partition(&partition), text, parameters, options)
            .await
    }
}

fn item(item: Item) -> types::Item {
    types::Item {
        id: item.id.as_str().to_owned(),
        etag: item.etag.as_str().to_owned(),
        timestamp: u32::try_from(item.timestamp).unwrap_or(u32::MAX),
        body: item.body,
    }
}

impl wit::Host for CallContext {
    async fn read(&mut self, container: String, id: String) -> wasmtime::Result<Result<types::Item, types::Error>> {
        self.enter()?;
        Ok(self.read_mine(&container, &id).await)
    }

    async fn read_many(
        &mut self,
        container: String,
        ids: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<types::Item>>, types::Error>> {
        self.enter()?;
        Ok(self.read_many_mine(&container, &ids).await)
    }

    async fn query(
        &mut self,
        container: String,
        text: String,
        parameters: String,
        options: Option<types::QueryOptions>,
    ) -> wasmtime::Result<Result<types::Page, types::Error>> {
        self.enter()?;
        Ok(self.query_mine(&container, &text, &parameters, options).await)
    }
}
