//! Where documents are kept.

use anyhow::ensure;
use serde::Deserialize;
use url::Url;

use super::{Config, SecretSource};

/// The document store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Documents {
    /// Which one. Default `embedded`.
    pub backend: Backend,
    /// The account, for `backend = "cosmos"`.
    pub cosmos: Option<Cosmos>,
}

/// The document stores that there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Backend {
    /// A file in the data folder: for one host.
    #[default]
    Embedded,
    /// Azure Cosmos DB for NoSQL: for any number of hosts.
    Cosmos,
}

/// A database of Azure Cosmos DB. Its containers are those of `[containers]`, which must exist. A host without Cosmos reads it, to
/// say that it is one.
#[cfg_attr(not(feature = "cosmos"), allow(dead_code))]
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Cosmos {
    /// The account: `https://NAME.documents.azure.com/`.
    pub endpoint: Url,
    /// The database.
    pub database: String,
    /// As whom the host asks.
    pub credential: CosmosCredential,
}

/// The host's credential for Azure Cosmos DB. `kind` says which.
#[cfg_attr(not(feature = "cosmos"), allow(dead_code))]
#[derive(Debug, Clone, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum CosmosCredential {
    /// A managed identity.
    ManagedIdentity {
        /// The client id of a user-assigned one. None: the system-assigned one.
        client_id: Option<uuid::Uuid>,
    },
    /// A Kubernetes service account's token, by the variables that its webhook sets.
    WorkloadIdentity,
    /// Who is logged in to `az` or `azd`. For trying out.
    Developer,
    /// A key of the account, which opens everything in it.
    Key {
        /// Where it is.
        key: SecretSource,
    },
}

impl Config {
    /// Checks that the backend and its settings belong together.
    pub(super) fn validate_documents(&self) -> anyhow::Result<()> {
        match self.documents.backend {
            Backend::Embedded => ensure!(
                self.documents.cosmos.is_none(),
                "[documents.cosmos] is set, but documents.backend isn't \"cosmos\""
            ),
            Backend::Cosmos => {
                ensure!(
                    cfg!(feature = "cosmos"),
                    "this host was built without Azure Cosmos DB (the cargo feature `cosmos`)"
                );
                ensure!(
                    self.documents.cosmos.is_some(),
                    "[documents.cosmos] isn't set: endpoint, database and credential of the account"
                );
            }
        }
        Ok(())
    }
}
