//! Configuration: one `usher.toml`, every key also an environment variable.
//!
//! `[entra] tenant-id` is `USHER_ENTRA__TENANT_ID`: two underscores between levels, one for each hyphen. A variable's value
//! is read as TOML where it is TOML (`USHER_CALLS__AT_ONCE=64`, `USHER_HTTP__ALLOWED_ORIGINS=["https://a"]`) and as a string
//! otherwise. Variables win over the file. An unknown key, in either, is an error.
//!
//! Secrets don't belong here: there is no key that takes one, only keys that say which file or variable holds it.

mod containers;
mod credential;
mod documents;
mod entra;
mod environment;
mod file;
mod reload;
mod secret;
mod validate;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

pub(crate) use credential::Credential;
#[cfg(feature = "cosmos")]
pub(crate) use documents::CosmosCredential;
pub(crate) use documents::{Backend, Documents};
pub(crate) use entra::Entra;
#[cfg(feature = "dev")]
pub(crate) use file::for_development;
pub(crate) use file::load;
pub(crate) use reload::{CompileCache, Reload, SignedBy};
pub(crate) use secret::SecretSource;

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
    /// How the folder of tools is kept up with.
    pub reload: Reload,
    /// Whose components are taken.
    pub signatures: SignedBy,
    /// Where compiled components are.
    pub compile_cache: CompileCache,
    /// The sign-in. `usher dev` brings its own.
    pub entra: Option<Entra>,
    /// Microsoft Graph, which is asked on behalf of callers.
    pub graph: Graph,
    /// Secrets that grants name for other services, by name.
    pub secrets: BTreeMap<String, SecretSource>,
    /// The HTTP side.
    pub http: Http,
    /// How many calls run and wait.
    pub calls: Calls,
    /// Sessions of clients that speak MCP 2025-11-25.
    pub sessions: Sessions,
    /// Where documents are kept.
    pub documents: Documents,
    /// The containers of the document store, by name. A development host adds those that grants name, with one person a partition
    /// if they hold users' items.
    pub containers: BTreeMap<String, Container>,
    /// The log.
    pub log: Log,
    /// Metrics.
    pub metrics: Metrics,
}

/// Microsoft Graph.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Graph {
    /// How long an answer about a membership may be relied on, in seconds; 0 asks each time; at most 3600. Default 60.
    pub membership_seconds: u64,
}

impl Default for Graph {
    fn default() -> Self {
        Self { membership_seconds: 60 }
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
    /// How much of an instance's memory is kept for the next one, in MiB; as many instances may keep it as calls run at once. Default 2,
    /// which is all of a component in Rust or TypeScript; 16 is all of one in Python.
    pub kept_memory_mib: u32,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            at_once: 256,
            per_caller: 16,
            waiting: 4_096,
            wait_ms: 5_000,
            kept_memory_mib: usher_runtime::KEPT_MEMORY_MIB,
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

/// A container, of users' items or of shared ones.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Container {
    /// The paths that it is partitioned by: one (the user's object id) or two (tenant id, object id); if it is shared, one to
    /// three, whose values grants name.
    pub partition_key: Vec<String>,
    /// Its items belong to nobody: only `shared-documents` and `shared-documents-write` reach it. Default: it holds users' items,
    /// and only the other interfaces do.
    #[serde(default)]
    pub shared: bool,
    /// Properties such as `/date` that the embedded store keeps an index of, for ORDER BY and comparisons; up to 8. None without
    /// it. Cosmos DB has an indexing policy of its own.
    #[serde(default)]
    pub indexes: Vec<String>,
}

/// Metrics.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Metrics {
    /// Where `GET /metrics` is answered, without a token: a loopback address, or one that only the inside reaches. None without
    /// it.
    pub listen: Option<SocketAddr>,
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
            reload: Reload::default(),
            signatures: SignedBy::default(),
            compile_cache: CompileCache::default(),
            entra: None,
            graph: Graph::default(),
            secrets: BTreeMap::new(),
            http: Http::default(),
            calls: Calls::default(),
            sessions: Sessions::default(),
            documents: Documents::default(),
            containers: BTreeMap::new(),
            log: Log::default(),
            metrics: Metrics::default(),
        }
    }
}
