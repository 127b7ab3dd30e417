//! From a folder of components to the catalog that is served.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::watch;
use usher_runtime::{Catalog, Runtime};

/// How the folder is served.
#[derive(Debug, Clone)]
pub struct RegistrySettings {
    /// The folder of components and grants.
    pub folder: PathBuf,
}

/// Keeps the catalog of a folder.
pub struct Registry {
    catalogs: watch::Sender<Arc<Catalog>>,
}

/// Why a folder can't be served.
#[derive(Debug, Error)]
pub enum OpenError {
    /// It can't be read.
    #[error("the folder of tools {folder} can't be read: {source}; give another with --tools or the key `tools`")]
    Read {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Registry {
    /// Loads every component of the folder.
    ///
    /// # Errors
    /// The folder can't be read. Components that can't be served are in [`Catalog::refused`].
    pub async fn open(settings: RegistrySettings, runtime: Arc<Runtime>) -> Result<Self, OpenError> {
        let catalog = runtime.load(&settings.folder).await.map_err(|source| OpenError::Read {
            folder: settings.folder,
            source,
        })?;
        Ok(Self {
            catalogs: watch::Sender::new(Arc::new(catalog)),
        })
    }

    /// The catalog that is served now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalogs.borrow())
    }

    /// The catalog that is served: the one now, and each that takes its place.
    #[must_use]
    pub fn catalogs(&self) -> watch::Receiver<Arc<Catalog>> {
        self.catalogs.subscribe()
    }
}
