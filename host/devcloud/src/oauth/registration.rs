//! Dynamic client registration (RFC 7591), for clients that come without a client id.
//!
//! Real Entra has no such endpoint: there, every client is registered beforehand. Only public clients come of it here, so
//! no secret is ever handed out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::check_tenant;
use super::errors::{EntraError, Trace};
use crate::clients::{MAX_REDIRECT_URIS, RegisteredClient, redirects, shown_name};
use crate::cloud::Shared;
use crate::guard::is_json;
use crate::traffic::Endpoint;

/// The longest redirect URI that is kept, in bytes.
const MAX_REDIRECT_URI: usize = 2000;

/// What a client says about itself. Members that mean nothing here are ignored, as RFC 7591, section 2 demands.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    response_types: Option<Vec<String>>,
}

/// RFC 7591, section 3.2.2.
struct RegistrationError {
    error: &'static str,
    description: String,
}

fn invalid_metadata(description: impl Into<String>) -> RegistrationError {
    RegistrationError {
        error: "invalid_client_metadata",
        description: description.into(),
    }
}

fn invalid_redirect(description: impl Into<String>) -> RegistrationError {
    RegistrationError {
        error: "invalid_redirect_uri",
        description: description.into(),
    }
}

/// `POST /{t}/oauth2/v2.0/register`.
pub(crate) async fn register(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let trace = Trace::new(&headers);
    if let Err(failure) = cloud.traffic.arrive(Endpoint::Register, None).await {
        return EntraError::planned(&failure).response(&trace);
    }
    if let Err(error) = check_tenant(&tenant) {
        return error.response(&trace);
    }
    // A browser sends JSON to another origin only after asking, so no web page can register itself unasked.
    if !is_json(&headers) {
        return refused(&trace, &invalid_metadata("the content type must be application/json"));
    }
    let client = match parse(&body) {
        Ok(client) => client,
        Err(error) => return refused(&trace, &error),
    };
    let answer = answer(&client);
    tracing::info!(client_id = client.client_id, "client registered");
    // Keeping it writes a file.
    let kept = tokio::task::spawn_blocking(move || cloud.state().register(client)).await;
    match kept {
        Ok(Ok(())) => (StatusCode::CREATED, trace.headers(), Json(answer)).into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the registration could not be kept");
            EntraError::transient(StatusCode::SERVICE_UNAVAILABLE).response(&trace)
        }
        Err(_) => EntraError::transient(StatusCode::SERVICE_UNAVAILABLE).response(&trace),
    }
}

fn parse(body: &[u8]) -> Result<RegisteredClient, RegistrationError> {
    let metadata: Metadata = serde_json::from_slice(body).map_err(|error| invalid_metadata(error.to_string()))?;
    if metadata.redirect_uris.is_empty() || metadata.redirect_uris.len() > MAX_REDIRECT_URIS {
        return Err(invalid_redirect(format!(
            "between 1 and {MAX_REDIRECT_URIS} redirect_uris are needed"
        )));
    }
    for uri in &metadata.redirect_uris {
        if uri.len() > MAX_REDIRECT_URI {
            return Err(invalid_redirect(format!(
                "a redirect URI is longer than {MAX_REDIRECT_URI} bytes"
            )));
        }
        redirects::check(uri).map_err(invalid_redirect)?;
    }
    let offers = |list: &Option<Vec<String>>, wanted: &str| {
        list.as_ref().is_none_or(|list| list.iter().any(|item| item == wanted))
    };
    if !offers(&metadata.grant_types, "authorization_code") || !offers(&metadata.response_types, "code") {
        return Err(invalid_metadata(
            "only the authorization_code grant with response type code is possible here",
        ));
    }
    Ok(RegisteredClient {
        client_id: Uuid::new_v4().to_string(),
        client_name: shown_name(metadata.client_name.as_deref()).unwrap_or_else(|| "An unnamed client".to_owned()),
        redirect_uris: metadata.redirect_uris,
        issued_at: OffsetDateTime::now_utc().unix_timestamp(),
    })
}

/// What was registered, which may differ from what was asked for (RFC 7591, section 3.2.1): always a public client.
fn answer(client: &RegisteredClient) -> Value {
    json!({
        "client_id": client.client_id,
        "client_id_issued_at": client.issued_at,
        "client_name": client.client_name,
        "redirect_uris": client.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

fn refused(trace: &Trace, error: &RegistrationError) -> Response {
    let body = json!({ "error": error.error, "error_description": error.description });
    (StatusCode::BAD_REQUEST, trace.headers(), Json(body)).into_response()
}
