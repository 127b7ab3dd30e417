//! Entra's errors: AADSTS codes, and the shape in which they are sent (Microsoft documentation, "Microsoft Entra
//! authentication and authorization error codes").

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::addresses::{API_CLIENT_ID, TENANT_ID};

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
    suberror: Option<&'static str>,
}

impl EntraError {
    fn new(code: u32, error: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            error,
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            suberror: None,
        }
    }

    fn unauthorized(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new(code, "invalid_client", message)
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
        (self.status, trace.headers(), Json(body)).into_response()
    }

    // One constructor an error: its number, OAuth code and wording are stated once, here.

    pub(crate) fn tenant_not_found(tenant: &str) -> Self {
        Self::new(
            90002,
            "invalid_request",
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into \
                 the correct cloud."
            ),
        )
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(900_144, "invalid_request", message)
    }

    pub(crate) fn duplicated_parameter(name: &str) -> Self {
        let message = format!("The request is not properly formatted. The parameter '{name}' is duplicated.");
        Self::new(9_000_411, "invalid_request", message)
    }

    pub(crate) fn malformed_request() -> Self {
        Self::new(
            9_002_313,
            "invalid_request",
            "Invalid request. Request is malformed or invalid.",
        )
    }

    pub(crate) fn unknown_client(client_id: &str) -> Self {
        Self::new(
            700_016,
            "unauthorized_client",
            format!(
                "Application with identifier '{client_id}' was not found in the directory '{TENANT_ID}'. This can \
                 happen if the application has not been installed by the administrator of the tenant or consented to \
                 by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(crate) fn redirect_not_registered(redirect_uri: &str, client_id: &str) -> Self {
        Self::new(
            50011,
            "invalid_request",
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs \
                 configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches \
                 one added to your application."
            ),
        )
    }

    pub(crate) fn response_type(response_type: &str, client_id: &str) -> Self {
        let message = format!("response_type '{response_type}' is not enabled for the application '{client_id}'.");
        Self::new(700_054, "unsupported_response_type", message)
    }

    pub(crate) fn response_mode(response_mode: &str) -> Self {
        let message = format!("The response mode '{response_mode}' is not supported by this authorization server.");
        Self::new(9_002_313, "invalid_request", message)
    }

    pub(crate) fn challenge_missing() -> Self {
        let message = "Proof Key for Code Exchange is required: send a code_challenge with code_challenge_method S256.";
        Self::new(9_002_325, "invalid_request", message)
    }

    pub(crate) fn challenge_malformed() -> Self {
        Self::new(
            501_491,
            "invalid_request",
            "The size of the code challenge parameter is not valid.",
        )
    }

    pub(crate) fn scope_invalid(scope: &str) -> Self {
        Self::new(
            70011,
            "invalid_scope",
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input \
                 parameter 'scope' is not valid. The scope '{scope}' is not valid."
            ),
        )
    }

    pub(crate) fn scope_unknown(client: &str, scope: &str, resource: &str) -> Self {
        Self::new(
            650_053,
            "invalid_client",
            format!(
                "The application '{client}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. \
                 Contact the app vendor."
            ),
        )
    }

    pub(crate) fn several_resources(scope: &str) -> Self {
        Self::new(
            28000,
            "invalid_scope",
            format!(
                "Provided value for the input parameter scope is not valid because it contains more than one resource. \
                 Scope {scope} is not valid."
            ),
        )
    }

    pub(crate) fn scope_not_granted() -> Self {
        Self::new(
            70000,
            "invalid_grant",
            "The request was denied because one or more scopes requested are unauthorized or expired. The user must \
             first sign in and grant the client application access to the requested scope.",
        )
    }

    pub(crate) fn resource_unknown(resource: &str) -> Self {
        Self::new(
            500_011,
            "invalid_resource",
            format!(
                "The resource principal named {resource} was not found in the tenant named {TENANT_ID}. This can happen \
                 if the application has not been installed by the administrator of the tenant or consented to by any \
                 user in the tenant. You might have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(crate) fn resource_mismatch() -> Self {
        let message = "The resource parameter provided in the request doesn't match with the requested scopes.";
        Self::new(9_010_010, "invalid_target", message)
    }

    pub(crate) fn resource_not_supported() -> Self {
        let message = "The 'resource' request parameter is not supported by the v2.0 endpoint.";
        Self::new(901_002, "invalid_request", message)
    }

    pub(crate) fn no_silent_sign_in() -> Self {
        Self::new(
            50058,
            "login_required",
            "A silent sign-in request was sent but no user is signed in.",
        )
    }

    pub(crate) fn declined(client: &str) -> Self {
        let message = format!("User declined to consent to access the app '{client}'.");
        Self::new(65004, "access_denied", message)
    }

    pub(crate) fn grant_type(grant_type: &str) -> Self {
        let message = format!("The app requested an unsupported grant type '{grant_type}'.");
        Self::new(70003, "unsupported_grant_type", message)
    }

    pub(crate) fn code_invalid() -> Self {
        let message = "The provided value for the 'code' parameter is not valid.";
        Self::new(70000, "invalid_grant", message)
    }

    pub(crate) fn code_spent() -> Self {
        Self::new(
            54005,
            "invalid_grant",
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
        )
    }

    pub(crate) fn grant_expired() -> Self {
        Self::new(
            70008,
            "invalid_grant",
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
             authorization request for this user and resource.",
        )
    }

    pub(crate) fn verifier_mismatch() -> Self {
        Self::new(
            501_481,
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )
    }

    pub(crate) fn redirect_changed(sent: &str, expected: &str) -> Self {
        Self::new(
            500_112,
            "invalid_client",
            format!(
                "The reply address '{sent}' does not match the reply address '{expected}' provided when requesting \
                 Authorization code."
            ),
        )
    }

    pub(crate) fn refresh_token_invalid() -> Self {
        Self::new(
            9_002_313,
            "invalid_grant",
            "Invalid request. Request is malformed or invalid.",
        )
    }

    pub(crate) fn secret_missing() -> Self {
        Self::unauthorized(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    }

    pub(crate) fn secret_wrong() -> Self {
        Self::unauthorized(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{API_CLIENT_ID}'."
            ),
        )
    }

    pub(crate) fn secret_unwanted() -> Self {
        Self::unauthorized(
            700_025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        )
    }

    /// A failure of this server itself, or one that was asked for.
    pub(crate) fn transient(status: StatusCode) -> Self {
        let error = Self::new(
            90033,
            "temporarily_unavailable",
            "A transient error has occurred. Please try again.",
        );
        Self { status, ..error }
    }
}
