//! What the answers of other services have in common, whether they come by [`graph`](crate::graph) or by
//! [`http`](crate::http).

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::busy;
use crate::{Error, log};

/// Ends a call whose service refused. A person can do something about some refusals, so these are told apart. `retry_after`
/// is what the service says about when to try again, as it says it.
pub(crate) fn check_status(status: u16, retry_after: Option<&str>) -> Result<(), Error> {
    let text = match status {
        200..300 => return Ok(()),
        // A date instead of seconds, which is rare, is as good as nothing (RFC 9110 §10.2.3).
        429 => return Err(busy(retry_after.and_then(|seconds| seconds.parse().ok()))),
        401 | 403 => "You aren't allowed to do this in the service that this tool asked.",
        404 | 410 => "The service that this tool asked doesn't have what was asked for.",
        409 | 412 => "What this tool tried to change was changed in the meantime, or is there already.",
        413 => "This is too large for the service that this tool asked.",
        423 => "What this tool tried to change is locked at the moment. Try again later.",
        500.. => {
            return Err(Error::failed(format!(
                "The service that this tool asked has a problem at the moment (status {status}). Try again later."
            )));
        }
        _ => {
            return Err(Error::failed(format!(
                "The service that this tool asked refused, with status {status}."
            )));
        }
    };
    Err(Error::failed(text))
}

/// Reads a JSON body. What is wrong with it goes to the log.
pub(crate) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| {
        log::error(&format!("a service's answer isn't what was expected: {error}"));
        Error::failed("The service that this tool asked gave an answer that it doesn't understand.")
    })
}

/// Writes a JSON body. The error is the text of an `invalid`, which every service has.
pub(crate) fn write_body(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, String> {
    serde_json::to_vec(value).map_err(|error| format!("this can't be written as JSON: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_success_is_a_success() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(check_status(status, None), Ok(()), "{status}");
        }
        for status in [0, 199, 300, 302, 304, 400, 401, 403, 404, 409, 429, 500, 503, 599, 999] {
            assert!(matches!(check_status(status, None), Err(Error::Failed(_))), "{status}");
        }
    }

    #[test]
    fn a_busy_service_says_when_to_come_back() {
        assert_eq!(check_status(429, Some("30")), Err(busy(Some(30))));
        for unknown in [None, Some("Mon, 23 Nov 2026 00:00:00 GMT"), Some("-1")] {
            assert_eq!(check_status(429, unknown), Err(busy(None)));
        }
    }

    #[test]
    fn a_body_that_is_not_understood_is_not_quoted() {
        let Error::Failed(text) = parse_body::<u8>(b"\"salary\"").unwrap_err() else {
            panic!("an answer")
        };
        assert!(!text.contains("salary"), "{text}");
    }
}
