//! How exchanges ended, counted.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::{Outcome, Remedy};

/// Exchanges by outcome.
#[derive(Debug, Default)]
pub(super) struct Exchanges(Family<Ended, Counter>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    outcome: &'static str,
}

impl Exchanges {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "token_exchanges",
            "Exchanges of callers' tokens at the authority, by how they ended",
            self.0.clone(),
        );
    }

    pub(super) fn count(&self, outcome: &Outcome) {
        let outcome = match outcome {
            Ok(_) => "granted",
            Err(error) => match error.remedy() {
                Remedy::SignInAgain => "sign-in",
                Remedy::SatisfyClaims(_) => "claims",
                Remedy::Consent { .. } => "consent",
                Remedy::Blocked => "blocked",
                Remedy::NeedsUser => "no-user",
                Remedy::Retry { .. } => "unavailable",
                Remedy::Operator => "misconfigured",
            },
        };
        self.0.get_or_create(&Ended { outcome }).inc();
    }
}
