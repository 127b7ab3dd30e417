//! Opens the document store that the configuration names.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use usher_documents::{ContainerName, DocumentStore, EmbeddedSettings, EmbeddedStore};

use crate::config::{Backend, Config};

/// Opens the store.
///
/// # Errors
/// It can't be opened, or isn't as the configuration says; with the fix.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Arc<dyn DocumentStore>> {
    match config.documents.backend {
        Backend::Embedded => embedded(config, &config.data),
        Backend::Cosmos => cosmos(config).await,
    }
}

/// Writes all items of the configured containers of Azure Cosmos DB into a file of JSON lines. Gives how many each has.
///
/// # Errors
/// The service can't be read, or the file can't be made.
#[cfg(feature = "cosmos")]
pub(crate) async fn export_cosmos(
    config: &Config,
    to: &Path,
    replace: bool,
) -> anyhow::Result<BTreeMap<ContainerName, u64>> {
    Ok(connect(config).await?.export(to, replace).await?)
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
async fn cosmos(config: &Config) -> anyhow::Result<Arc<dyn DocumentStore>> {
    Ok(Arc::new(connect(config).await?))
}

#[cfg(feature = "cosmos")]
async fn connect(config: &Config) -> anyhow::Result<usher_documents::CosmosStore> {
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
        containers: config.container_definitions()?,
    };
    Ok(CosmosStore::open(settings).await?)
}

/// A configuration that wants it is refused before it comes here.
#[cfg(not(feature = "cosmos"))]
async fn cosmos(_: &Config) -> anyhow::Result<Arc<dyn DocumentStore>> {
    anyhow::bail!("this host was built without Azure Cosmos DB")
}

/// As above.
#[cfg(not(feature = "cosmos"))]
pub(crate) async fn export_cosmos(_: &Config, _: &Path, _: bool) -> anyhow::Result<BTreeMap<ContainerName, u64>> {
    anyhow::bail!("this host was built without Azure Cosmos DB")
}
