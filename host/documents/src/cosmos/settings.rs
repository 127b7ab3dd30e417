//! How to open the store of Azure Cosmos DB, and what can go wrong then.

use std::fmt;

use secrecy::SecretString;
use url::Url;

use crate::error::Cause;
use crate::names::ContainerName;
use crate::partition::ContainerDefinition;

/// How to open a [`CosmosStore`](super::CosmosStore).
#[derive(Clone, Debug)]
pub struct CosmosSettings {
    /// The account, `https://NAME.documents.azure.com/`; `http` for loopback only.
    pub endpoint: Url,
    /// The database, which exists.
    pub database: String,
    /// As whom.
    pub credential: CosmosCredential,
    /// The containers, which exist, with these partition keys.
    pub containers: Vec<ContainerDefinition>,
}

/// As whom the host asks Azure Cosmos DB. `Debug` prints no secret.
#[derive(Clone)]
pub enum CosmosCredential {
    /// The managed identity of the machine, app or container app.
    ManagedIdentity {
        /// The client id of a user-assigned identity; none: the system-assigned one.
        client_id: Option<String>,
    },
    /// Kubernetes' workload identity, from the environment that its webhook sets.
    WorkloadIdentity,
    /// Who is logged in to `az` or `azd` on this machine.
    Developer,
    /// A key of the account. It opens everything in the account: prefer an identity.
    Key(SecretString),
}

impl fmt::Debug for CosmosCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ManagedIdentity { .. } => "ManagedIdentity",
            Self::WorkloadIdentity => "WorkloadIdentity",
            Self::Developer => "Developer",
            Self::Key(_) => "Key",
        })
    }
}

/// Why the store couldn't be opened, for the operator, with the fix where there is one.
#[derive(Debug, thiserror::Error)]
pub enum CosmosOpenError {
    /// The endpoint is neither `https` nor loopback.
    #[error(
        "`{0}` isn't the endpoint of an account: it is `https://NAME.documents.azure.com/`, and http only for loopback"
    )]
    Endpoint(Url),
    /// The database's name can't be a part of a path.
    #[error(
        "`{0}` isn't the name of a database: it holds none of `/ \\ ? #` and no control characters, and has 1 to 255 bytes"
    )]
    DatabaseName(String),
    /// The credential can't be had.
    #[error("the credential for Azure Cosmos DB can't be used ({kind}): {problem}")]
    Credential {
        /// Which.
        kind: &'static str,
        /// What its library said. It says nothing of tokens.
        problem: String,
    },
    /// The account can't be reached.
    #[error("`{endpoint}` can't be reached: {cause}. Check the endpoint, its firewall and the private endpoint")]
    Unreachable {
        /// The account.
        endpoint: String,
        /// What is known of the reason.
        cause: Cause,
    },
    /// The identity or the key isn't let in.
    #[error(
        "`{endpoint}` refuses the credential ({cause}). Let an identity in by\n  \
         az cosmosdb sql role assignment create --account-name {account} --resource-group GROUP --scope / \
         --role-definition-name 'Cosmos DB Built-in Data Contributor' --principal-id OBJECT-ID"
    )]
    Refused {
        /// The account.
        endpoint: String,
        /// The account's name.
        account: String,
        /// What is known of the reason.
        cause: Cause,
    },
    /// No such database.
    #[error(
        "the account has no database `{database}`. Make it by\n  \
         az cosmosdb sql database create --account-name {account} --resource-group GROUP --name {database}"
    )]
    NoDatabase {
        /// The account's name.
        account: String,
        /// The database.
        database: String,
    },
    /// No such container.
    #[error(
        "the database `{database}` has no container `{name}`. Make it by\n  \
         az cosmosdb sql container create --account-name {account} --resource-group GROUP --database-name {database} \
         --name {name} --partition-key-path {paths} --ttl=-1"
    )]
    NoContainer {
        /// The account's name.
        account: String,
        /// The database.
        database: String,
        /// The container.
        name: ContainerName,
        /// The paths that the configuration says, as the command wants them.
        paths: String,
    },
    /// A container has another partition key than the configuration says.
    #[error(
        "the container `{name}` has the partition key {found}, but {configured} is configured. A partition key can't change: \
         correct the configuration, or make another container and copy the items"
    )]
    PartitionKey {
        /// The container.
        name: ContainerName,
        /// Its paths.
        found: String,
        /// The paths of the configuration.
        configured: String,
    },
    /// Two definitions have the same name.
    #[error("the container `{0}` is configured twice")]
    ConfiguredTwice(ContainerName),
    /// A definition has no partition path, more than three, or one twice.
    #[error("the container `{0}` needs one to three different partition key paths")]
    PartitionPaths(ContainerName),
}
