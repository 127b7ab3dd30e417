//! Answers that aren't MCP results: JSON-RPC errors by HTTP status, and plain JSON for what comes before the protocol.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderValue, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, ProtocolVersion};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::handler::SUPPORTED_VERSIONS;
use crate::headers::McpHeaders;

/// `{"message": …}`: for what isn't JSON-RPC.
pub(crate) fn plain(status: StatusCode, message: &str) -> Response {
    json(status, &json!({ "message": message }))
}

/// A JSON document.
pub(crate) fn json(status: StatusCode, document: &Value) -> Response {
    json_text(status, document.to_string())
}

/// The same for a document that is written already.
pub(crate) fn json_text(status: StatusCode, document: impl Into<Body>) -> Response {
    let mut response = Response::new(document.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A JSON-RPC error response with an HTTP status.
pub(crate) fn rpc(status: StatusCode, id: &Value, error: &ErrorData) -> Response {
    json(status, &json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

/// The answer for a session that doesn't exist, or exists and belongs to someone else: nobody can tell which.
pub(crate) fn session_not_found() -> Response {
    let error = ErrorData::invalid_request("Session not found: call initialize again.", None);
    rpc(StatusCode::NOT_FOUND, &Value::Null, &error)
}

/// The answer while the tools are still being loaded.
pub(crate) fn starting() -> Response {
    let mut response = plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "The server is starting: its tools are being loaded. Try again in a moment.",
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// The answer for a body over the limit.
pub(crate) fn too_large(limit: usize) -> Response {
    let error = ErrorData::invalid_request(format!("The request body is over the limit of {limit} bytes."), None);
    rpc(StatusCode::PAYLOAD_TOO_LARGE, &Value::Null, &error)
}

/// The answer for a body that broke off.
pub(crate) fn unreadable() -> Response {
    let error = ErrorData::invalid_request("The request body could not be read to its end.", None);
    rpc(StatusCode::BAD_REQUEST, &Value::Null, &error)
}

/// What was wrong with a body that is no JSON-RPC message.
pub(crate) fn not_a_message(body: &[u8]) -> Response {
    let (id, error) = match serde_json::from_slice::<Value>(body) {
        Err(error) => (
            Value::Null,
            ErrorData::parse_error(format!("The request body is not valid JSON: {error}."), None),
        ),
        Ok(Value::Array(_)) => (
            Value::Null,
            ErrorData::invalid_request(
                "JSON-RPC batches are not supported: send each message in a request of its own.",
                None,
            ),
        ),
        Ok(message) => (
            id_of(&message),
            ErrorData::invalid_request("The request body is not a JSON-RPC 2.0 message.", None),
        ),
    };
    rpc(StatusCode::BAD_REQUEST, &id, &error)
}

/// Whether an answer of the protocol layer is a failure that isn't said in JSON.
pub(crate) fn is_plain_failure(answer: &Parts) -> bool {
    let is_failure = answer.status.is_client_error() || answer.status.is_server_error();
    let says_json = answer
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    is_failure && !says_json
}

/// Says again in JSON-RPC what the protocol layer said in plain text, which may name internals. `said` is for the log.
pub(crate) fn reworded(answer: &Parts, said: &[u8], request: &McpHeaders, body: &[u8]) -> Response {
    let status = answer.status;
    let said = String::from_utf8_lossy(said);
    if status.is_server_error() {
        tracing::error!(target: "usher::protocol", %status, %said, "a request could not be answered");
    } else {
        tracing::debug!(target: "usher::protocol", %status, %said, "a request was refused");
    }
    let invalid = |message: &'static str| ErrorData::invalid_request(message, None);
    let (status, error) = match status {
        StatusCode::NOT_FOUND => return session_not_found(),
        StatusCode::METHOD_NOT_ALLOWED => (status, invalid("This method is not allowed here.")),
        StatusCode::NOT_ACCEPTABLE => (
            status,
            invalid("The Accept header must list application/json and text/event-stream (a GET: text/event-stream)."),
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (status, invalid("The Content-Type must be application/json.")),
        StatusCode::BAD_REQUEST => (
            status,
            unsupported_version(request).unwrap_or_else(|| bad_request(request)),
        ),
        status if status.is_client_error() => (status, invalid("The request is not acceptable.")),
        status => (
            status,
            ErrorData::internal_error("The server could not answer. Try again in a moment.", None),
        ),
    };
    let id = serde_json::from_slice::<Value>(body).map_or(Value::Null, |message| id_of(&message));
    let mut response = rpc(status, &id, &error);
    if let Some(methods) = answer.headers.get(ALLOW) {
        response.headers_mut().insert(ALLOW, methods.clone());
    }
    response
}

fn bad_request(request: &McpHeaders) -> ErrorData {
    let message = if request.names_session() {
        "The request's headers are malformed."
    } else {
        "Mcp-Session-Id is missing: call initialize first, or declare the revision 2026-07-28 in header and _meta."
    };
    ErrorData::invalid_request(message, None)
}

/// The error for a revision in the header that isn't served (MCP 2026-07-28, -32022).
fn unsupported_version(request: &McpHeaders) -> Option<ErrorData> {
    let value = request.protocol_version()?;
    let requested = value
        .to_str()
        .ok()
        .and_then(|text| ProtocolVersion::deserialize(json!(text)).ok());
    match requested {
        Some(version) if ProtocolVersion::KNOWN_VERSIONS.contains(&version) => None,
        Some(version) => Some(ErrorData::unsupported_protocol_version(version, SUPPORTED_VERSIONS)),
        None => Some(ErrorData::new(
            ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
            "Unsupported protocol version",
            Some(json!({ "supported": SUPPORTED_VERSIONS })),
        )),
    }
}

/// The id of a message, if it has one that JSON-RPC allows.
fn id_of(message: &Value) -> Value {
    message
        .get("id")
        .filter(|id| id.is_string() || id.is_number())
        .cloned()
        .unwrap_or_default()
}
