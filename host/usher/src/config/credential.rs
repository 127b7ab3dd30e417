//! The host's credential at the token endpoint.

use std::path::PathBuf;

use serde::Deserialize;
use uuid::Uuid;

use super::SecretSource;

/// How the host shows Entra that it is the app registration. `kind` says which.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum Credential {
    /// A client secret. For trying out: it expires, and whoever reads it is the host.
    Secret {
        /// Where it is.
        secret: SecretSource,
    },
    /// A certificate with its private key.
    Certificate {
        /// A PEM file with both, or a PFX file. Read again when it changes.
        file: PathBuf,
        /// The password of a PFX file.
        password: Option<SecretSource>,
        /// Whether the certificates above it are sent along, for trust by subject name and issuer. Default no.
        #[serde(default)]
        send_chain: bool,
    },
    /// A user-assigned managed identity which the registration trusts as a federated identity credential.
    ManagedIdentity {
        /// Its client id.
        client_id: Uuid,
    },
    /// A Kubernetes service account's token which the registration trusts as a federated identity credential.
    WorkloadIdentity {
        /// The projected token. Default: the variable AZURE_FEDERATED_TOKEN_FILE.
        token_file: Option<PathBuf>,
    },
}
