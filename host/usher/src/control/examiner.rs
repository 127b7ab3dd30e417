//! Looks at components as the host does, without a host: what they import and what they say, before any grant.

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use anyhow::Context;
use tempfile::TempDir;
use usher_capabilities::Services;
use usher_documents::DocumentStore;
use usher_policy::Limits;
use usher_runtime::{Examined, LoadError, Runtime, RuntimeSettings, Source};

use crate::config::Config;
use crate::{documents, seal_key};

/// A runtime over an empty store in a folder of its own.
pub(crate) struct Examiner {
    runtime: Runtime,
    documents: Arc<dyn DocumentStore>,
    _scratch: TempDir,
}

impl Examiner {
    /// Starts the runtime. What the host compiled already is taken from its cache, if it is this account's.
    ///
    /// # Errors
    /// What can't be started.
    pub(crate) fn start(config: &Config) -> anyhow::Result<Self> {
        let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
        let documents = documents::embedded(config, scratch.path())?;
        let key = seal_key::load(&scratch.path().join("seal.key"), true)?;
        let services = Services::new(Arc::clone(&documents), &[], &key)?;
        // In the folder of another account, files of ours would be in its way.
        let own = scratch.path().metadata()?.uid();
        let is_own = config.data.metadata().is_ok_and(|data| data.uid() == own);
        let folder = if is_own { &config.data } else { scratch.path() };
        let settings = RuntimeSettings {
            cache: config.compile_cache(folder),
            ..RuntimeSettings::default()
        };
        Ok(Self {
            runtime: Runtime::start(settings, Arc::new(services))?,
            documents,
            _scratch: scratch,
        })
    }

    /// Looks at a component.
    ///
    /// # Errors
    /// Why it could never be served.
    pub(crate) async fn examine(&self, source: &Source) -> Result<Examined, LoadError> {
        self.runtime.examine(source, &Limits::default()).await
    }

    /// Looks at a component without asking it for its tools.
    ///
    /// # Errors
    /// Why it isn't a component that this host can run.
    pub(crate) fn survey(&self, source: &Source) -> Result<Examined, LoadError> {
        self.runtime.survey(source)
    }

    /// Closes the store.
    pub(crate) async fn close(self) {
        self.documents.close().await;
    }
}
