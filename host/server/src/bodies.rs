//! Bodies: reading a request's within bounds, and following an answer's to its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Why a request's body isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is over the limit.
    TooLarge,
    /// It broke off.
    BrokeOff,
}

/// Reads a whole body. A body that came in one piece isn't copied.
///
/// # Errors
/// It is longer than `limit` bytes, or breaks off.
pub(crate) async fn read(body: axum::body::Body, limit: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::BrokeOff),
    }
}

/// Cancels what a request started, unless its answer came to its end: a client that goes away stops its call.
///
/// Revision 2026-07-28 demands that. 2025-11-25 would rather let the call go on, for a client that resumes the stream; here it
/// is stopped all the same, so that nobody makes the host work for an answer that nobody waits for.
#[derive(Debug)]
pub(crate) struct Lease(Option<DropGuard>);

impl Lease {
    /// A lease, and the token that is cancelled when it is broken.
    pub(crate) fn new() -> (Self, CancellationToken) {
        let token = CancellationToken::new();
        (Self(Some(token.clone().drop_guard())), token)
    }

    fn fulfil(&mut self) {
        if let Some(guard) = self.0.take() {
            guard.disarm();
        }
    }
}

/// The body of an answer that is followed to its end: it counts as in flight as long as it is there.
#[derive(Debug)]
pub(crate) struct Followed {
    body: BoxBody<Bytes, Infallible>,
    lease: Option<Lease>,
    _in_flight: TaskTrackerToken,
}

impl Followed {
    pub(crate) fn new(body: BoxBody<Bytes, Infallible>, lease: Option<Lease>, in_flight: TaskTrackerToken) -> Self {
        Self {
            body,
            lease,
            _in_flight: in_flight,
        }
    }
}

impl Body for Followed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let (Poll::Ready(None), Some(lease)) = (&polled, &mut self.lease) {
            lease.fulfil();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http_body_util::{Full, StreamBody};
    use tokio_util::task::TaskTracker;

    use super::*;

    fn followed(tracker: &TaskTracker) -> (Followed, CancellationToken) {
        let (lease, token) = Lease::new();
        (
            Followed::new(
                Full::new(Bytes::from_static(b"answer")).boxed(),
                Some(lease),
                tracker.token(),
            ),
            token,
        )
    }

    #[tokio::test]
    async fn an_answer_that_is_read_to_its_end_cancels_nothing() {
        let (body, token) = followed(&TaskTracker::new());
        assert_eq!(body.collect().await.unwrap().to_bytes(), "answer");
        assert!(!token.is_cancelled());
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_cancels_its_call() {
        let (body, token) = followed(&TaskTracker::new());
        drop(body);
        assert!(token.is_cancelled());
    }

    #[tokio::test]
    async fn an_answer_is_in_flight_until_its_body_is_gone() {
        let tracker = TaskTracker::new();
        let (body, _token) = followed(&tracker);
        assert_eq!(tracker.len(), 1);
        drop(body);
        assert_eq!(tracker.len(), 0);
    }

    #[tokio::test]
    async fn errors_when_a_body_is_over_the_limit_whether_or_not_it_says_so() {
        let whole = axum::body::Body::from("123456789");
        assert_eq!(read(whole, 8).await, Err(Unread::TooLarge));
        let pieces =
            ["12345", "6789"].map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::from_static(piece.as_bytes()))));
        let unannounced = axum::body::Body::new(StreamBody::new(futures_util::stream::iter(pieces)));
        assert_eq!(read(unannounced, 8).await, Err(Unread::TooLarge));
        assert_eq!(read(axum::body::Body::from("12345678"), 8).await.unwrap(), "12345678");
    }
}
