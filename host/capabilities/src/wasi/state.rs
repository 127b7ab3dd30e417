//! What WASI keeps during one call.

use std::sync::Arc;

use usher_policy::ToolPolicy;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::WasiCliCtxView;
use wasmtime_wasi::clocks::WasiClocksCtxView;
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use super::printed::Printed;
use super::sources::{Sources, WasiSources};

/// Handles that are open at once: streams and things that are waited for. A tool has a few.
const HANDLES: usize = 1_024;

/// The state of a call that uses WASI.
pub(crate) struct WasiState {
    context: WasiCtx,
    table: ResourceTable,
    sources: Sources,
}

impl WasiState {
    pub(crate) fn new(tool: &Arc<ToolPolicy>, sources: Option<Arc<dyn WasiSources>>) -> Self {
        let sources = Sources::new(sources);
        let (stdout, stderr) = Printed::streams(tool);
        // What isn't set is closed: no environment variables, arguments, folders or input; the network is in no linked interface,
        // and is refused all the same.
        let context = WasiCtxBuilder::new()
            .stdout(stdout)
            .stderr(stderr)
            .wall_clock(sources.clone())
            .monotonic_clock(sources.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            context,
            table,
            sources,
        }
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    pub(super) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(super) fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView {
            ctx: self.context.clocks(),
            table: &mut self.table,
        }
    }

    pub(super) fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView {
            ctx: self.context.cli(),
            table: &mut self.table,
        }
    }

    pub(super) fn filesystem(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView {
            ctx: self.context.filesystem(),
            table: &mut self.table,
        }
    }
}
