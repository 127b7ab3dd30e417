//! The runtime: the engine with everything that calls share.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus_client::registry::Registry;
use thiserror::Error;
use usher_capabilities::{CallContext, Recorder, Replay, Services};
use usher_policy::{Limits, Permit};
use uuid::Uuid;
use wasmtime::Engine;

use crate::admission::Admission;
use crate::call::{self, Outcome, Request};
use crate::compile_cache::{CacheError, CompileCache};
use crate::engine::engine;
use crate::examined::{Compiled, Examined, ExaminedTool};
use crate::fault::Fault;
use crate::load;
use crate::load_error::LoadError;
use crate::measures::{Measured, Measures};
use crate::metrics::Calls;
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
    count_instructions: bool,
}

/// Why the runtime couldn't start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The engine refused its settings.
    #[error(
        "the WebAssembly engine could not be set up: {0:#}. It reserves address space for its instances; is `ulimit -v` set?"
    )]
    Engine(wasmtime::Error),
    /// A folder of compiled components can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
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
        let engine = engine(
            settings.admission.at_once.saturating_add(SPARE_SLOTS),
            settings.kept_memory_mib,
            settings.count_instructions,
        )
        .map_err(StartError::Engine)?;
        let ticker = Ticker::start(engine.clone())?;
        let cache = CompileCache::open(&settings.cache, &engine)?;
        Ok(Self {
            cache,
            services,
            groups: settings.groups,
            count_instructions: settings.count_instructions,
            ticker,
            admission: Admission::new(settings.admission),
            engine,
        })
    }

    /// Loads one component with its grant. Compiling takes seconds of a thread, and this is where it happens: not on a thread that
    /// serves.
    ///
    /// # Errors
    /// Why it can't be served.
    pub async fn load_revision(&self, source: &Source) -> Result<Revision, LoadError> {
        let _running = self.ticker.running();
        load::revision(self, source).await
    }

    /// From now on calls are served: compiling leaves half of the processors to them.
    pub fn leave_room_for_calls(&self) {
        self.cache.leave_room_for_calls();
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

    /// Looks at a component as [`Runtime::examine`] does, without running anything of it: it isn't asked for its tools, and
    /// `tools` is empty. For one that can't be asked.
    ///
    /// # Errors
    /// The bytes aren't a component that this host can run.
    pub fn survey(&self, source: &Source) -> Result<Examined, LoadError> {
        Ok(Compiled::new(self, source.digest(), &source.wasm)?.examined(Vec::new()))
    }

    /// Adds what is counted of calls to a registry whose prefix is the host's name.
    pub fn register_metrics(self: &Arc<Self>, registry: &mut Registry) {
        registry.register_collector(Box::new(Calls(Arc::clone(self))));
        self.services.register_metrics(registry);
    }

    pub(crate) fn admission(&self) -> &Admission {
        &self.admission
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
        call::run(tool, context, request, self.count_instructions).await.ended
    }

    /// The same with every host call on tape, and with what it took. Without admission, since nobody else is served meanwhile.
    pub async fn record(&self, tool: &Tool, permit: Permit, request: Request, recorder: Recorder) -> Measured {
        if !Arc::ptr_eq(permit.tool(), tool.policy()) {
            return Measured {
                ended: Err(Fault::WrongPermit),
                measures: Measures::default(),
            };
        }
        let context = CallContext::recording(permit, Arc::clone(&self.services), recorder);
        self.measure(tool, context, request).await
    }

    /// The same with the host calls answered from a recording. No permit: nothing is reached.
    pub async fn replay(&self, tool: &Tool, request: Request, replay: Replay) -> Measured {
        let context = CallContext::replaying(Arc::clone(tool.policy()), Arc::clone(&self.services), replay);
        self.measure(tool, context, request).await
    }

    async fn measure(&self, tool: &Tool, context: CallContext, request: Request) -> Measured {
        let _running = self.ticker.running();
        call::run(tool, context, request, self.count_instructions).await
    }
}
