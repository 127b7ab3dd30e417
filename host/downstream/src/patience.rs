//! How long to wait, and when to try again.
//!
//! The rules: one retry at most, only within the caller's deadline, after what the service asked for or a moment that
//! differs from asker to asker; and while a service is throttling, nobody asks it (Microsoft Graph documentation,
//! "Microsoft Graph throttling guidance").

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::DownstreamError;

/// The longest that one answer of a service holds others back. A service that asks for an hour is asked again sooner: it
/// costs one request a minute to find out that it meant it.
const LONGEST_CLOSURE: Duration = Duration::from_secs(60);

/// The pause before repeating what failed: long enough for a broken connection to be noticed, different for each asker.
const PAUSE: Duration = Duration::from_millis(50);

/// What is left until a deadline.
///
/// # Errors
/// [`DownstreamError::Timeout`] when nothing is.
pub(crate) fn remaining(deadline: Instant) -> Result<Duration, DownstreamError> {
    deadline
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
        .ok_or(DownstreamError::Timeout)
}

/// Runs a future until a deadline.
///
/// # Errors
/// [`DownstreamError::Timeout`] when the deadline comes first.
pub(crate) async fn within<T>(deadline: Instant, future: impl Future<Output = T>) -> Result<T, DownstreamError> {
    tokio::time::timeout_at(deadline.into(), future)
        .await
        .map_err(|_| DownstreamError::Timeout)
}

/// Waits before a repetition, if there is time for it.
///
/// # Errors
/// [`DownstreamError::Timeout`] when there isn't.
pub(crate) async fn pause(deadline: Instant) -> Result<(), DownstreamError> {
    // The low byte of a random GUID: between one and two pauses, so that a crowd that failed together doesn't return
    // together.
    let spread = u32::from(Uuid::new_v4().as_bytes()[15]);
    let pause = PAUSE + PAUSE * spread / 256;
    if remaining(deadline)? <= pause {
        return Err(DownstreamError::Timeout);
    }
    sleep(pause).await;
    Ok(())
}

/// Whether an answer says "not now": 429, 503 with a time to come back (RFC 9110 §15.6.4), 509 of SharePoint.
pub(crate) fn is_throttled(status: StatusCode, headers: &HeaderMap) -> bool {
    match status.as_u16() {
        429 | 509 => true,
        503 => headers.contains_key(RETRY_AFTER),
        _ => false,
    }
}

/// `Retry-After` in seconds, the form that Entra and Graph send (RFC 9110 §10.2.3 knows a date as well, which nobody has
/// been seen to send here; it reads as absent).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Closed while a service throttles, for everybody who asks the same thing of it.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    until: Mutex<Option<Instant>>,
}

impl Throttle {
    /// Passes when open, or waits for it.
    ///
    /// # Errors
    /// [`DownstreamError::Throttled`] when it opens after the deadline.
    pub(crate) async fn pass(&self, deadline: Instant) -> Result<(), DownstreamError> {
        let until = *self.until.lock().expect("nothing panics while it holds this lock");
        let Some(wait) = until.and_then(|until| until.checked_duration_since(Instant::now())) else {
            return Ok(());
        };
        if remaining(deadline)? <= wait {
            return Err(DownstreamError::Throttled(Some(wait)));
        }
        sleep(wait).await;
        Ok(())
    }

    /// Closes for a time.
    pub(crate) fn close_for(&self, time: Duration) {
        let until = Instant::now() + time.min(LONGEST_CLOSURE);
        let mut slot = self.until.lock().expect("nothing panics while it holds this lock");
        *slot = (*slot).max(Some(until));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(retry_after: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, retry_after.parse().unwrap())])
    }

    #[test]
    fn retry_after_counts_in_seconds() {
        assert_eq!(retry_after(&headers("7")), Some(Duration::from_secs(7)));
        for odd in ["-1", "soon", "Sun, 22 Nov 2026 18:00:00 GMT", ""] {
            assert_eq!(retry_after(&headers(odd)), None, "{odd}");
        }
    }

    #[test]
    fn an_unavailable_service_throttles_only_if_it_says_until_when() {
        let none = HeaderMap::new();
        assert!(is_throttled(StatusCode::TOO_MANY_REQUESTS, &none));
        assert!(is_throttled(StatusCode::SERVICE_UNAVAILABLE, &headers("1")));
        assert!(!is_throttled(StatusCode::SERVICE_UNAVAILABLE, &none));
        assert!(!is_throttled(StatusCode::OK, &headers("1")));
    }

    #[tokio::test]
    async fn a_closed_throttle_says_how_long_and_is_never_shortened() {
        let throttle = Throttle::default();
        let soon = Instant::now() + Duration::from_secs(5);
        throttle.pass(soon).await.unwrap();
        throttle.close_for(Duration::from_secs(30));
        throttle.close_for(Duration::from_secs(1));
        match throttle.pass(soon).await {
            Err(DownstreamError::Throttled(Some(wait))) => assert!(wait > Duration::from_secs(20), "{wait:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn nobody_is_held_back_longer_than_a_minute() {
        let throttle = Throttle::default();
        throttle.close_for(Duration::from_secs(3600));
        match throttle.pass(Instant::now() + Duration::from_secs(5)).await {
            Err(DownstreamError::Throttled(Some(wait))) => assert!(wait <= LONGEST_CLOSURE, "{wait:?}"),
            other => panic!("{other:?}"),
        }
    }
}
