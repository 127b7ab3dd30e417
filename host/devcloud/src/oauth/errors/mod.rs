//! Entra's errors: AADSTS codes, and the shape in which they are sent (Microsoft documentation, "Microsoft Entra
//! authentication and authorization error codes").
//!
//! One constructor an error: its number, OAuth code and wording are stated once. They are sorted by who is to blame:
//! the [`request`] itself, the [`client`]'s proof of who it is, the grant in it ([`grant`]), or what the person may and
//! must do ([`person`]). [`on_demand`] finds any of them by its number.

mod client;
mod grant;
mod on_demand;
mod person;
mod request;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

/// The ids and time by which Entra's support finds a request. Every answer carries them.
pub(crate) struct Trace {
    pub(crate) trace_id: String,
    pub(crate) correlation_id: String,
    /// `2026-11-22 18:00:00Z`
    pub(crate) timestamp: String,
}

impl Trace {
    /// The caller's own correlation id is echoed when it sent a GUID in `client-request-id`.
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let sent = headers.get("client-request-id").and_then(|value| value.to_str().ok());
        let correlation_id = sent
            .and_then(|value| Uuid::try_parse(value).ok())
            .unwrap_or_else(Uuid::new_v4);
        let now = OffsetDateTime::now_utc();
        Self {
            trace_id: Uuid::new_v4().to_string(),
            correlation_id: correlation_id.to_string(),
            timestamp: format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z",
                now.year(),
                u8::from(now.month()),
                now.day(),
                now.hour(),
                now.minute(),
                now.second(),
            ),
        }
    }

    /// The headers of every answer of the authorize and token endpoints: never cached, and traceable.
    pub(crate) fn headers(&self) -> [(HeaderName, HeaderValue); 4] {
        let trace_id = HeaderValue::from_str(&self.trace_id).expect("a GUID is a valid header value");
        [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache")),
            (header::PRAGMA, HeaderValue::from_static("no-cache")),
            (header::EXPIRES, HeaderValue::from_static("-1")),
            (HeaderName::from_static("x-ms-request-id"), trace_id),
        ]
    }
}

/// A refusal, as Entra would word it.
#[derive(Debug)]
pub(crate) struct EntraError {
    /// The number after `AADSTS`.
    pub(crate) code: u32,
    /// The OAuth error code, by which clients branch.
    pub(crate) error: &'static str,
    /// The status, where the error is not carried by a redirect.
    pub(crate) status: StatusCode,
    /// The sentence for people.
    pub(crate) message: String,
    /// What narrows `error` down, for clients too.
    suberror: Option<&'static str>,
    /// A claims challenge: JSON, as text.
    claims: Option<String>,
    /// For the `Retry-After` header, in seconds.
    retry_after: Option<u32>,
}

impl EntraError {
    fn new(code: u32, error: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            error,
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            suberror: None,
            claims: None,
            retry_after: None,
        }
    }

    fn unauthorized(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new(code, "invalid_client", message)
        }
    }

    fn suberror(self, suberror: &'static str) -> Self {
        Self {
            suberror: Some(suberror),
            ..self
        }
    }

    /// The full `error_description`.
    pub(crate) fn description(&self, trace: &Trace) -> String {
        format!(
            "AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}",
            self.code, self.message, trace.trace_id, trace.correlation_id, trace.timestamp
        )
    }

    /// Microsoft's page that explains the code. It is about the code, not about this server, so it is Microsoft's here
    /// too.
    pub(crate) fn uri(&self) -> String {
        format!("https://login.microsoftonline.com/error?code={}", self.code)
    }

    /// The token endpoint's answer.
    pub(crate) fn response(&self, trace: &Trace) -> Response {
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(trace),
            "error_codes": [self.code],
            "timestamp": trace.timestamp,
            "trace_id": trace.trace_id,
            "correlation_id": trace.correlation_id,
            "error_uri": self.uri(),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = json!(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = json!(claims);
        }
        let mut response = (self.status, trace.headers(), Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
