//! What the capabilities reach: shared by all calls, made once by the host.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use usher_documents::{ContainerDefinition, ContainerName, DocumentStore, PartitionKey};
use usher_downstream::{Graph, Http};
use usher_entra::UserKey;

use crate::seal::{Seal, SealKey};

/// The services behind the capabilities.
pub struct Services {
    documents: Arc<dyn DocumentStore>,
    containers: BTreeMap<String, Container>,
    seal: Seal,
    graph: Option<Arc<Graph>>,
    http: Option<Arc<Http>>,
}

struct Container {
    name: ContainerName,
    partitioned_by: PartitionedBy,
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
    /// Puts the services together.
    ///
    /// # Errors
    /// A container that can't hold users' items.
    pub fn new(
        documents: Arc<dyn DocumentStore>,
        containers: &[ContainerDefinition],
        key: &SealKey,
    ) -> Result<Self, ServicesError> {
        let containers = containers
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
                let container = Container {
                    name: definition.name.clone(),
                    partitioned_by,
                };
                Ok((definition.name.as_str().to_owned(), container))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            documents,
            containers,
            seal: Seal::new(key),
            graph: None,
            http: None,
        })
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

    /// Microsoft Graph, if the host is set up to reach it.
    #[must_use]
    pub fn graph(&self) -> Option<&Arc<Graph>> {
        self.graph.as_ref()
    }

    pub(crate) fn http(&self) -> Option<&Arc<Http>> {
        self.http.as_ref()
    }

    /// The partition of a container that is the user's own: the only place where it is computed whose items a call reaches.
    /// None if there is no such container.
    #[must_use]
    pub fn partition(&self, container: &str, user: UserKey) -> Option<PartitionKey> {
        let container = self.containers.get(container)?;
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

    pub(crate) fn container(&self, name: &str) -> Option<&ContainerName> {
        self.containers.get(name).map(|container| &container.name)
    }

    pub(crate) fn container_names(&self) -> String {
        self.containers
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}
