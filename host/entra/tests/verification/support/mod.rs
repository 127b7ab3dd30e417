//! What the tests share: a tenant with keys, a JWKS server that can be told to misbehave, tokens that Entra would and
//! would not issue, and a clock.

mod clock;
mod jwks_server;
mod token;

use std::{sync::Arc, time::Duration};

pub(crate) use clock::ManualClock;
use http::{HeaderMap, header::AUTHORIZATION};
pub(crate) use jwks_server::JwksServer;
pub(crate) use token::{Key, Token, rogue_key, second_key, signing_key};
use usher_entra::{
    Answer, BearerToken, Caller, Credentials, Reason, Rejection, Verifier, VerifierSettings, http_client,
};

pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const OTHER_TENANT: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const API: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
pub(crate) const ALICE: &str = "a11ce000-0000-4000-8000-000000000001";
pub(crate) const CLIENT: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";
pub(crate) const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";

/// A verifier, the keys that it fetches, and its time.
pub(crate) struct Tenant {
    pub(crate) jwks: JwksServer,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) verifier: Arc<Verifier>,
}

impl Tenant {
    /// Publishes the signing key and the second key; nothing is fetched yet.
    pub(crate) async fn start() -> Self {
        Self::with_settings(|_| ()).await
    }

    pub(crate) async fn with_settings(change: impl FnOnce(&mut VerifierSettings)) -> Self {
        let jwks = JwksServer::start().await;
        jwks.publish(&[signing_key(), second_key()]);
        let mut settings = VerifierSettings::new(
            ISSUER.to_owned(),
            TENANT.parse().unwrap(),
            API.parse().unwrap(),
            jwks.address(),
            "user_impersonation".to_owned(),
        );
        change(&mut settings);
        let clock = Arc::new(ManualClock::new());
        let client = http_client(&settings.jwks_uri).unwrap();
        let verifier = Arc::new(Verifier::with_clock(settings, client, clock.clone()).unwrap());
        Self { jwks, clock, verifier }
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<Arc<Caller>, Rejection> {
        let signed_in = self.verifier.verify(bearer(token)).await?;
        Ok(Arc::clone(signed_in.caller()))
    }

    pub(crate) async fn answer(&self, token: &str) -> Answer {
        self.verify(token).await.unwrap_err().answer()
    }

    pub(crate) async fn reason(&self, token: &str) -> Reason {
        self.verify(token).await.unwrap_err().reason().clone()
    }
}

/// A token as it comes out of a request's headers.
pub(crate) fn bearer(token: &str) -> BearerToken {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    match Credentials::from_headers(&headers) {
        Credentials::Bearer(token) => token,
        other => panic!("not a bearer token: {other:?}"),
    }
}

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

pub(crate) fn hours(count: u64) -> Duration {
    minutes(count * 60)
}
