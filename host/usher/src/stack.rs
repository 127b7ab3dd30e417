//! Puts the rooms together, from the bottom up: documents, capabilities, runtime, catalog, server.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use usher_capabilities::Services;
use usher_documents::DocumentStore;
use usher_downstream::Graph;
use usher_entra::{Verifier, http_client};
use usher_registry::Registry;
use usher_runtime::{AdmissionSettings, Catalog, Runtime, RuntimeSettings};
use usher_server::{Access, Server, ServerSettings};
use uuid::Uuid;

use crate::config::Config;
use crate::documents;
use crate::downstream::Downstream;
use crate::metrics;
use crate::progress;
use crate::seal_key;
use crate::sign_in::SignIn;

/// Everything below the HTTP side.
pub(crate) struct Stack {
    documents: Arc<dyn DocumentStore>,
    runtime: Arc<Runtime>,
    graph: Option<Arc<Graph>>,
}

impl Stack {
    /// Opens the document store of the configuration and starts the runtime. `groups` are the names of groups that grants may
    /// use.
    ///
    /// # Errors
    /// What can't be opened or started.
    pub(crate) async fn open(
        config: &Config,
        downstream: &Downstream,
        groups: BTreeMap<String, Uuid>,
    ) -> anyhow::Result<Self> {
        make_folder(&config.data)?;
        let documents = documents::open(config).await?;
        Self::over(documents, config, &config.data, downstream, groups)
    }

    /// The same over an empty store in a folder of its own: components are compiled and linked for real, and no data is touched.
    ///
    /// # Errors
    /// What can't be opened or started.
    pub(crate) fn scratch(
        config: &Config,
        folder: &Path,
        downstream: &Downstream,
        groups: BTreeMap<String, Uuid>,
    ) -> anyhow::Result<Self> {
        let documents = documents::embedded(config, folder)?;
        Self::over(documents, config, folder, downstream, groups)
    }

    fn over(
        documents: Arc<dyn DocumentStore>,
        config: &Config,
        data: &Path,
        downstream: &Downstream,
        groups: BTreeMap<String, Uuid>,
    ) -> anyhow::Result<Self> {
        let (users, shared) = config.containers_by_kind()?;
        let (key_file, make) = match &config.seal_key_file {
            Some(file) => (file.clone(), false),
            None => (data.join("seal.key"), true),
        };
        let key = seal_key::load(&key_file, make)?;
        let services = Services::new(Arc::clone(&documents), &users, &key)?.with_shared(&shared);
        let settings = RuntimeSettings {
            cache: config.compile_cache(data),
            admission: AdmissionSettings {
                at_once: config.calls.at_once,
                per_caller: config.calls.per_caller,
                waiting: config.calls.waiting,
                wait: Duration::from_millis(config.calls.wait_ms),
            },
            kept_memory_mib: config.calls.kept_memory_mib,
            groups,
            ..RuntimeSettings::default()
        };
        let runtime = Arc::new(Runtime::start(settings, Arc::new(downstream.offer(services)))?);
        Ok(Self {
            documents,
            runtime,
            graph: downstream.graph.clone(),
        })
    }

    /// Loads the components of a folder, once.
    ///
    /// # Errors
    /// The folder can't be read.
    pub(crate) async fn load(&self, tools: &Path) -> anyhow::Result<Catalog> {
        Ok(usher_registry::load(tools, &self.runtime).await?)
    }

    /// Begins to load the components of the configuration's folder and to keep up with it. How far that is, is shown.
    ///
    /// # Errors
    /// The folder can't be read.
    pub(crate) async fn registry(&self, config: &Config) -> anyhow::Result<Registry> {
        let registry = Registry::open(config.registry()?, Arc::clone(&self.runtime)).await?;
        tokio::spawn(progress::show(registry.catalogs()));
        Ok(registry)
    }

    /// Serves until `stop` is cancelled and the calls that run have finished, then closes the store.
    ///
    /// # Errors
    /// The settings don't fit together, or the listener fails.
    pub(crate) async fn serve(
        self,
        config: &Config,
        sign_in: SignIn,
        registry: &Registry,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let verifier = Arc::new(Verifier::new(
            sign_in.verification.clone(),
            http_client(&sign_in.verification.jwks_uri)?,
        )?);
        let _fresh_keys = verifier.spawn_refresh();
        let settings = server_settings(config, &sign_in, listener.local_addr()?);
        let server = Server::new(
            &settings,
            verifier,
            Arc::clone(&self.runtime),
            registry.catalogs(),
            Access::new(self.graph.clone()),
        )?;
        let _metrics = match config.metrics.listen {
            None => None,
            Some(address) => {
                let mut counted = metrics::registry();
                server.register_metrics(&mut counted);
                self.runtime.register_metrics(&mut counted);
                registry.register_metrics(&mut counted);
                if let Some(graph) = &self.graph {
                    graph.register_metrics(&mut counted);
                }
                Some(metrics::serve(address, counted, stop.clone()).await?)
            }
        };
        let served = server.serve(listener, stop).await;
        self.documents.close().await;
        served.context("the server stopped")
    }

    /// Closes the store without having served.
    pub(crate) async fn close(self) {
        self.documents.close().await;
    }
}

/// Makes a folder that is closed to others, if it isn't there.
///
/// # Errors
/// It can't be made.
pub(crate) fn make_folder(data: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("the data folder {} can't be made", data.display()))
}

fn server_settings(config: &Config, sign_in: &SignIn, address: std::net::SocketAddr) -> ServerSettings {
    let mut settings = ServerSettings::new(
        sign_in.public_url.clone(),
        sign_in.issuer.clone(),
        vec![sign_in.scope.clone()],
    );
    settings.allowed_hosts.clone_from(&config.http.allowed_hosts);
    if settings.allowed_hosts.is_empty() {
        // That of the public URL is always served; these are for probes from inside.
        settings.allowed_hosts = vec![address.to_string(), format!("localhost:{}", address.port())];
    }
    settings.allowed_origins.clone_from(&config.http.allowed_origins);
    settings.max_body_bytes = config.http.max_body_bytes;
    settings.max_sessions = config.sessions.at_once;
    settings.max_sessions_per_caller = config.sessions.per_caller;
    settings.session_idle_timeout = Duration::from_secs(config.sessions.idle_seconds);
    settings.shutdown_timeout = Duration::from_secs(config.http.shutdown_seconds);
    settings
}
