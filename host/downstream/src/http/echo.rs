//! A last look at an answer: a service that sends back what it was sent must not hand the credential to the tool.
//!
//! Pages for debugging do that, and so do services in error. It is a net and not a wall: a service that means to leak its
//! callers' credentials can encode them, but such a service has them anyway.

use memchr::memmem;
use reqwest::header::HeaderMap;

use crate::{DownstreamError, answer::Answer};

/// Shorter values would be found in answers by chance.
const SHORTEST: usize = 8;

/// Refuses an answer in which a sensitive value of the request occurs.
///
/// # Errors
/// [`DownstreamError::Unavailable`].
pub(super) fn check(sent: &HeaderMap, answer: &Answer) -> Result<(), DownstreamError> {
    for value in sent.values().filter(|value| value.is_sensitive()) {
        let value = value.as_bytes();
        let secret = value.strip_prefix(b"Bearer ").unwrap_or(value);
        if secret.len() < SHORTEST {
            continue;
        }
        let finder = memmem::Finder::new(secret);
        let is_in = |text: &[u8]| finder.find(text).is_some();
        if is_in(&answer.body) || answer.headers.values().any(|value| is_in(value.as_bytes())) {
            return Err(DownstreamError::Unavailable(
                "the service sent the host's credential back, so its answer is withheld".to_owned(),
            ));
        }
    }
    Ok(())
}
