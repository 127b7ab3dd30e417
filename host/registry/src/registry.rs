//! The registry: a handle on the one who keeps the catalog.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio_util::sync::{CancellationToken, DropGuard};
use usher_runtime::{Catalog, Progress, Runtime};

use crate::CONTROL;
use crate::control::{Control, ControlError};
use crate::folder::{self, component_file};
use crate::intake::{Before, Intake};
use crate::keeper::{Keeper, Wish};
use crate::metrics::Reloads;
use crate::names::{self, Wanted};
use crate::settings::RegistrySettings;

/// How often a component is read that changes while it is read, when a folder is loaded once.
const ATTEMPTS: usize = 3;

/// Keeps the catalog of a folder, until it is dropped.
pub struct Registry {
    catalogs: watch::Receiver<Arc<Catalog>>,
    wishes: mpsc::UnboundedSender<Wish>,
    reloads: Reloads,
    _stop: DropGuard,
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
    /// What is kept about revisions can't be used.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl Registry {
    /// Begins to keep the catalog of a folder. The components are being loaded when this returns: see [`Registry::ready`].
    ///
    /// # Errors
    /// The folder can't be read, or what is kept about revisions can't be used.
    pub async fn open(mut settings: RegistrySettings, runtime: Arc<Runtime>) -> Result<Self, OpenError> {
        // Commands that read the status have a working folder of their own.
        settings.folder = std::path::absolute(&settings.folder).unwrap_or(settings.folder);
        let (folder, control) = (settings.folder.clone(), settings.data.join(CONTROL));
        let reviewed = settings.mode == crate::Mode::Reviewed;
        let (keep, signatures) = (settings.keep_revisions, settings.signatures.clone());
        let opened = spawn_blocking(move || {
            std::fs::read_dir(&folder).map_err(|source| OpenError::Read { folder, source })?;
            Ok::<_, OpenError>(Control::open(&control, reviewed, keep, signatures)?)
        });
        let control = Arc::new(opened.await.expect("opening doesn't panic, and nobody cancels it")?);
        let intake = Intake {
            runtime,
            control: Some(Arc::clone(&control)),
            handle: Handle::current(),
        };
        let nothing = Catalog::loading(Progress { done: 0, total: 0 });
        let (sender, catalogs) = watch::channel(Arc::new(nothing));
        let (wishes, wished) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let keeper = Keeper::new(settings, control, intake, sender);
        let reloads = keeper.reloads().clone();
        tokio::spawn(keeper.run(stop.clone(), wished));
        Ok(Self {
            catalogs,
            wishes,
            reloads,
            _stop: stop.drop_guard(),
        })
    }

    /// Waits until the first catalog is there, and gives the one that is served then.
    pub async fn ready(&self) -> Arc<Catalog> {
        let mut catalogs = self.catalogs();
        match catalogs.wait_for(|catalog| catalog.progress().is_none()).await {
            Ok(catalog) => Arc::clone(&catalog),
            // Whoever keeps it is gone with the whole process.
            Err(_) => self.catalog(),
        }
    }

    /// The catalog that is served now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalogs.borrow())
    }

    /// The catalog that is served: the one now, and each that takes its place.
    #[must_use]
    pub fn catalogs(&self) -> watch::Receiver<Arc<Catalog>> {
        self.catalogs.clone()
    }

    /// Adds what is counted of loading to a registry whose prefix is the host's name.
    pub fn register_metrics(&self, registry: &mut prometheus_client::registry::Registry) {
        self.reloads.register(registry);
    }

    /// Has whoever calls a tool of a component be told something beside its answer, from the next catalog on and as long as the same
    /// revision serves; None: nothing any more.
    pub fn note(&self, component: &str, text: Option<String>) {
        let component = component.to_owned();
        // It fails only when nothing is served any more.
        let _ = self.wishes.send(Wish::Note { component, text });
    }
}

/// Loads a folder once: nothing is watched, decided, kept or written.
///
/// # Errors
/// The folder can't be read. Components that can't be served are in [`Catalog::refused`].
pub async fn load(folder: &Path, runtime: &Arc<Runtime>) -> Result<Catalog, OpenError> {
    let intake = Intake {
        runtime: Arc::clone(runtime),
        control: None,
        handle: Handle::current(),
    };
    let folder = folder.to_owned();
    let loaded = spawn_blocking(move || {
        let failed = |source| OpenError::Read {
            folder: folder.clone(),
            source,
        };
        std::fs::read_dir(&folder).map_err(failed)?;
        let before = Before {
            serving: None,
            starting: true,
        };
        let mut wanted = BTreeMap::new();
        for name in folder::look(&folder).map_err(failed)?.components.into_keys() {
            let file = component_file(&folder, &name);
            // What is being written all the while isn't there yet.
            let outcome = (0..ATTEMPTS).find_map(|_| intake.take(&file, &folder::fingerprint(&file)?, &before));
            if let Some(outcome) = outcome {
                let (revision, error) = (outcome.revision, outcome.error);
                wanted.insert(name, Wanted { file, revision, error });
            }
        }
        Ok(names::resolve(&wanted, &BTreeMap::new()))
    });
    loaded
        .await
        .expect("what could panic was caught, and nobody cancels it")
}
