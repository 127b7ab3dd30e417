//! Reading what the token endpoint answers (RFC 6749 §5.1 and §5.2, with what Entra adds).

use std::{borrow::Cow, time::Duration};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

use crate::{ClaimsChallenge, DownstreamToken};

/// The longest `error` or `suberror` that is kept. The longest that Microsoft documents has 25 characters.
const MAX_WORD_BYTES: usize = 64;

/// What came.
#[derive(Debug)]
pub(super) enum Answer {
    /// A token.
    Granted(Granted),
    /// An error that Entra decided on.
    Refused(TokenError),
    /// Throttled, or failing itself.
    Unavailable(Unavailable),
    /// Nothing that the token endpoint would answer.
    Unreadable(StatusCode),
}

/// A token, and what is said of its life.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: DownstreamToken,
    pub(super) expires_in: Duration,
    /// When Entra would like it to be renewed; for long-lived tokens.
    pub(super) refresh_in: Option<Duration>,
}

/// An answer that says nothing about the request.
#[derive(Debug)]
pub(super) struct Unavailable {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) error: Option<TokenError>,
}

/// An error answer, without its text: `error_description` is neither for programs nor for anybody else's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenError {
    pub(super) error: String,
    pub(super) suberror: Option<String>,
    pub(super) claims: Option<ClaimsChallenge>,
    /// The first of `error_codes`; for the log.
    pub(super) code: Option<u32>,
    pub(super) correlation_id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) timestamp: Option<String>,
}

#[derive(Deserialize)]
struct TokenBody<'a> {
    #[serde(borrow)]
    token_type: Cow<'a, str>,
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    expires_in: u64,
    refresh_in: Option<u64>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    suberror: Option<String>,
    claims: Option<String>,
    #[serde(default)]
    error_codes: Vec<u32>,
    correlation_id: Option<String>,
    trace_id: Option<String>,
    timestamp: Option<String>,
}

impl Answer {
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        if status == StatusCode::OK {
            return granted(body).map_or(Self::Unreadable(status), Self::Granted);
        }
        let error = TokenError::read(body);
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Self::Unavailable(Unavailable {
                status,
                retry_after: retry_after(headers),
                error,
            });
        }
        match error {
            Some(error) if status.is_client_error() => Self::Refused(error),
            _ => Self::Unreadable(status),
        }
    }
}

fn granted(body: &[u8]) -> Option<Granted> {
    let body: TokenBody<'_> = serde_json::from_slice(body).ok()?;
    if !body.token_type.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(Granted {
        token: DownstreamToken::new(SecretString::from(&*body.access_token))?,
        expires_in: Duration::from_secs(body.expires_in),
        refresh_in: body.refresh_in.map(Duration::from_secs),
    })
}

impl TokenError {
    /// Whatever goes into a log later is checked here to be a word, an id or a time.
    fn read(body: &[u8]) -> Option<Self> {
        let body: ErrorBody = serde_json::from_slice(body).ok()?;
        Some(Self {
            error: word(body.error)?,
            suberror: body.suberror.and_then(word),
            claims: body.claims.and_then(|claims| ClaimsChallenge::from_json(&claims).ok()),
            code: body.error_codes.first().copied(),
            correlation_id: body.correlation_id.and_then(guid),
            trace_id: body.trace_id.and_then(guid),
            timestamp: body.timestamp.and_then(time),
        })
    }
}

fn word(text: String) -> Option<String> {
    let is_word = (1..=MAX_WORD_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_word.then_some(text)
}

fn guid(text: String) -> Option<String> {
    Uuid::try_parse(&text).ok().map(|id| id.hyphenated().to_string())
}

fn time(text: String) -> Option<String> {
    let is_time = (10..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b" -:.TZ".contains(&byte));
    is_time.then_some(text)
}

/// Seconds, which is what Entra sends. The date that RFC 9110 §10.2.3 also allows is not read: it would have to be
/// compared with a clock that may be wrong, and the wait that is taken instead is a good one.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Answer {
        Answer::read(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    fn refused(body: &str) -> TokenError {
        match read(400, body) {
            Answer::Refused(error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_read_with_what_is_said_of_its_life() {
        let body = r#"{"token_type":"Bearer","scope":"User.Read","expires_in":4823,"ext_expires_in":4823,"access_token":"eyJ0eXAi"}"#;
        match read(200, body) {
            Answer::Granted(granted) => {
                assert_eq!(granted.token.expose(), "eyJ0eXAi");
                assert_eq!(granted.expires_in, Duration::from_secs(4823));
                assert_eq!(granted.refresh_in, None);
            }
            other => panic!("{other:?}"),
        }
        let with_refresh = body.replace("\"ext_expires_in\":4823", "\"refresh_in\":2400");
        assert!(matches!(
            read(200, &with_refresh),
            Answer::Granted(granted) if granted.refresh_in == Some(Duration::from_secs(2400))
        ));
    }

    #[test]
    fn what_is_not_an_answer_of_the_endpoint_is_unreadable() {
        for (status, body) in [
            (200, ""),
            (200, "<html>"),
            (200, r#"{"token_type":"Bearer","expires_in":1}"#),
            (200, r#"{"token_type":"PoP","expires_in":1,"access_token":"x"}"#),
            (200, r#"{"token_type":"Bearer","expires_in":1,"access_token":"x\ny"}"#),
            (302, r#"{"error":"invalid_grant"}"#),
            (400, "<html>"),
            (403, "blocked by the proxy"),
            (400, r#"{"error":"a line\nbreak"}"#),
        ] {
            assert!(matches!(read(status, body), Answer::Unreadable(_)), "{status} {body}");
        }
    }

    #[test]
    fn an_error_is_read_without_its_text() {
        let error = refused(
            r#"{"error":"invalid_grant","error_description":"AADSTS65001: text Trace ID: 0f\r\nCorrelation ID: 5c","error_codes":[65001],"timestamp":"2026-11-22 18:00:00Z","trace_id":"0f000000-0000-4000-8000-000000000000","correlation_id":"5C000000-0000-4000-8000-000000000000","error_uri":"https://login.microsoftonline.com/error?code=65001","suberror":"consent_required"}"#,
        );
        let expected = TokenError {
            error: "invalid_grant".to_owned(),
            suberror: Some("consent_required".to_owned()),
            claims: None,
            code: Some(65001),
            correlation_id: Some("5c000000-0000-4000-8000-000000000000".to_owned()),
            trace_id: Some("0f000000-0000-4000-8000-000000000000".to_owned()),
            timestamp: Some("2026-11-22 18:00:00Z".to_owned()),
        };
        assert_eq!(error, expected);
    }

    #[test]
    fn what_would_not_belong_into_a_log_is_left_out() {
        let error = refused(
            r#"{"error":"invalid_grant","suberror":"two words","trace_id":"eyJ0eXAi","correlation_id":"x","timestamp":"eyJ0eXAiOiJKV1Qi","claims":"none"}"#,
        );
        assert_eq!(error.suberror, None);
        assert_eq!(error.claims, None);
        assert_eq!(
            (error.trace_id, error.correlation_id, error.timestamp),
            (None, None, None)
        );
    }

    #[test]
    fn throttling_and_failures_say_when_to_come_back() {
        for (value, expected) in [
            ("17", Some(17)),
            (" 3 ", Some(3)),
            ("-1", None),
            ("Fri, 31 Dec 1999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
                match Answer::read(status, &headers, b"<html>") {
                    Answer::Unavailable(unavailable) => {
                        assert_eq!(unavailable.retry_after, expected.map(Duration::from_secs), "{value}");
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}
