//! Tokens for the machine itself: the managed identity endpoint of App Service and Container Apps, and the Azure
//! Instance Metadata Service of virtual machines (Microsoft documentation, "Managed identities for Azure resources").
//!
//! One user-assigned identity is known, by any of its three ids. There is no system-assigned one: the hosts that this
//! cloud serves must not rely on any. Both endpoints write their numbers as strings.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::clients::{
    Application, MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID, MANAGED_IDENTITY_RESOURCE_ID,
};
use crate::cloud::{Cloud, Shared};
use crate::oauth::params::Params;
use crate::oauth::scopes::Audience;
use crate::tokens::{self, AppToken, Proof};
use crate::traffic::Endpoint;

/// How long such a token lives, in seconds: a day, less one.
const LIFETIME: i64 = 86_399;

/// Why there is no token: a status, a word and a sentence.
struct Refusal {
    status: StatusCode,
    error: &'static str,
    message: String,
    /// For the `Retry-After` header, in seconds.
    retry_after: Option<u32>,
}

/// A token, with the words and numbers of its answer.
struct Issued {
    access_token: String,
    resource: String,
    not_before: i64,
}

/// `GET /msi/token`, as App Service and Container Apps serve it at `IDENTITY_ENDPOINT`.
pub(crate) async fn identity_endpoint(
    State(cloud): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        arrive(&cloud, Endpoint::ManagedIdentity).await?;
        let sent = headers.get("x-identity-header").map(|value| value.as_bytes());
        if sent != Some(cloud.identity_header.as_bytes()) {
            let message = "The X-IDENTITY-HEADER header is missing or has the wrong value.";
            return Err(Refusal::new("invalid_request", message));
        }
        let selectors = ["client_id", "principal_id", "object_id", "mi_res_id"];
        issue(&cloud, query.as_deref(), "2019-08-01", &selectors)
    };
    match answer.await {
        Ok(issued) => no_store(json!({
            "access_token": issued.access_token,
            "client_id": MANAGED_IDENTITY_CLIENT_ID,
            "expires_on": (issued.not_before + LIFETIME).to_string(),
            "resource": issued.resource,
            "token_type": "Bearer",
        })),
        Err(refusal) => refusal.answer(json!({ "statusCode": refusal.status.as_u16(), "message": refusal.message })),
    }
}

/// `GET /metadata/identity/oauth2/token`, as the Instance Metadata Service serves it at its link-local address.
pub(crate) async fn instance_metadata(
    State(cloud): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        arrive(&cloud, Endpoint::InstanceMetadata).await?;
        if headers
            .get("metadata")
            .is_none_or(|value| !value.as_bytes().eq_ignore_ascii_case(b"true"))
        {
            return Err(Refusal::new(
                "bad_request_102",
                "Required metadata header not specified",
            ));
        }
        // A request that was forwarded may come from somebody else than this machine.
        if headers.contains_key("x-forwarded-for") {
            return Err(Refusal::new("invalid_request", "The request was forwarded by a proxy"));
        }
        let selectors = ["client_id", "object_id", "msi_res_id", "mi_res_id"];
        issue(&cloud, query.as_deref(), "2018-02-01", &selectors)
    };
    match answer.await {
        Ok(issued) => no_store(json!({
            "access_token": issued.access_token,
            "refresh_token": "",
            "expires_in": LIFETIME.to_string(),
            "expires_on": (issued.not_before + LIFETIME).to_string(),
            "not_before": issued.not_before.to_string(),
            "resource": issued.resource,
            "token_type": "Bearer",
            "client_id": MANAGED_IDENTITY_CLIENT_ID,
        })),
        Err(refusal) => refusal.answer(json!({ "error": refusal.error, "error_description": refusal.message })),
    }
}

impl Refusal {
    fn new(error: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            message: message.into(),
            retry_after: None,
        }
    }

    fn answer(&self, body: Value) -> Response {
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

async fn arrive(cloud: &Cloud, endpoint: Endpoint) -> Result<(), Refusal> {
    cloud.traffic.arrive(endpoint, None).await.map_err(|failure| Refusal {
        status: failure.status(),
        error: "unavailable",
        message: "The identity service is not available at the moment.".to_owned(),
        retry_after: failure.retry_after,
    })
}

/// Checks the query, and makes the token.
fn issue(cloud: &Cloud, query: Option<&str>, version: &str, selectors: &[&str]) -> Result<Issued, Refusal> {
    let malformed = |error: crate::oauth::errors::EntraError| Refusal::new("invalid_request", error.message);
    let params = Params::parse(query.unwrap_or_default()).map_err(malformed)?;
    if params.get("api-version") != Some(version) {
        let message = format!("The api-version is missing or not supported; use {version}.");
        return Err(Refusal::new("invalid_request", message));
    }
    let resource = params.require("resource").map_err(malformed)?;
    let known = |id: &str| {
        id.eq_ignore_ascii_case(MANAGED_IDENTITY_CLIENT_ID)
            || id.eq_ignore_ascii_case(MANAGED_IDENTITY_PRINCIPAL_ID)
            || id.eq_ignore_ascii_case(MANAGED_IDENTITY_RESOURCE_ID)
    };
    let mut asked = selectors.iter().filter_map(|name| params.get(name)).peekable();
    // Without a selector the machine's system-assigned identity is meant, which it doesn't have.
    if asked.peek().is_none() || !asked.all(known) {
        return Err(Refusal::new("invalid_request", "Identity not found"));
    }
    let audience = Audience::named(resource, &cloud.addresses).ok_or_else(|| {
        let message = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant named {}.",
            cloud.addresses.tenant_id()
        );
        Refusal::new("invalid_resource", message)
    })?;
    let application = Application::by_client_id(MANAGED_IDENTITY_CLIENT_ID)
        .expect("the managed identity is one of the fixture's applications");
    let claims = AppToken {
        issuer: &cloud.addresses.issuer(),
        audience: audience.client_id(),
        application,
        // The platform holds a certificate for the identity.
        proof: Proof::Certificate,
        roles: application.roles_at(audience),
        lifetime: LIFETIME,
    }
    .claims();
    let not_before = OffsetDateTime::now_utc().unix_timestamp();
    let state = cloud.state();
    let access_token = tokens::sign(state.keys.signing(), claims).map_err(|error| Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..Refusal::new("server_error", error.to_string())
    })?;
    Ok(Issued {
        access_token: cloud.issued.keep(access_token),
        resource: resource.to_owned(),
        not_before,
    })
}

fn no_store(answer: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}
