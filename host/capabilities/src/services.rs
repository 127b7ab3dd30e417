//! What the capabilities reach: shared by all calls, made once by the host.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use thiserror::Error;
use usher_documents::{ContainerDefinition, ContainerName, DocumentStore, Owners, PartitionKey};
use usher_downstream::{Graph, Http};
use usher_entra::UserKey;

use crate::documents::Place;
use crate::metrics::Usage;
use crate::owner::{self, Pseudonyms};
use crate::seal::{Seal, SealKey};
use crate::wasi::WasiSources;

/// The services behind the capabilities.
pub struct Services {
    documents: Arc<dyn DocumentStore>,
    users: BTreeMap<String, UsersContainer>,
    shared: BTreeMap<String, SharedContainer>,
    seal: Seal,
    pseudonyms: Pseudonyms,
    graph: Option<Arc<Graph>>,
    http: Option<Arc<Http>>,
    wasi_sources: Option<Arc<dyn WasiSources>>,
    pub(crate) usage: Usage,
}

struct UsersContainer {
    name: ContainerName,
    partitioned_by: PartitionedBy,
}

struct SharedContainer {
    name: ContainerName,
    levels: usize,
}

/// What a container of users' items is partitioned by.
#[derive(Debug, Clone, Copy)]
enum PartitionedBy {
    /// One path: the user's object id. For hosts of one tenant.
    User,
    /// Two paths: the tenant id, then the user's object id.
    TenantAndUser,
}

/// Why services can't be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ServicesError {
    /// A container has a number of partition paths that no user maps to.
    #[error(
        "the container {container} has {paths} partition paths; users' items have one (the user) or two (tenant, user)"
    )]
    PartitionPaths {
        /// The container.
        container: String,
        /// How many it has.
        paths: usize,
    },
}

impl Services {
    /// Puts the services together. These containers hold users' items.
    ///
    /// # Errors
    /// A container that can't hold users' items.
    pub fn new(
        documents: Arc<dyn DocumentStore>,
        containers: &[ContainerDefinition],
        key: &SealKey,
    ) -> Result<Self, ServicesError> {
        let users = containers
            .iter()
            .map(|definition| {
                let partitioned_by = match definition.partition_paths.len() {
                    1 => PartitionedBy::User,
                    2 => PartitionedBy::TenantAndUser,
                    paths => {
                        return Err(ServicesError::PartitionPaths {
                            container: definition.name.as_str().to_owned(),
                            paths,
                        });
                    }
                };
                let container = UsersContainer {
                    name: definition.name.clone(),
                    partitioned_by,
                };
                Ok((definition.name.as_str().to_owned(), container))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            documents,
            users,
            shared: BTreeMap::new(),
            seal: Seal::new(key),
            pseudonyms: Pseudonyms::new(key),
            graph: None,
            http: None,
            wasi_sources: None,
            usage: Usage::default(),
        })
    }

    /// Adds what is counted of calls to a registry whose prefix is the host's name.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.usage.register(registry);
    }

    /// With containers whose items belong to nobody. None of them may be one of users' items.
    #[must_use]
    pub fn with_shared(mut self, containers: &[ContainerDefinition]) -> Self {
        let shared = containers.iter().map(|definition| {
            let container = SharedContainer {
                name: definition.name.clone(),
                levels: definition.partition_paths.len(),
            };
            (definition.name.as_str().to_owned(), container)
        });
        self.shared = shared.collect();
        self
    }

    /// With Microsoft Graph, which components may then be granted, and rules by group be decided by.
    #[must_use]
    pub fn with_graph(mut self, graph: Arc<Graph>) -> Self {
        self.graph = Some(graph);
        self
    }

    /// With other services over HTTPS.
    #[must_use]
    pub fn with_http(mut self, http: Arc<Http>) -> Self {
        self.http = Some(http);
        self
    }

    /// With time and chance of WASI from here and not from the system: to run a call again with the same answers.
    #[must_use]
    pub fn with_wasi_sources(mut self, sources: Arc<dyn WasiSources>) -> Self {
        self.wasi_sources = Some(sources);
        self
    }

    /// Microsoft Graph, if the host is set up to reach it.
    #[must_use]
    pub fn graph(&self) -> Option<&Arc<Graph>> {
        self.graph.as_ref()
    }

    pub(crate) fn wasi_sources(&self) -> Option<&Arc<dyn WasiSources>> {
        self.wasi_sources.as_ref()
    }

    pub(crate) fn http(&self) -> Option<&Arc<Http>> {
        self.http.as_ref()
    }

    /// The partition of a container that is the user's own: the only place where it is computed whose items a call reaches.
    /// None if there is no such container of users' items.
    #[must_use]
    pub fn partition(&self, container: &str, user: UserKey) -> Option<PartitionKey> {
        let container = self.users.get(container)?;
        let (tenant, object) = (user.tenant().to_string(), user.object().to_string());
        let key = match container.partitioned_by {
            PartitionedBy::User => PartitionKey::single(object),
            PartitionedBy::TenantAndUser => PartitionKey::hierarchical([tenant, object]),
        };
        Some(key.expect("a GUID is a valid level of a partition key"))
    }

    pub(crate) fn documents(&self) -> &dyn DocumentStore {
        &*self.documents
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.seal
    }

    /// A container of users' items.
    pub(crate) fn users_container(&self, name: &str) -> Option<&ContainerName> {
        self.users.get(name).map(|container| &container.name)
    }

    /// How many levels the partition key of a shared container has. None if there is no such shared container.
    pub(crate) fn shared_container(&self, name: &str) -> Option<usize> {
        self.shared.get(name).map(|container| container.levels)
    }

    /// A partition of a shared container, as a grant names it. None if there is no such container or partition, which the
    /// admission of the grant has found out.
    pub(crate) fn shared_place(&self, container: &str, partition: &[String]) -> Option<Place> {
        Some(Place {
            container: self.shared.get(container)?.name.clone(),
            partition: PartitionKey::hierarchical(partition.to_vec()).ok()?,
        })
    }

    /// Rows say whose they are by the person's object id.
    pub(crate) fn owners_by_object_id(&self) -> Owners {
        owner::by_object_id()
    }

    /// Rows of a container say whose they are by a pseudonym.
    pub(crate) fn owners_by_pseudonym(&self, container: &ContainerName) -> Owners {
        self.pseudonyms.owners(container)
    }

    pub(crate) fn container_names(&self) -> String {
        let names = self.users.keys().chain(self.shared.keys());
        names.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}
