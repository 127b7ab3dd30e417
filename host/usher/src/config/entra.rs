//! The app registration in Microsoft Entra ID: whose tokens come in, and how the host shows who it is when it exchanges them.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use url::Url;
use usher_entra::Cloud;
use uuid::Uuid;

use super::{Config, Credential};

/// The app registration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Entra {
    /// The tenant, a GUID.
    pub tenant_id: Uuid,
    /// The application (client) id of the registration, a GUID.
    pub client_id: Uuid,
    /// The cloud, which selects the authority, Microsoft Graph and the audience of federated credentials together. Default
    /// `global`.
    #[serde(default)]
    cloud: CloudName,
    /// Where the cloud `devcloud` answers: `http://127.0.0.1:8401`. No other cloud takes it.
    authority: Option<Url>,
    /// The delegated scope that every user's token must have, by its short name. Default `user_impersonation`.
    #[serde(default = "default_scope")]
    pub required_scope: String,
    /// App roles one of which an application's own token must have. Empty: applications can't call by themselves.
    #[serde(default)]
    pub application_roles: Vec<String>,
    /// Client ids that may connect. Empty: any.
    #[serde(default)]
    pub allowed_clients: Vec<String>,
    /// How far clocks may be apart, in seconds; at most 300. Default 60.
    #[serde(default = "default_skew")]
    pub clock_skew_seconds: u64,
    /// How the host shows Entra who it is. Without it nothing is exchanged on behalf of callers: no rules by group, no Graph.
    pub credential: Option<Credential>,
    /// The managed identity whose own tokens grants may have attached to requests (`credential = { managed-identity = … }`).
    /// Default: that of `credential`, if it is one.
    pub managed_identity: Option<OwnIdentity>,
    /// The object ids of groups by the names that grants call them.
    #[serde(default)]
    pub groups: BTreeMap<String, Uuid>,
}

fn default_scope() -> String {
    "user_impersonation".to_owned()
}

fn default_skew() -> u64 {
    60
}

/// A managed identity of the host.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct OwnIdentity {
    /// The client id of a user-assigned one. None: the system-assigned one.
    pub client_id: Option<Uuid>,
}

/// The clouds by their names in the configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CloudName {
    /// Global, GCC included.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsGovernment,
    /// US Government L5 (DoD).
    UsGovernmentDod,
    /// China, operated by 21Vianet.
    China,
    /// The loopback cloud of `usher dev`, for trying a configuration.
    Devcloud,
}

impl Entra {
    /// The cloud.
    ///
    /// # Errors
    /// `authority` is missing, superfluous, or not a loopback address.
    pub(crate) fn cloud(&self) -> anyhow::Result<Cloud> {
        let known = match self.cloud {
            CloudName::Global => Cloud::Global,
            CloudName::UsGovernment => Cloud::UsGovernment,
            CloudName::UsGovernmentDod => Cloud::UsGovernmentDod,
            CloudName::China => Cloud::China,
            CloudName::Devcloud => {
                let authority = self.authority.clone();
                let authority = authority.context(
                    "entra.authority isn't set: where the development cloud answers, for example http://127.0.0.1:8401",
                )?;
                return Cloud::development(authority).context("entra.authority");
            }
        };
        ensure!(
            self.authority.is_none(),
            "entra.authority is for cloud = \"devcloud\" only: every other cloud has its own"
        );
        Ok(known)
    }
}

impl Config {
    /// The groups that grants may name.
    pub(crate) fn groups(&self) -> BTreeMap<String, Uuid> {
        self.entra
            .as_ref()
            .map(|entra| entra.groups.clone())
            .unwrap_or_default()
    }
}
