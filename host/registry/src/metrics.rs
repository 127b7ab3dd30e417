//! What became of components that were taken in, counted.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use usher_runtime::LoadError;

/// Components that were taken in, at the start and at each change, by outcome. A clone counts the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reloads(Family<Ended, Counter>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    outcome: &'static str,
}

impl Reloads {
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "reloads",
            "Components that were loaded, at the start and at each change, by what became of them",
            self.0.clone(),
        );
    }

    /// A component was taken in. `is_served` says whether any revision of it is.
    pub(crate) fn count(&self, error: Option<&LoadError>, is_served: bool) {
        let outcome = match error {
            None => "served",
            Some(LoadError::AwaitsApproval { .. }) => "waiting",
            Some(_) if is_served => "serving-old",
            Some(_) => "refused",
        };
        self.0.get_or_create(&Ended { outcome }).inc();
    }

    /// A component's file is gone.
    pub(crate) fn gone(&self) {
        self.0.get_or_create(&Ended { outcome: "gone" }).inc();
    }
}
