//! Graph's answers and its errors, in the shapes that it sends (Microsoft documentation, "Microsoft Graph error responses
//! and resource types").

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

/// The content type of what isn't an error.
pub(crate) const ODATA_JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// The ids and time by which Graph's support finds a request.
pub(crate) struct Ids {
    request_id: Uuid,
    client_request_id: Uuid,
    /// `2026-11-22T18:00:00`, without a zone as Graph writes it.
    date: String,
}

impl Ids {
    /// The caller's own id is echoed when it is a GUID, else Graph's stands in its place.
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let sent = headers.get(CLIENT_REQUEST_ID).and_then(|value| value.to_str().ok());
        let request_id = Uuid::new_v4();
        Self {
            request_id,
            client_request_id: sent.and_then(|value| Uuid::try_parse(value).ok()).unwrap_or(request_id),
            date: date(OffsetDateTime::now_utc()),
        }
    }
}

/// `2026-11-22T18:00:00`, which is in UTC.
pub(crate) fn date(at: OffsetDateTime) -> String {
    let (hour, minute, second) = at.to_hms();
    let (year, month, day) = at.to_calendar_date();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// What is sent back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) content: Content,
}

/// The body of an answer.
pub(crate) enum Content {
    Nothing,
    Json(Value),
    Error(Value),
    Text(String),
}

impl Answer {
    pub(crate) fn json(status: StatusCode, value: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::Json(value),
        }
    }

    pub(crate) fn ok(value: Value) -> Self {
        Self::json(StatusCode::OK, value)
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::Nothing,
        }
    }

    pub(crate) fn text(text: String) -> Self {
        Self {
            content: Content::Text(text),
            ..Self::empty(StatusCode::OK)
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What the request is charged with, in resource units (Microsoft documentation, "Microsoft Graph service-specific
    /// throttling limits", identity and access).
    pub(crate) fn costing(self, units: u32) -> Self {
        self.with(HeaderName::from_static("x-ms-resource-unit"), units.to_string())
    }

    pub(crate) fn into_response(self, ids: &Ids) -> Response {
        let mut response = match self.content {
            Content::Nothing => ().into_response(),
            Content::Json(value) => {
                ([(header::CONTENT_TYPE, ODATA_JSON)], Bytes::from(value.to_string())).into_response()
            }
            Content::Error(value) => Json(value).into_response(),
            Content::Text(text) => ([(header::CONTENT_TYPE, "text/plain")], text).into_response(),
        };
        *response.status_mut() = self.status;
        let ids = [
            (REQUEST_ID, ids.request_id.to_string()),
            (CLIENT_REQUEST_ID, ids.client_request_id.to_string()),
            (header::CACHE_CONTROL, "no-cache".to_owned()),
        ];
        for (name, value) in ids.into_iter().chain(self.headers) {
            // Visible ASCII by construction: addresses, constants, base64, digits.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// A refusal, as Graph would word it.
#[derive(Debug)]
pub(crate) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(HeaderName, String)>,
}

impl GraphError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn answer(self, ids: &Ids) -> Answer {
        let body = json!({ "error": {
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": ids.date,
                "request-id": ids.request_id,
                "client-request-id": ids.client_request_id,
            },
        }});
        Answer {
            status: self.status,
            headers: self.headers,
            content: Content::Error(body),
        }
    }

    // One constructor an error: its status, code and wording are stated once, here.

    /// A token that Graph doesn't take. `challenge` is the value of `WWW-Authenticate`.
    pub(crate) fn token_invalid(message: &str, challenge: String) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
            .with(header::WWW_AUTHENTICATE, challenge)
    }

    pub(crate) fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    pub(crate) fn not_about_a_person() -> Self {
        Self::bad_request(
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        )
    }

    pub(crate) fn no_such_segment(segment: &str) -> Self {
        Self::bad_request("BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "Specified HTTP method is not allowed for the request target.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", message)
    }

    pub(crate) fn malformed_address() -> Self {
        Self::bad_request("BadRequest", "Malformed request URL.")
    }

    pub(crate) fn repeated_option(name: &str) -> Self {
        Self::bad_request(
            "BadRequest",
            format!("Query option '{name}' was specified more than once, but it must be specified at most once."),
        )
    }

    pub(crate) fn option_not_allowed(name: &str) -> Self {
        Self::bad_request(
            "BadRequest",
            format!("The query specified in the URI is not valid. Query option '{name}' is not allowed."),
        )
    }

    pub(crate) fn unknown_property(property: &str, of: &str) -> Self {
        Self::bad_request(
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{property}' on type \
                 'microsoft.graph.{of}'."
            ),
        )
    }

    pub(crate) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::bad_request("Request_UnsupportedQuery", message)
    }

    pub(crate) fn bad_value(message: impl Into<String>) -> Self {
        Self::bad_request("Request_BadRequest", message)
    }

    pub(crate) fn unreadable_body() -> Self {
        Self::bad_request(
            "BadRequest",
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON \
             format.",
        )
    }

    pub(crate) fn invalid_batch(message: impl Into<String>) -> Self {
        Self::bad_request("BadRequest", message)
    }

    pub(crate) fn dependency_failed() -> Self {
        let message = "The request was not executed because one that it depends on failed.";
        Self::new(StatusCode::FAILED_DEPENDENCY, "FailedDependency", message)
    }

    pub(crate) fn invalid_recipients() -> Self {
        Self::bad_request("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    }

    pub(crate) fn invalid_name() -> Self {
        Self::bad_request("invalidRequest", "The provided name is not valid.")
    }

    pub(crate) fn invalid_conflict_behavior(value: &str) -> Self {
        Self::bad_request(
            "invalidRequest",
            format!("The conflict behavior '{value}' is not supported."),
        )
    }

    pub(crate) fn name_taken() -> Self {
        let message = "An item with the same name already exists under the parent.";
        Self::new(StatusCode::CONFLICT, "nameAlreadyExists", message)
    }

    pub(crate) fn item_not_found() -> Self {
        let message = "The resource could not be found.";
        Self::new(StatusCode::NOT_FOUND, "itemNotFound", message)
    }

    pub(crate) fn out_of_space() -> Self {
        let message = "Insufficient Space Available";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "quotaLimitReached", message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The request body is larger than the {limit} bytes that this request may have.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_graphs_members_and_no_others() {
        let ids = Ids {
            request_id: Uuid::nil(),
            client_request_id: Uuid::max(),
            date: date(OffsetDateTime::UNIX_EPOCH),
        };
        let answer = GraphError::denied().answer(&ids);
        let Content::Error(body) = answer.content else {
            panic!("an error has a body")
        };
        assert_eq!(
            body.to_string(),
            r#"{"error":{"code":"Authorization_RequestDenied","innerError":{"client-request-id":"ffffffff-ffff-ffff-ffff-ffffffffffff","date":"1970-01-01T00:00:00","request-id":"00000000-0000-0000-0000-000000000000"},"message":"Insufficient privileges to complete the operation."}}"#
        );
    }
}
