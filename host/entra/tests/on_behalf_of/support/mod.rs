//! What the tests share: a token endpoint that answers as it is told, and exchanges that are sent there.

#[path = "../../verification/support/clock.rs"]
mod clock;
mod token_server;

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) use clock::{ManualClock, START};
use secrecy::SecretString;
pub(crate) use token_server::{Reply, TokenServer};
use usher_entra::{
    Caller, ClientCredential, Cloud, DownstreamScope, DownstreamToken, ExchangeError, OnBehalfOf, OnBehalfOfSettings,
    Remedy, SignedIn, http_client,
};

pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const API: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
pub(crate) const SECRET: &str = "the~value.of_the-secret";

/// Exchanges, where they are sent, and their time.
pub(crate) struct Exchanges {
    pub(crate) server: TokenServer,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tokens: Arc<OnBehalfOf>,
}

impl Exchanges {
    /// Every exchange is granted, until the server is told otherwise.
    pub(crate) async fn start() -> Self {
        Self::with(ClientCredential::secret(SecretString::from(SECRET)).unwrap(), |_| ()).await
    }

    pub(crate) async fn with_settings(change: impl FnOnce(&mut OnBehalfOfSettings)) -> Self {
        Self::with(ClientCredential::secret(SecretString::from(SECRET)).unwrap(), change).await
    }

    pub(crate) async fn with(credential: ClientCredential, change: impl FnOnce(&mut OnBehalfOfSettings)) -> Self {
        let server = TokenServer::start().await;
        let mut settings = OnBehalfOfSettings {
            cloud: Cloud::development(server.authority()).unwrap(),
            tenant: TENANT.parse().unwrap(),
            client_id: API.parse().unwrap(),
            cache_entries: 1000,
            consent_redirect: Some("http://127.0.0.1:8400/consented".parse().unwrap()),
        };
        change(&mut settings);
        let clock = Arc::new(ManualClock::new());
        let http = http_client(&server.authority()).unwrap();
        let tokens = OnBehalfOf::with_clock(settings, credential, http, clock.clone());
        Self { server, clock, tokens }
    }

    /// A Graph token for somebody, with all the time in the world.
    pub(crate) fn token(
        &self,
        who: &SignedIn,
    ) -> impl Future<Output = Result<DownstreamToken, ExchangeError>> + Send + use<> {
        let (tokens, who) = (Arc::clone(&self.tokens), who.clone());
        async move { tokens.token(&who, &graph(), in_time()).await }
    }

    /// The text of the token that was obtained.
    pub(crate) async fn granted(&self, who: &SignedIn) -> String {
        text(&self.token(who).await.unwrap())
    }

    pub(crate) async fn refused(&self, who: &SignedIn) -> ExchangeError {
        self.token(who).await.unwrap_err()
    }

    pub(crate) async fn remedy(&self, who: &SignedIn) -> Remedy {
        self.refused(who).await.remedy().clone()
    }
}

pub(crate) fn graph() -> DownstreamScope {
    Cloud::Global.graph_scope()
}

/// A deadline that no test reaches.
pub(crate) fn in_time() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Somebody who is signed in until an hour after the start.
pub(crate) fn somebody(name: &str) -> SignedIn {
    signed_in(name, "first", START - 60, START + 3600)
}

/// The same person with another token.
pub(crate) fn signed_in(name: &str, token_id: &str, issued_at: u64, expires_at: u64) -> SignedIn {
    let caller = Caller::testing(name)
        .with_token_id(token_id)
        .issued_at(issued_at)
        .expiring_at(expires_at);
    SignedIn::testing(caller.build())
}

pub(crate) fn text(token: &DownstreamToken) -> String {
    let header = token.authorization();
    header.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
