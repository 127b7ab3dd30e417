//! What calls used, counted by tool.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// What calls used. Names of tools are those of permits, which the host made.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    request_units: Family<OfTool, Counter<f64, AtomicU64>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTool {
    tool: String,
}

impl Usage {
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "request_units",
            "Request units of Azure Cosmos DB that calls were charged",
            self.request_units.clone(),
        );
    }

    /// Adds what a call was charged. Calls that weren't charged anything need not come here.
    pub(crate) fn charged(&self, tool: &str, request_units: f64) {
        let tool = tool.to_owned();
        self.request_units.get_or_create(&OfTool { tool }).inc_by(request_units);
    }
}
