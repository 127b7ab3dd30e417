//! One question to the platform's endpoint, and the rules by which it is repeated: those of "How to use managed
//! identities for Azure resources on an Azure VM to acquire an access token", section Retry guidance.

use std::time::Duration;

use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::watch;

use super::Inner;
use crate::{CredentialError, DownstreamToken};

/// Pauses between five tries while the endpoint warms up, throttles or fails: at 0, 2, 6, 14 and 30 seconds.
const BACK_OFF: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// Pause between tries while the service is being updated (410), which is over within 70 seconds.
const UPDATE_PAUSE: Duration = Duration::from_secs(10);

/// How many such pauses: seven of them are those 70 seconds.
const UPDATE_PAUSES: usize = 7;

/// The longest that the endpoint may ask for by `Retry-After`, so that it can't put the host to sleep.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(70);

/// The largest answer that is read. Tokens are a few KB.
const MAX_BYTES: usize = 64 * 1024;

/// The longest `error` that is repeated to the operator. The documented ones are shorter.
const MAX_CODE_BYTES: usize = 64;

/// A token as the platform issued it.
#[derive(Clone)]
pub(super) struct Issued {
    pub(super) token: DownstreamToken,
    /// Unix seconds.
    pub(super) expires_at: u64,
    /// When half of its life was over, counted from when it came, in Unix seconds.
    pub(super) renew_at: u64,
}

/// What those who wait for a flight know of it.
pub(super) enum Progress {
    /// A request is under way.
    Asking,
    /// A try failed, and the next is at `until` by the clock.
    Resting { error: CredentialError, until: Duration },
    /// There is an outcome.
    Landed(Result<Issued, CredentialError>),
}

/// Why a try brought no token.
enum Failed {
    /// Trying again is of no use.
    Refused(CredentialError),
    /// It may be of use, after one of the pauses.
    Again {
        problem: String,
        is_updating: bool,
        retry_after: Option<Duration>,
    },
}

impl Inner {
    /// Asks for a token, and again as long as the rules say.
    pub(super) async fn ask(
        &self,
        resource: &str,
        progress: &watch::Sender<Progress>,
    ) -> Result<Issued, CredentialError> {
        let mut back_off = BACK_OFF.into_iter();
        let mut updating = std::iter::repeat_n(UPDATE_PAUSE, UPDATE_PAUSES);
        loop {
            let (problem, is_updating, retry_after) = match self.ask_once(resource).await {
                Ok(issued) => return Ok(issued),
                Err(Failed::Refused(error)) => return Err(error),
                Err(Failed::Again {
                    problem,
                    is_updating,
                    retry_after,
                }) => (problem, is_updating, retry_after),
            };
            let pause = if is_updating { updating.next() } else { back_off.next() };
            let wait = pause
                .unwrap_or(super::RETRY_AFTER)
                .max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER));
            let error = CredentialError::IdentityUnavailable {
                platform: self.endpoint.name(),
                problem,
                retry_after: wait,
            };
            if pause.is_none() {
                return Err(error);
            }
            let until = self.clock.elapsed() + wait;
            progress.send_replace(Progress::Resting { error, until });
            self.clock.sleep(wait).await;
            progress.send_replace(Progress::Asking);
        }
    }

    async fn ask_once(&self, resource: &str) -> Result<Issued, Failed> {
        let request = self.endpoint.request(&self.client, resource, self.client_id);
        // The error's own text would have the address with it, and says no more than this.
        let mut response = request.send().await.map_err(|error| {
            again(if error.is_timeout() {
                "it does not answer"
            } else if error.is_connect() {
                "nothing answers at its address"
            } else {
                "the request failed"
            })
        })?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let body = body(&mut response).await?;
        match status {
            StatusCode::OK => self.issued(&body).map_err(|problem| {
                Failed::Refused(CredentialError::IdentityAnswer {
                    platform: self.endpoint.name(),
                    problem,
                })
            }),
            StatusCode::GONE => Err(Failed::Again {
                problem: "HTTP 410, it is being updated".to_owned(),
                is_updating: true,
                retry_after,
            }),
            StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => Err(Failed::Again {
                problem: format!("HTTP {}", status.as_u16()),
                is_updating: false,
                retry_after,
            }),
            _ if status.is_server_error() => Err(Failed::Again {
                problem: format!("HTTP {}", status.as_u16()),
                is_updating: false,
                retry_after,
            }),
            _ => Err(Failed::Refused(self.refusal(status, &body))),
        }
    }

    fn issued(&self, body: &[u8]) -> Result<Issued, &'static str> {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| "it has not the members of one")?;
        let now = self.clock.unix_now();
        let expires_at = answer.expires_on.seconds().ok_or("it does not say when it expires")?;
        if expires_at <= now {
            return Err("it has expired already, or this machine's clock is ahead");
        }
        let token = DownstreamToken::new(SecretString::from(answer.access_token)).ok_or("it can't be sent")?;
        Ok(Issued {
            token,
            expires_at,
            renew_at: now + (expires_at - now) / 2,
        })
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> CredentialError {
        // IMDS names an unknown identity `invalid_request`; App Service's 400 has no code, and mostly that cause.
        let code = serde_json::from_slice::<Refusal>(body)
            .ok()
            .and_then(|refusal| refusal.error)
            .filter(|code| code.len() <= MAX_CODE_BYTES)
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        match (status, code) {
            (StatusCode::BAD_REQUEST, None) => self.not_found(),
            (StatusCode::BAD_REQUEST, Some(code)) if code == "invalid_request" => self.not_found(),
            (_, code) => CredentialError::IdentityRefused {
                platform: self.endpoint.name(),
                status: status.as_u16(),
                code,
            },
        }
    }

    fn not_found(&self) -> CredentialError {
        CredentialError::IdentityNotFound {
            platform: self.endpoint.name(),
            client_id: self.client_id,
        }
    }
}

/// The members of an answer that matter.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_on: Seconds,
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

/// Unix seconds: both endpoints write them as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn seconds(&self) -> Option<u64> {
        match self {
            Self::Number(seconds) => Some(*seconds),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

fn again(problem: &str) -> Failed {
    Failed::Again {
        problem: problem.to_owned(),
        is_updating: false,
        retry_after: None,
    }
}

/// `Retry-After` in seconds; the form with a date isn't used here.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

async fn body(response: &mut Response) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| again("the answer broke off"))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(again("the answer is larger than one with a token is"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
