//! The runtime: the engine with everything that calls share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;
use usher_capabilities::{CallContext, Services};
use usher_policy::{Limits, Permit};
use uuid::Uuid;
use wasmtime::Engine;

use crate::admission::Admission;
use crate::call::{self, Outcome, Request};
use crate::catalog::Catalog;
use crate::compile_cache::CompileCache;
use crate::engine::engine;
use crate::examined::{Compiled, Examined, ExaminedTool};
use crate::fault::Fault;
use crate::load;
use crate::load_error::LoadError;
use crate::revision::Revision;
use crate::settings::RuntimeSettings;
use crate::source::Source;
use crate::ticker::Ticker;
use crate::tool::Tool;

/// Slots of the pool beyond the calls that may run at once: for listing at load, and for instances that are being torn down.
const SPARE_SLOTS: u32 = 64;

/// Runs calls. One for the process.
pub struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) cache: CompileCache,
    pub(crate) services: Arc<Services>,
    pub(crate) groups: BTreeMap<String, Uuid>,
    ticker: Ticker,
    admission: Admission,
}

/// Why the runtime couldn't start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The engine refused its settings.
    #[error(
        "the WebAssembly engine could not be set up: {0:#}. It reserves address space for its instances; is `ulimit -v` set?"
    )]
    Engine(wasmtime::Error),
    /// The compile cache can't be used.
    #[error("the compile cache {path} can't be used: {source}")]
    Cache {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The thread that interrupts guests couldn't be started.
    #[error("no thread could be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Runtime {
    /// Sets up the engine.
    ///
    /// # Errors
    /// What couldn't be set up.
    pub fn start(settings: RuntimeSettings, services: Arc<Services>) -> Result<Self, StartError> {
        let engine = engine(settings.admission.at_once.saturating_add(SPARE_SLOTS)).map_err(StartError::Engine)?;
        let ticker = Ticker::start(engine.clone())?;
        let cache = CompileCache::open(settings.cache_dir.as_deref(), &engine).map_err(|source| StartError::Cache {
            path: settings.cache_dir.unwrap_or_default(),
            source,
        })?;
        Ok(Self {
            cache,
            services,
            groups: settings.groups,
            ticker,
            admission: Admission::new(settings.admission),
            engine,
        })
    }

    /// Loads every component of a directory. What can't be served is in [`Catalog::refused`].
    ///
    /// # Errors
    /// The directory can't be read.
    pub async fn load(&self, directory: &Path) -> std::io::Result<Catalog> {
        let _running = self.ticker.running();
        load::directory(self, directory).await
    }

    /// Loads one component with its grant.
    ///
    /// # Errors
    /// Why it can't be served.
    pub async fn load_revision(&self, source: &Source) -> Result<Revision, LoadError> {
        let _running = self.ticker.running();
        load::revision(self, source).await
    }

    /// Looks at a component without a grant: compiles it, and asks it for its tools within these limits. What it imports is looked
    /// at and not linked.
    ///
    /// # Errors
    /// The bytes aren't a component that this host can run, or what it says of its tools can't be served.
    pub async fn examine(&self, source: &Source, limits: &Limits) -> Result<Examined, LoadError> {
        let _running = self.ticker.running();
        let compiled = Compiled::new(self, source.digest(), &source.wasm)?;
        let tools = compiled.describe(self, limits).await?;
        Ok(compiled.examined(tools.iter().map(ExaminedTool::from).collect()))
    }

    /// Runs one call of a tool in one fresh instance. Dropping the future stops the call.
    ///
    /// # Errors
    /// A [`Fault`] when the call ended without the tool's own answer.
    pub async fn run(&self, tool: &Tool, permit: Permit, request: Request) -> Result<Outcome, Fault> {
        if !Arc::ptr_eq(permit.tool(), tool.policy()) {
            return Err(Fault::WrongPermit);
        }
        let _place = self.admission.enter(permit.caller().key()).await?;
        let _running = self.ticker.running();
        let context = CallContext::new(permit, Arc::clone(&self.services));
        call::run(tool, context, request).await
    }
}
