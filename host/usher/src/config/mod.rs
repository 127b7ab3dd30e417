//! Configuration: one `usher.toml`, every key also an environment variable.
//!
//! `[entra] tenant-id` is `USHER_ENTRA__TENANT_ID`: two underscores between levels, one for each hyphen. A variable's value
//! is read as TOML where it is TOML (`USHER_CALLS__AT_ONCE=64`, `USHER_HTTP__ALLOWED_ORIGINS=["https://a"]`) and as a string
//! otherwise. Variables win over the file. An unknown key, in either, is an error.
//!
//! Secrets don't belong here: there is no key that takes one.

mod containers;
mod environment;
mod file;
mod validate;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

pub(crate) use file::{for_development, load};

/// The whole configuration, with its defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The canonical URL of the MCP endpoint, as clients write it: the resource, and the App ID URI of the registration.
    /// `usher dev` makes its own.
    pub public_url: Option<String>,
    /// Where to listen. Default `127.0.0.1:8400`.
    pub listen: SocketAddr,
    /// The folder of components and grants. Default `tools`.
    pub tools: PathBuf,
    /// The folder of everything that is kept. Default `.usher`.
    pub data: PathBuf,
    /// The file with the key that continuations are sealed with: 32 bytes, the same for all replicas. Without it, one is made in
    /// the data folder.
    pub seal_key_file: Option<PathBuf>,
    /// The sign-in. `usher dev` brings its own.
    pub entra: Option<Entra>,
    /// The HTTP side.
    pub http: Http,
    /// How many calls run and wait.
    pub calls: Calls,
    /// Sessions of clients that speak MCP 2025-11-25.
    pub sessions: Sessions,
    /// The containers of the document store, by name. A development host adds those that grants name, one person a partition.
    pub containers: BTreeMap<String, Container>,
    /// The log.
    pub log: Log,
}

/// The app registration in Microsoft Entra ID.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Entra {
    /// The tenant, a GUID.
    pub tenant_id: uuid::Uuid,
    /// The application (client) id of the registration, a GUID.
    pub client_id: uuid::Uuid,
    /// The cloud, which selects the authority. Default `global`.
    #[serde(default)]
    pub cloud: Cloud,
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
}

fn default_scope() -> String {
    "user_impersonation".to_owned()
}

fn default_skew() -> u64 {
    60
}

/// The clouds of Microsoft Entra ID.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cloud {
    /// Global, GCC included.
    #[default]
    Global,
    /// US Government L4 (GCC High) and L5 (DoD).
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// The login authority.
    pub(crate) fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }
}

/// The HTTP side.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Http {
    /// Values of `Host` that are served besides that of the public URL. Empty: the address that is listened on.
    pub allowed_hosts: Vec<String>,
    /// Values of `Origin` that are served. Requests without one always are.
    pub allowed_origins: Vec<String>,
    /// The largest request body, in bytes. Default 16 MiB.
    pub max_body_bytes: usize,
    /// How long calls may take to finish when the host stops, in seconds. Default 10.
    pub shutdown_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            max_body_bytes: 16 << 20,
            shutdown_seconds: 10,
        }
    }
}

/// How many calls run and wait.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Calls {
    /// Calls that run at once. Default 256.
    pub at_once: u32,
    /// Calls of one caller that run at once. Default 16.
    pub per_caller: u32,
    /// Calls that wait. Default 4,096.
    pub waiting: u32,
    /// How long a call waits before it is told that the server is busy, in milliseconds. Default 5,000.
    pub wait_ms: u64,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            at_once: 256,
            per_caller: 16,
            waiting: 4_096,
            wait_ms: 5_000,
        }
    }
}

/// Sessions of clients that speak MCP 2025-11-25.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Sessions {
    /// Sessions at once. Default 10,000.
    pub at_once: usize,
    /// Sessions of one caller. Default 32.
    pub per_caller: usize,
    /// How long an idle session is kept, in seconds. Default 300.
    pub idle_seconds: u64,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            at_once: 10_000,
            per_caller: 32,
            idle_seconds: 300,
        }
    }
}

/// A container of users' items.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Container {
    /// The paths that it is partitioned by: one (the user's object id) or two (tenant id, object id).
    pub partition_key: Vec<String>,
}

/// The log.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Log {
    /// How lines look. Default `text`.
    pub format: LogFormat,
    /// What is logged, as `tracing` writes it: `info`, `warn,usher=debug` … Default `info,rmcp=off`: what the protocol library
    /// has to say is said by the server too, in the operator's words.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info,rmcp=off".to_owned(),
        }
    }
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8400)),
            tools: PathBuf::from("tools"),
            data: PathBuf::from(".usher"),
            seal_key_file: None,
            entra: None,
            http: Http::default(),
            calls: Calls::default(),
            sessions: Sessions::default(),
            containers: BTreeMap::new(),
            log: Log::default(),
        }
    }
}
