//! One request to the service: how long it may take, what it cost, and what its failure means.
//!
//! A failure's text stays here. It names the account, the machine and sometimes the item: an operator gets status, substatus and
//! activity id, by which Azure's support and logs know the request; everyone else gets a [`StoreError`] without any of that.

use std::time::{Duration, Instant};

use azure_data_cosmos::CosmosError;

use crate::error::{Cause, StoreError};
use crate::meter;

/// How long an operation may take if its call has no deadline.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait if the service is busy and doesn't say how long.
const USUAL_WAIT: Duration = Duration::from_millis(100);

/// When the current operation must be done.
pub(super) fn deadline() -> Instant {
    meter::deadline().unwrap_or_else(|| Instant::now() + PATIENCE)
}

/// Does one request, again and again while the service is busy and says a time to wait that ends before `deadline`.
pub(super) async fn call<T, Made>(deadline: Instant, make: impl Fn() -> Made) -> Result<T, Failure>
where
    Made: Future<Output = Result<T, CosmosError>>,
{
    loop {
        let outcome = tokio::time::timeout_at(deadline.into(), make()).await;
        let error = match outcome {
            Err(_) => return Err(Failure::Late),
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error,
        };
        charge_failure(&error);
        match wait_for(&error) {
            Some(wait) if Instant::now() + wait < deadline => tokio::time::sleep(wait).await,
            _ => return Err(Failure::Refused(error)),
        }
    }
}

/// Why a request wasn't answered as it was meant to be.
pub(super) enum Failure {
    /// The deadline came first.
    Late,
    /// The service, or the way to it, said no.
    Refused(CosmosError),
}

impl Failure {
    /// The HTTP status; none if there was no answer in time.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Late => None,
            Self::Refused(error) => Some(status(error)),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Late => Self::Timeout,
            Failure::Refused(error) => refusal(&error),
        }
    }
}

/// Adds what a failed request cost. Also that is charged.
fn charge_failure(error: &CosmosError) {
    if let Some(charge) = error.response().and_then(|response| response.headers().request_charge) {
        meter::charge(charge.value());
    }
}

/// How long to wait before the same request may be sent again: only if the service is busy (429), or asks for it (449).
/// Source: Azure Cosmos DB, "HTTP status codes".
pub(super) fn wait_for(error: &CosmosError) -> Option<Duration> {
    if !matches!(status(error), 429 | 449) {
        return None;
    }
    Some(retry_after_ms(error).map_or(USUAL_WAIT, |wait| Duration::from_millis(wait.max(1))))
}

fn retry_after_ms(error: &CosmosError) -> Option<u64> {
    error.response()?.headers().retry_after_ms
}

fn status(error: &CosmosError) -> u16 {
    error.status().status_code().into()
}

/// What a failure means for who asked.
pub(super) fn refusal(error: &CosmosError) -> StoreError {
    let status = error.status();
    match u16::from(status.status_code()) {
        // With a substatus it is the container, or its owner, that isn't there.
        404 if status.sub_status().is_none_or(|sub| sub.value() == 0) => StoreError::NotFound,
        409 => StoreError::Conflict,
        412 => StoreError::PreconditionFailed,
        413 => StoreError::TooLarge,
        429 | 449 => StoreError::Throttled {
            retry_after_ms: retry_after_ms(error).and_then(|wait| u32::try_from(wait).ok()),
        },
        408 => StoreError::Timeout,
        _ => StoreError::Unavailable(cause(error)),
    }
}

/// What an operator may read of a failure.
pub(super) fn cause(error: &CosmosError) -> Cause {
    let status = error.status();
    let activity = error
        .response()
        .and_then(|response| response.headers().activity_id.clone());
    Cause::new(format!(
        "Azure Cosmos DB answered {}, substatus {}, activity {}",
        u16::from(status.status_code()),
        status.sub_status().map_or(0, |sub| sub.value()),
        activity.as_ref().map_or("unknown", |activity| activity.as_str()),
    ))
}
