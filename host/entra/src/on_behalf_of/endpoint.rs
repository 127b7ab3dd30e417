//! The token endpoint: one request over HTTP, sent a second time only where that can't do harm and may do good.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::rand;
use http::header::ACCEPT;
use reqwest::Client;
use secrecy::zeroize::Zeroizing;
use tokio::time::timeout_at;
use url::Url;
use uuid::Uuid;

use super::{
    answer::{Answer, Granted, TokenError},
    verdict,
};
use crate::{
    Assertion, ClaimsChallenge, ClientCredential, Clock, CredentialError, DownstreamScope, OperatorNote,
    credential::CredentialFields, http_client::TOTAL_TIMEOUT,
};

/// The largest answer that is read. A token has a few KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Room for an answer of the usual size, so that it isn't copied about while it arrives: copies would not be wiped.
const USUAL_BYTES: usize = 16 * 1024;

/// The pause before a second attempt, at least and at most: enough for a connection to be gone, and spread, so that all
/// who failed together don't come back together.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));

/// Says that the signature or the thumbprint of the client's assertion isn't recognised.
const ASSERTION_NOT_RECOGNISED: u32 = 700_027;

/// One tenant's token endpoint, asked as one client.
pub(super) struct Endpoint {
    address: Url,
    client_id: Uuid,
    credential: ClientCredential,
    http: Client,
    clock: Arc<dyn Clock>,
}

/// What is asked for.
pub(super) enum Grant<'a> {
    /// A token on behalf of a user ("OAuth 2.0 On-Behalf-Of flow").
    OnBehalfOf {
        assertion: &'a Assertion,
        scope: &'a DownstreamScope,
        claims: Option<&'a ClaimsChallenge>,
    },
    /// A token of the app registration's own ("OAuth 2.0 client credentials flow").
    ClientCredentials { scope: &'a DownstreamScope },
}

impl<'a> Grant<'a> {
    fn grant_type(&self) -> &'static str {
        match self {
            Self::OnBehalfOf { .. } => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::ClientCredentials { .. } => "client_credentials",
        }
    }

    /// The fields that follow the client's own.
    fn fields(&self) -> Vec<(&'static str, &'a str)> {
        match self {
            Self::OnBehalfOf {
                assertion,
                scope,
                claims,
            } => {
                let mut fields = vec![
                    ("assertion", assertion.expose()),
                    ("scope", scope.as_str()),
                    ("requested_token_use", "on_behalf_of"),
                ];
                fields.extend(claims.map(|claims| ("claims", claims.as_json())));
                fields
            }
            Self::ClientCredentials { scope } => vec![("scope", scope.as_str())],
        }
    }
}

/// Why a request brought no token.
#[derive(Debug)]
pub(super) enum Failed {
    /// Entra refused.
    Refused(TokenError),
    /// Entra is throttling or failing, for everybody.
    Unavailable {
        retry_after: Option<Duration>,
        note: OperatorNote,
    },
    /// No answer, or no credential at the moment.
    Unreachable {
        retry_after: Option<Duration>,
        note: OperatorNote,
    },
    /// Something that only the operator can change.
    Misconfigured(OperatorNote),
}

/// What one attempt ended in.
enum Attempt {
    Answered(Answer),
    /// No connection, or one that broke.
    NotDelivered(reqwest::Error),
    /// Sent, and nothing came in time.
    TimedOut,
}

impl Endpoint {
    pub(super) fn new(
        address: Url,
        client_id: Uuid,
        credential: ClientCredential,
        http: Client,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            address,
            client_id,
            credential,
            http,
            clock,
        }
    }

    /// Asks for a token. A connection that fails and a failure of Entra's (5xx without a `Retry-After`) get a second
    /// attempt; an answer below 500 gets none, but for one: an assertion of the client that Entra doesn't recognise is
    /// made once more in its older form, if the credential has one.
    pub(super) async fn request(&self, grant: &Grant<'_>, deadline: Instant) -> Result<Granted, Box<Failed>> {
        let request_id = Uuid::new_v4();
        let (mut is_second, mut is_older_form) = (false, false);
        loop {
            let fields = self.fields(deadline).await?;
            let sending = self.send(grant, &fields, request_id);
            let attempt = timeout_at(deadline.into(), sending).await.unwrap_or(Attempt::TimedOut);
            let is_worth_another = match &attempt {
                Attempt::NotDelivered(_) => !is_second,
                Attempt::Answered(Answer::Unavailable(unavailable)) => {
                    !is_second && unavailable.status.is_server_error() && unavailable.retry_after.is_none()
                }
                _ => false,
            };
            if is_worth_another {
                is_second = true;
                self.clock.sleep(pause()).await;
                continue;
            }
            if let Attempt::Answered(Answer::Refused(error)) = &attempt
                && !is_older_form
                && error.error == "invalid_client"
                && error.code == Some(ASSERTION_NOT_RECOGNISED)
                && self.credential.rejected(&fields)
            {
                is_older_form = true;
                continue;
            }
            let mut outcome = self.end(attempt);
            if let Err(failed) = &mut outcome {
                failed.name_request(request_id);
            }
            return outcome;
        }
    }

    /// What the credential itself knows about a refusal, more exactly than the number tells.
    pub(super) fn advice(&self, code: u32) -> Option<String> {
        self.credential.advice(code)
    }

    async fn fields(&self, deadline: Instant) -> Result<CredentialFields, Box<Failed>> {
        let fields = self.credential.fields(&self.address, self.client_id, deadline).await;
        fields.map_err(|error: CredentialError| {
            let note = verdict::no_credential(&error);
            Box::new(if error.is_transient() {
                let retry_after = error.retry_after();
                Failed::Unreachable { retry_after, note }
            } else {
                Failed::Misconfigured(note)
            })
        })
    }

    async fn send(&self, grant: &Grant<'_>, credential: &CredentialFields, request_id: Uuid) -> Attempt {
        let client_id = self.client_id.to_string();
        let mut form = vec![("grant_type", grant.grant_type()), ("client_id", &client_id)];
        form.extend(credential.iter());
        form.extend(grant.fields());
        let request = self
            .http
            .post(self.address.clone())
            .timeout(TOTAL_TIMEOUT)
            .header(ACCEPT, "application/json")
            .header("client-request-id", request_id.to_string())
            .header("x-client-SKU", "usher")
            .header("x-client-Ver", env!("CARGO_PKG_VERSION"))
            // Entra says when to come back, and may answer 429 instead of an error in the body.
            .header("x-ms-lib-capability", "retry-after, h429")
            .form(&form);
        let received = async {
            let mut response = request.send().await?;
            let mut body = Zeroizing::new(Vec::with_capacity(USUAL_BYTES));
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > MAX_BYTES {
                    return Ok(Answer::Unreadable(response.status()));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer::read(response.status(), response.headers(), &body))
        };
        match received.await {
            Ok(answer) => Attempt::Answered(answer),
            Err(error) => {
                let error: reqwest::Error = error;
                if error.is_timeout() && !error.is_connect() {
                    Attempt::TimedOut
                } else {
                    Attempt::NotDelivered(error.without_url())
                }
            }
        }
    }

    fn end(&self, attempt: Attempt) -> Result<Granted, Box<Failed>> {
        let host = self.address.host_str().unwrap_or_default();
        let failed = match attempt {
            Attempt::Answered(Answer::Granted(granted)) => return Ok(granted),
            Attempt::Answered(Answer::Refused(error)) => Failed::Refused(error),
            Attempt::Answered(Answer::Unavailable(unavailable)) => Failed::Unavailable {
                retry_after: unavailable.retry_after,
                note: verdict::unavailable(&unavailable),
            },
            Attempt::Answered(Answer::Unreadable(status)) => Failed::Misconfigured(verdict::unreadable(host, status)),
            Attempt::NotDelivered(error) => Failed::Unreachable {
                retry_after: None,
                note: verdict::unreachable(host, &error),
            },
            Attempt::TimedOut => Failed::Unreachable {
                retry_after: None,
                note: verdict::timed_out(host),
            },
        };
        Err(Box::new(failed))
    }
}

impl Failed {
    /// Names the request where Entra's answer didn't: it is what was sent as `client-request-id`.
    fn name_request(&mut self, request_id: Uuid) {
        let correlation_id = match self {
            Self::Refused(error) => &mut error.correlation_id,
            Self::Unavailable { note, .. } | Self::Unreachable { note, .. } | Self::Misconfigured(note) => {
                &mut note.correlation_id
            }
        };
        correlation_id.get_or_insert_with(|| request_id.to_string());
    }
}

fn pause() -> Duration {
    let (least, most) = PAUSE;
    let mut random = [0];
    // Without randomness, everybody waits the longest: worse, and no harm.
    let share = rand::fill(&mut random).map_or(1.0, |()| f64::from(random[0]) / 255.0);
    least + (most - least).mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_is_spread_between_its_bounds() {
        let pauses: Vec<Duration> = (0..64).map(|_| pause()).collect();
        assert!(pauses.iter().all(|pause| (PAUSE.0..=PAUSE.1).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
