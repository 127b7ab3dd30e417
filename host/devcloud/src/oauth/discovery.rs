//! The documents by which clients and verifiers find everything else.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{EntraError, Trace};
use super::grants::on_behalf_of;
use super::{CLOUD_INSTANCE_NAME, check_tenant, is_alias};
use crate::addresses::{Addresses, TENANT_ID};
use crate::cloud::{Cloud, Shared};
use crate::forwarded;
use crate::traffic::Endpoint;

/// `GET /{t}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery, the form that Entra serves), and the
/// same document where RFC 8414, section 3.1 looks for it: `/.well-known/{name}/{t}/v2.0`.
pub(crate) async fn configuration(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Response {
    let trace = Trace::new(&headers);
    if let Err(failure) = cloud.traffic.arrive(Endpoint::Discovery, None).await {
        return EntraError::planned(&failure).response(&trace);
    }
    match check_tenant(&tenant) {
        Ok(()) => {
            let authority = forwarded::authority(&cloud.addresses, &headers);
            public(document(&cloud.addresses, &authority, &tenant), trace)
        }
        Err(error) => error.response(&trace),
    }
}

/// `GET /.well-known/oauth-authorization-server`: for clients that look at the authority's root only.
pub(crate) async fn root(state: State<Shared>, headers: HeaderMap) -> Response {
    configuration(state, Path(TENANT_ID.to_owned()), headers).await
}

/// `GET /{t}/discovery/v2.0/keys`.
pub(crate) async fn keys(State(cloud): State<Shared>, Path(tenant): Path<String>, headers: HeaderMap) -> Response {
    let trace = Trace::new(&headers);
    if let Err(failure) = cloud.traffic.arrive(Endpoint::Jwks, None).await {
        return EntraError::planned(&failure).response(&trace);
    }
    match check_tenant(&tenant) {
        Ok(()) => public(key_document(&cloud), trace),
        Err(error) => error.response(&trace),
    }
}

fn key_document(cloud: &Cloud) -> Value {
    cloud.state().keys.document(&cloud.addresses.issuer())
}

/// The only answers here that may be cached, for the day that Entra allows.
fn public(document: Value, trace: Trace) -> Response {
    let headers = [
        ("cache-control", "max-age=86400, private".to_owned()),
        ("x-ms-request-id", trace.trace_id),
    ];
    (headers, Json(document)).into_response()
}

/// Entra's document, with what this cloud serves and nothing that it doesn't. `authority` is the base of the addresses
/// that the asker is to use.
fn document(addresses: &Addresses, authority: &str, tenant: &str) -> Value {
    // Under an alias no tenant is known yet, and the issuer is a template, braces and all.
    let (segment, issuer) = if is_alias(tenant) {
        (tenant, format!("{}/{{tenantid}}/v2.0", addresses.authority()))
    } else {
        (TENANT_ID, addresses.issuer())
    };
    let endpoint = |name: &str| format!("{authority}/{segment}/oauth2/v2.0/{name}");
    json!({
        "token_endpoint": endpoint("token"),
        // Real Entra lists no `none`, and serves public clients all the same.
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "private_key_jwt", "client_secret_basic", "none",
        ],
        "jwks_uri": format!("{authority}/{segment}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "authorization_endpoint": endpoint("authorize"),
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email",
        ],
        "cloud_instance_name": CLOUD_INSTANCE_NAME,
        "msgraph_host": addresses.graph(),

        // Real Entra's document has none of the following. The MCP authorization specification obliges clients to refuse
        // a server that doesn't announce S256, and lets those without a pre-registered id register by either way.
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials", on_behalf_of::GRANT_TYPE,
        ],
        "registration_endpoint": endpoint("register"),
        "client_id_metadata_document_supported": true,
    })
}
