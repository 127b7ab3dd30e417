//! How requests to Graph ended, counted.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use reqwest::StatusCode;

/// Requests by outcome. One that is repeated counts each time.
#[derive(Debug, Default)]
pub(super) struct Requests(Family<Ended, Counter>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    outcome: &'static str,
}

impl Requests {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "graph_requests",
            "Requests to Microsoft Graph, by how they ended",
            self.0.clone(),
        );
    }

    pub(super) fn count(&self, outcome: &'static str) {
        self.0.get_or_create(&Ended { outcome }).inc();
    }
}

/// What an answer counts as.
pub(super) fn outcome(status: StatusCode, is_throttled: bool) -> &'static str {
    match status {
        _ if is_throttled => "throttled",
        StatusCode::UNAUTHORIZED => "unauthorized",
        status if status.is_client_error() => "client-error",
        status if status.is_server_error() => "server-error",
        _ => "success",
    }
}
