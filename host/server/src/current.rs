//! The tools that are served now, and the task that puts each new catalog into service.
//!
//! A catalog is translated once, beside the requests, and then takes the place of the one before as a whole. A request looks here
//! once, when it comes, and keeps what it finds to its end: so it sees one catalog, however often they change meanwhile, and
//! the old one goes when its last request has.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use usher_runtime::Catalog;

use crate::access::Access;
use crate::metrics::Metrics;
use crate::tools::Tools;

/// How long a request waits for the first catalog. A client would take a failing status for the end of the connection, so a host that
/// is just starting is worth a wait.
const FIRST_CATALOG: Duration = Duration::from_secs(15);

/// What is served, and a way to wait for what takes its place. Clones see the same.
#[derive(Debug, Clone)]
pub(crate) struct Current(watch::Receiver<Arc<Tools>>);

impl Current {
    /// The tools that are served now. The lock is held for as long as a pointer is copied.
    pub(crate) fn get(&self) -> Arc<Tools> {
        Arc::clone(&self.0.borrow())
    }

    /// The same, once the first catalog is there. None if it isn't after a while.
    pub(crate) async fn loaded(&self) -> Option<Arc<Tools>> {
        let now = self.get();
        if now.are_loaded() {
            return Some(now);
        }
        let mut later = self.0.clone();
        let loaded = timeout(FIRST_CATALOG, later.wait_for(|tools| tools.are_loaded())).await;
        loaded.ok()?.ok().map(|tools| Arc::clone(&tools))
    }

    /// Waits until other tools are served than at the last call. Never returns once there will be no others.
    pub(crate) async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The tools that are served now; only later ones count as a change.
    pub(crate) fn get_and_see(&mut self) -> Arc<Tools> {
        Arc::clone(&self.0.borrow_and_update())
    }
}

/// Makes tools of catalogs.
pub(crate) struct Translator {
    /// The scopes that all callers hold.
    pub(crate) held_scopes: Vec<String>,
    pub(crate) access: Access,
    pub(crate) metrics: Metrics,
}

impl Translator {
    fn translate(&self, catalog: Arc<Catalog>, before: Option<&Tools>) -> Arc<Tools> {
        // First, so that whoever is served the new tools and asks about a group asks about all of theirs.
        self.access.watch(catalog.groups());
        Arc::new(Tools::new(catalog, &self.held_scopes, &self.metrics, before))
    }

    /// Serves the catalog that is there, and each that takes its place, until `ending` is cancelled or none can come any more.
    pub(crate) fn follow(self, mut catalogs: watch::Receiver<Arc<Catalog>>, ending: CancellationToken) -> Current {
        let first = Arc::clone(&catalogs.borrow_and_update());
        let tools = watch::Sender::new(self.translate(first, None));
        let current = Current(tools.subscribe());
        tokio::spawn(ending.run_until_cancelled_owned(async move {
            while catalogs.changed().await.is_ok() {
                let catalog = Arc::clone(&catalogs.borrow_and_update());
                let before = Arc::clone(&tools.borrow());
                let after = self.translate(catalog, Some(&before));
                tools.send_replace(after);
                if before.are_loaded() {
                    self.metrics.catalog_swapped();
                }
            }
        }));
        current
    }
}
