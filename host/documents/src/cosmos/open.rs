//! Opening the store: as whom, whether what is configured is there, and warm connections.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use azure_data_cosmos::clients::ContainerClient;
use azure_data_cosmos::models::{ContainerProperties, TimeToLive};
use azure_data_cosmos::options::{BinaryEncodingOptions, OperationOptionsBuilder, ThrottlingRetryOptionsBuilder};
use azure_data_cosmos::{AccountEndpoint, AccountReference, CosmosClient, CosmosError, RoutingStrategy};
use azure_identity::{
    DeveloperToolsCredential, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential,
};
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::Container;
use super::calls::{self, Failure, call};
use super::settings::{CosmosCredential, CosmosOpenError, CosmosSettings};
use super::stored::partition_key;
use crate::error::Cause;
use crate::names::{ContainerName, ItemId};
use crate::partition::{ContainerDefinition, PartitionKey, PropertyPath};

/// How long opening may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The containers, each checked and warm.
pub(super) async fn open(settings: CosmosSettings) -> Result<HashMap<ContainerName, Container>, CosmosOpenError> {
    check_endpoint(&settings.endpoint)?;
    // It becomes a part of a path, as ids do.
    if ItemId::new(&settings.database).is_err() {
        return Err(CosmosOpenError::DatabaseName(settings.database));
    }
    let mut definitions = HashMap::new();
    for definition in settings.containers.iter().cloned() {
        check_paths(&definition)?;
        let name = definition.name.clone();
        if definitions.insert(name.clone(), definition).is_some() {
            return Err(CosmosOpenError::ConfiguredTwice(name));
        }
    }
    let place = Opening {
        account: settings
            .endpoint
            .host_str()
            .unwrap_or_default()
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned(),
        endpoint: settings.endpoint.clone(),
        database: settings.database.clone(),
        deadline: Instant::now() + PATIENCE,
    };
    let account = account(&settings)?;
    let client = call(place.deadline, || connect(account.clone()))
        .await
        .map_err(|failure| place.failure(failure))?;
    let database = client.database_client(settings.database.clone());
    call(place.deadline, || database.read(None))
        .await
        .map_err(|failure| match failure.status() {
            Some(404) => CosmosOpenError::NoDatabase {
                account: place.account.clone(),
                database: place.database.clone(),
            },
            _ => place.failure(failure),
        })?;
    let mut containers = HashMap::new();
    for (name, definition) in definitions {
        let client = call(place.deadline, || {
            database.container_client(name.as_str().to_owned(), None)
        })
        .await
        .map_err(|failure| place.container_failure(failure, &definition))?;
        let properties = call(place.deadline, || client.read(None))
            .await
            .map_err(|failure| place.container_failure(failure, &definition))?
            .into_model()
            .map_err(|error| place.failure(Failure::Refused(error)))?;
        check_container(&definition, &properties)?;
        place.warm(&client, &definition).await?;
        containers.insert(name, Container { definition, client });
    }
    Ok(containers)
}

/// What messages need.
struct Opening {
    endpoint: Url,
    account: String,
    database: String,
    deadline: Instant,
}

impl Opening {
    fn failure(&self, failure: Failure) -> CosmosOpenError {
        let cause = match &failure {
            Failure::Late => Cause::new(format!("no answer within {} seconds", PATIENCE.as_secs())),
            Failure::Refused(error) => calls::cause(error),
        };
        match failure.status() {
            Some(401 | 403) => CosmosOpenError::Refused {
                endpoint: self.endpoint.to_string(),
                account: self.account.clone(),
                cause,
            },
            _ => CosmosOpenError::Unreachable {
                endpoint: self.endpoint.to_string(),
                cause,
            },
        }
    }

    fn container_failure(&self, failure: Failure, definition: &ContainerDefinition) -> CosmosOpenError {
        if failure.status() != Some(404) {
            return self.failure(failure);
        }
        CosmosOpenError::NoContainer {
            account: self.account.clone(),
            database: self.database.clone(),
            name: definition.name.clone(),
            paths: texts(&definition.partition_paths).join(" "),
        }
    }

    /// Reads an item that isn't there: that opens the connections, and shows whether the credential may read items at all.
    async fn warm(&self, client: &ContainerClient, definition: &ContainerDefinition) -> Result<(), CosmosOpenError> {
        let levels = definition.partition_paths.iter().map(|_| "usher-warm-up".to_owned());
        let Ok(partition) = PartitionKey::hierarchical(levels) else {
            return Err(CosmosOpenError::PartitionPaths(definition.name.clone()));
        };
        let read = call(self.deadline, || {
            client.read_item(partition_key(&partition), "usher-warm-up", None)
        })
        .await;
        match read {
            Err(failure) if failure.status() != Some(404) => Err(self.failure(failure)),
            _ => Ok(()),
        }
    }
}

/// A client that leaves waiting for a busy service to `calls`, which knows the deadline.
async fn connect(account: AccountReference) -> Result<CosmosClient, CosmosError> {
    let no_waiting = ThrottlingRetryOptionsBuilder::new().with_max_retry_count(0).build();
    let options = OperationOptionsBuilder::new()
        .with_throttling_retry_options(no_waiting)
        .build();
    // Items go as the text that they are, so that members keep their order and numbers their digits as far as the service does.
    // The order of regions is that of the account.
    CosmosClient::builder()
        .with_binary_encoding_options(BinaryEncodingOptions::new().with_enabled(false))
        .with_default_operation_options(options)
        .build(account, RoutingStrategy::PreferredRegions(Vec::new()))
        .await
}

fn account(settings: &CosmosSettings) -> Result<AccountReference, CosmosOpenError> {
    let endpoint = AccountEndpoint::from(settings.endpoint.clone());
    Ok(match &settings.credential {
        CosmosCredential::Key(key) => {
            AccountReference::with_authentication_key(endpoint, key.expose_secret().to_owned())
        }
        CosmosCredential::ManagedIdentity { client_id } => {
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                ..ManagedIdentityCredentialOptions::default()
            };
            let credential = ManagedIdentityCredential::new(Some(options)).map_err(unusable("managed identity"))?;
            AccountReference::with_credential(endpoint, credential)
        }
        CosmosCredential::WorkloadIdentity => {
            let credential = WorkloadIdentityCredential::new(None).map_err(unusable("workload identity"))?;
            AccountReference::with_credential(endpoint, credential)
        }
        CosmosCredential::Developer => {
            let credential = DeveloperToolsCredential::new(None).map_err(unusable("az or azd"))?;
            AccountReference::with_credential(endpoint, credential)
        }
    })
}

fn unusable<E: std::fmt::Display>(kind: &'static str) -> impl FnOnce(E) -> CosmosOpenError {
    move |error| CosmosOpenError::Credential {
        kind,
        problem: error.to_string(),
    }
}

fn check_endpoint(endpoint: &Url) -> Result<(), CosmosOpenError> {
    let is_loopback = match endpoint.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let plain = endpoint.path() == "/" && endpoint.query().is_none() && endpoint.username().is_empty();
    if plain && (endpoint.scheme() == "https" || (endpoint.scheme() == "http" && is_loopback)) {
        return Ok(());
    }
    Err(CosmosOpenError::Endpoint(endpoint.clone()))
}

fn check_paths(definition: &ContainerDefinition) -> Result<(), CosmosOpenError> {
    let paths = &definition.partition_paths;
    let different = paths
        .iter()
        .enumerate()
        .all(|(index, path)| !paths[..index].contains(path));
    if different && (1..=PartitionKey::MAX_LEVELS).contains(&paths.len()) {
        return Ok(());
    }
    Err(CosmosOpenError::PartitionPaths(definition.name.clone()))
}

/// Whether the container is as configured.
fn check_container(definition: &ContainerDefinition, found: &ContainerProperties) -> Result<(), CosmosOpenError> {
    let configured = texts(&definition.partition_paths);
    let found_paths = found.partition_key.paths();
    if found_paths != configured {
        return Err(CosmosOpenError::PartitionKey {
            name: definition.name.clone(),
            found: found_paths.join(", "),
            configured: configured.join(", "),
        });
    }
    match found.default_ttl {
        TimeToLive::NoDefault => {}
        TimeToLive::Seconds(seconds) => tracing::warn!(
            container = %definition.name,
            seconds,
            "items of this container expire even if they have no `ttl`: \
             unless that is meant, set its default time to live to -1 (az cosmosdb sql container update --ttl=-1)"
        ),
        _ => tracing::warn!(
            container = %definition.name,
            "time to live is off, so that `ttl` in an item does nothing: \
             set the container's default to -1 (az cosmosdb sql container update --ttl=-1)"
        ),
    }
    Ok(())
}

fn texts(paths: &[PropertyPath]) -> Vec<&str> {
    paths.iter().map(PropertyPath::as_str).collect()
}
