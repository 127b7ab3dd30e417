//! The bearer gate: nobody gets to the protocol without a verified token.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use usher_entra::{Answer, Caller, Challenge, Credentials, ProtectedResource, SignedIn, Verifier};

use crate::attached::Demand;
use crate::challenges::Challenges;
use crate::metrics::Metrics;
use crate::replies;

/// Lets verified callers in and sends everybody else to sign in.
pub(crate) struct Gate {
    verifier: Arc<Verifier>,
    resource: ProtectedResource,
    challenges: Challenges,
    metrics: Metrics,
}

impl Gate {
    pub(crate) fn new(
        verifier: Arc<Verifier>,
        resource: ProtectedResource,
        challenges: Challenges,
        metrics: Metrics,
    ) -> Self {
        Self {
            verifier,
            resource,
            challenges,
            metrics,
        }
    }

    /// Who sent a request. The operator reads the precise reason of a refusal, the client one text for all bad tokens.
    ///
    /// # Errors
    /// The answer for whoever isn't let in.
    pub(crate) async fn admit(&self, headers: &HeaderMap) -> Result<SignedIn, Response> {
        let token = match Credentials::from_headers(headers) {
            Credentials::Bearer(token) => token,
            // Every client starts like this: it raises no alarm.
            Credentials::None => {
                self.metrics.token_refused("missing");
                tracing::debug!(target: "usher::gate", "a request without a bearer token was answered with the challenge");
                return Err(self.challenge(StatusCode::UNAUTHORIZED, Challenge::NoCredentials));
            }
            Credentials::Malformed(reason) => {
                self.metrics.token_refused("malformed");
                tracing::warn!(target: "usher::gate", %reason, "credentials refused");
                return Err(self.challenge(StatusCode::UNAUTHORIZED, Challenge::InvalidToken));
            }
        };
        let verified = self.verifier.verify(token).await.map_err(|rejection| {
            self.metrics.token_refused(rejection.reason().kind());
            tracing::warn!(target: "usher::gate", reason = %rejection.reason(), uti = rejection.token_id(), "token refused");
            match rejection.answer() {
                Answer::Invalid => self.challenge(StatusCode::UNAUTHORIZED, Challenge::InvalidToken),
                Answer::InsufficientScope => self.challenge(StatusCode::FORBIDDEN, Challenge::InsufficientScope),
                Answer::ClientNotAllowed => {
                    replies::plain(StatusCode::FORBIDDEN, "This client application is not allowed to use this server.").into_response()
                }
                Answer::Unavailable { retry_after } => unavailable(retry_after),
            }
        })?;
        self.metrics.token_verified();
        Ok(verified)
    }

    /// The answer to a caller whose token is good, and not good enough for what was asked.
    pub(crate) fn demand(&self, caller: &Caller, demand: &Demand) -> Response {
        let (status, message, challenge) = match demand {
            Demand::SignIn => return self.challenge(StatusCode::UNAUTHORIZED, Challenge::InvalidToken),
            Demand::Scopes(missing) => (
                StatusCode::FORBIDDEN,
                "The access token lacks scopes that this tool requires: the WWW-Authenticate header says which.",
                self.challenges.insufficient_scope(caller, missing),
            ),
            Demand::Claims(claims) => (
                StatusCode::UNAUTHORIZED,
                "The sign-in must satisfy the claims in the WWW-Authenticate header.",
                self.challenges.insufficient_claims(claims),
            ),
        };
        let mut response = replies::plain(status, message);
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        response
    }

    fn challenge(&self, status: StatusCode, challenge: Challenge) -> Response {
        let message = match challenge {
            Challenge::NoCredentials => "Sign in first: the WWW-Authenticate header says where.",
            Challenge::InvalidToken => "The access token is not accepted. Sign in again.",
            Challenge::InsufficientScope => "The access token lacks a scope: the WWW-Authenticate header says which.",
        };
        let mut response = replies::plain(status, message);
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, self.resource.challenge(challenge).clone());
        response
    }
}

/// The keys to verify with can't be had: that says nothing about the token, so it is no 401.
fn unavailable(retry_after: Duration) -> Response {
    let mut response = replies::plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "Access tokens can't be checked at the moment. Your token may be fine: try again.",
    );
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}
