//! A runtime for one call.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use usher_capabilities::Services;
use usher_documents::DocumentStore;
use usher_downstream::Graph;
use usher_runtime::{LoadError, Request, Revision, Runtime, RuntimeSettings, Source, Tool, contract};
use uuid::Uuid;

use super::repeatable::Repeatable;
use crate::config::Config;
use crate::downstream::Downstream;
use crate::{documents, seal_key};

/// A runtime that counts instructions, over an embedded store, with a clock and random numbers that can be repeated.
pub(super) struct Bench {
    pub(super) runtime: Runtime,
    pub(super) graph: Option<Arc<Graph>>,
    documents: Arc<dyn DocumentStore>,
}

/// A component that was loaded, or not; and how long that took.
pub(super) struct Loaded {
    pub(super) revision: Result<Revision, LoadError>,
    pub(super) took: Duration,
}

impl Bench {
    /// Starts the runtime over the documents of a folder.
    ///
    /// # Errors
    /// What can't be opened or started.
    pub(super) fn start(
        config: &Config,
        folder: &Path,
        downstream: &Downstream,
        groups: BTreeMap<String, Uuid>,
        sources: Arc<Repeatable>,
    ) -> anyhow::Result<Self> {
        let documents = documents::embedded(config, folder)?;
        let (users, shared) = config.containers_by_kind()?;
        let key = seal_key::load(&folder.join("seal.key"), true)?;
        let services = Services::new(Arc::clone(&documents), &users, &key)?
            .with_shared(&shared)
            .with_wasi_sources(sources);
        // A host of this folder keeps compiled components, too. In the folder of another account, files of ours would be in its way.
        let own = folder.metadata()?.uid();
        let host_keeps = config.data.metadata().is_ok_and(|data| data.uid() == own);
        let settings = RuntimeSettings {
            cache: config.compile_cache(if host_keeps { &config.data } else { folder }),
            groups,
            count_instructions: true,
            ..RuntimeSettings::default()
        };
        Ok(Self {
            runtime: Runtime::start(settings, Arc::new(downstream.offer(services)))?,
            graph: downstream.graph.clone(),
            documents,
        })
    }

    /// Loads a component.
    pub(super) async fn load(&self, source: &Source) -> Loaded {
        let begun = Instant::now();
        let revision = self.runtime.load_revision(source).await;
        Loaded {
            revision,
            took: begun.elapsed(),
        }
    }

    /// Closes the store.
    pub(super) async fn close(self) {
        self.documents.close().await;
    }
}

/// The request of a client that can do whatever the tool asks of one.
pub(super) fn request(tool: &Tool, arguments: &serde_json::Value) -> Request {
    Request {
        arguments: arguments.to_string(),
        context: contract::RequestContext {
            client: tool.client_requirements(),
            input_responses: Vec::new(),
            request_state: None,
            meta: None,
        },
    }
}

/// Reads a file of text.
///
/// # Errors
/// It can't be read.
pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))
}
