//! What was asked for, how often, and which of the next answers are to fail: what lets a test assert that a verifier
//! fetched the keys once, or survives their endpoint's absence.

mod failures;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use failures::Plans;
pub(crate) use failures::{Failure, Plan};

/// What is counted, and can be made to fail. The names are those of the control API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub(crate) enum Endpoint {
    #[serde(rename = "discovery")]
    Discovery,
    #[serde(rename = "instance")]
    Instance,
    #[serde(rename = "jwks")]
    Jwks,
    #[serde(rename = "authorize")]
    Authorize,
    #[serde(rename = "register")]
    Register,
    /// Every request to the token endpoint, whatever its grant.
    #[serde(rename = "token")]
    Token,
    #[serde(rename = "token.authorization_code")]
    AuthorizationCode,
    #[serde(rename = "token.refresh_token")]
    RefreshToken,
    #[serde(rename = "token.client_credentials")]
    ClientCredentials,
    #[serde(rename = "obo")]
    OnBehalfOf,
    /// The managed identity endpoint of App Service and Container Apps.
    #[serde(rename = "msi")]
    ManagedIdentity,
    /// The Azure Instance Metadata Service.
    #[serde(rename = "imds")]
    InstanceMetadata,
    /// Graph's answers on whether somebody belongs to a group.
    #[serde(rename = "graph.memberships")]
    GraphMemberships,
    /// Everything else of Graph.
    #[serde(rename = "graph.requests")]
    GraphRequests,
    #[serde(rename = "ledger")]
    Ledger,
}

impl Endpoint {
    const ALL: [Self; 15] = [
        Self::Discovery,
        Self::Instance,
        Self::Jwks,
        Self::Authorize,
        Self::Register,
        Self::Token,
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::OnBehalfOf,
        Self::ManagedIdentity,
        Self::InstanceMetadata,
        Self::GraphMemberships,
        Self::GraphRequests,
        Self::Ledger,
    ];

    /// Whether an AADSTS code means anything there.
    pub(crate) fn speaks_aadsts(self) -> bool {
        matches!(
            self,
            Self::Token | Self::AuthorizationCode | Self::RefreshToken | Self::ClientCredentials | Self::OnBehalfOf
        )
    }
}

/// Counters and planned failures, by endpoint.
#[derive(Default)]
pub(crate) struct Traffic {
    arrived: [AtomicU64; Endpoint::ALL.len()],
    plans: Plans,
}

impl Traffic {
    /// Counts a request, waits as long as is planned for it, and tells how it must fail, if it must. `persona` is the
    /// short name of whom the request is about, where that is known.
    pub(crate) async fn arrive(&self, endpoint: Endpoint, persona: Option<&str>) -> Result<(), Failure> {
        self.arrived[endpoint as usize].fetch_add(1, Ordering::Relaxed);
        let Some(plan) = self.plans.take(endpoint, persona) else {
            return Ok(());
        };
        tokio::time::sleep(plan.delay).await;
        plan.failure.map_or(Ok(()), Err)
    }

    /// Plans what becomes of the next requests to an endpoint.
    pub(crate) fn plan(&self, plan: Plan) {
        self.plans.add(plan);
    }

    /// How many requests each endpoint has had since the start, failed ones included.
    pub(crate) fn counters(&self) -> BTreeMap<Endpoint, u64> {
        let count = |endpoint: Endpoint| (endpoint, self.arrived[endpoint as usize].load(Ordering::Relaxed));
        Endpoint::ALL.into_iter().map(count).collect()
    }
}
