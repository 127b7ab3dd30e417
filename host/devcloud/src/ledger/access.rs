//! Who may use the ledger: a person, through the MCP endpoint's app and nothing else.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::addresses::{API_CLIENT_ID, Addresses, LEDGER_CLIENT_ID, LEDGER_PERMISSION};
use crate::bearer;
use crate::cloud::Cloud;
use crate::personas::Persona;
use crate::traffic::{Endpoint, Failure};

/// A refusal, with the challenge that says what would help (RFC 6750, section 3).
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    error: Option<&'static str>,
    /// The value of `WWW-Authenticate`, for those that have one.
    challenge: Option<String>,
    retry_after: Option<u32>,
}

/// Counts a request, verifies its token, and tells whose it is. A planned failure comes first, as it would from a gateway.
pub(crate) async fn admit(cloud: &Cloud, headers: &HeaderMap) -> Result<&'static Persona, Refused> {
    let caller = authenticate(cloud, headers);
    let name = caller.as_ref().ok().map(|persona| persona.name);
    let planned = cloud.traffic.arrive(Endpoint::Ledger, name).await;
    planned.map_err(|failure| Refused::planned(&failure, &cloud.addresses))?;
    caller
}

fn authenticate(cloud: &Cloud, headers: &HeaderMap) -> Result<&'static Persona, Refused> {
    let unauthorized = |error, detail: &str| Refused::unauthorized(&cloud.addresses, error, detail);
    let Some(token) = bearer::presented(headers) else {
        return Err(unauthorized(None, ""));
    };
    let invalid = |reason: &str| unauthorized(Some("invalid_token"), &format!(", error_description=\"{reason}\""));
    let token = cloud
        .verify_access_token(token, LEDGER_CLIENT_ID)
        .map_err(|_| invalid("The token isn't one for this API."))?;
    if token.text("azp") != Some(API_CLIENT_ID) {
        return Err(invalid(
            "The application that the token was issued to isn't known to this API.",
        ));
    }
    let persona = token.text("oid").and_then(Persona::by_object_id);
    let persona = persona.ok_or_else(|| invalid("The token isn't about a person of this tenant."))?;
    let scopes = token.text("scp").unwrap_or_default();
    if !scopes.split_ascii_whitespace().any(|scope| scope == LEDGER_PERMISSION) {
        let scope = format!(", scope=\"{}\"", cloud.addresses.ledger_scope());
        return Err(Refused {
            status: StatusCode::FORBIDDEN,
            ..unauthorized(Some("insufficient_scope"), &scope)
        });
    }
    Ok(persona)
}

impl Refused {
    fn unauthorized(addresses: &Addresses, error: Option<&'static str>, detail: &str) -> Self {
        let authorization_uri = addresses.authorization_endpoint();
        let named = error.map_or(String::new(), |error| format!(", error=\"{error}\""));
        Self {
            status: StatusCode::UNAUTHORIZED,
            error,
            challenge: Some(format!(
                "Bearer realm=\"\", authorization_uri=\"{authorization_uri}\"{named}{detail}"
            )),
            retry_after: None,
        }
    }

    fn planned(failure: &Failure, addresses: &Addresses) -> Self {
        let refused = match (&failure.claims, failure.status()) {
            (Some(claims), _) => {
                let claims = format!(", claims=\"{}\"", STANDARD.encode(claims));
                Self::unauthorized(addresses, Some("insufficient_claims"), &claims)
            }
            (None, StatusCode::UNAUTHORIZED) => Self::unauthorized(addresses, Some("invalid_token"), ""),
            (None, status) => Self {
                status,
                error: None,
                challenge: None,
                retry_after: None,
            },
        };
        Self {
            retry_after: failure.retry_after,
            ..refused
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error.unwrap_or("refused") });
        let mut response = (self.status, Json(body)).into_response();
        let challenge = self.challenge.map(|value| (header::WWW_AUTHENTICATE, value));
        let retry_after = self
            .retry_after
            .map(|seconds| (header::RETRY_AFTER, seconds.to_string()));
        for (name, value) in challenge.into_iter().chain(retry_after) {
            // Visible ASCII by construction: addresses, constants, base64, digits.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
