//! Opens the document store that the configuration names.

use std::path::Path;
use std::sync::Arc;

use usher_documents::{ContainerDefinition, DocumentStore, EmbeddedSettings, EmbeddedStore};

use crate::config::{Backend, Config};

/// Opens the store.
///
/// # Errors
/// It can't be opened, or isn't as the configuration says; with the fix.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Arc<dyn DocumentStore>> {
    match config.documents.backend {
        Backend::Embedded => embedded(config, &config.data),
        Backend::Cosmos => cosmos(config, config.container_definitions()?).await,
    }
}

/// Opens the embedded store of a folder.
///
/// # Errors
/// It can't be opened.
pub(crate) fn embedded(config: &Config, folder: &Path) -> anyhow::Result<Arc<dyn DocumentStore>> {
    let settings = EmbeddedSettings::new(folder, config.container_definitions()?);
    Ok(Arc::new(EmbeddedStore::open(settings)?))
}

#[cfg(feature = "cosmos")]
async fn cosmos(config: &Config, containers: Vec<ContainerDefinition>) -> anyhow::Result<Arc<dyn DocumentStore>> {
    use anyhow::Context;
    use usher_documents::{CosmosCredential, CosmosSettings, CosmosStore};

    use crate::config;

    let account = config
        .documents
        .cosmos
        .as_ref()
        .context("[documents.cosmos] isn't set")?;
    let credential = match &account.credential {
        config::CosmosCredential::ManagedIdentity { client_id } => CosmosCredential::ManagedIdentity {
            client_id: client_id.map(|id| id.to_string()),
        },
        config::CosmosCredential::WorkloadIdentity => CosmosCredential::WorkloadIdentity,
        config::CosmosCredential::Developer => CosmosCredential::Developer,
        config::CosmosCredential::Key { key } => {
            CosmosCredential::Key(key.read().context("documents.cosmos.credential")?)
        }
    };
    let settings = CosmosSettings {
        endpoint: account.endpoint.clone(),
        database: account.database.clone(),
        credential,
        containers,
    };
    Ok(Arc::new(CosmosStore::open(settings).await?))
}

/// A configuration that wants it is refused before it comes here.
#[cfg(not(feature = "cosmos"))]
async fn cosmos(_: &Config, _: Vec<ContainerDefinition>) -> anyhow::Result<Arc<dyn DocumentStore>> {
    anyhow::bail!("this host was built without Azure Cosmos DB")
}
