//! The token endpoint: codes and refresh tokens in, access tokens out.

use std::time::Instant;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::check_tenant;
use super::codes::Taken;
use super::errors::{EntraError, Trace};
use super::params::Params;
use super::refresh::{self, RefreshGrant};
use super::scopes::{Audience, ScopeRequest};
use crate::addresses::{API_CLIENT_ID, GRAPH_CLIENT_ID, TENANT_ID};
use crate::clients::{Client, pre_registered};
use crate::cloud::{Cloud, Shared};
use crate::keys::KeyError;
use crate::personas::Persona;
use crate::random;
use crate::settings::ResourceCheck;
use crate::tokens::{self, AccessToken, IdToken};
use crate::traffic::Endpoint;

/// `POST /{t}/oauth2/v2.0/token`.
pub(crate) async fn exchange(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    form: String,
) -> Response {
    let trace = Trace::new(&headers);
    if let Err(status) = cloud.traffic.arrive(Endpoint::Token) {
        return EntraError::transient(status).response(&trace);
    }
    match issue(&cloud, &tenant, &headers, &form) {
        Ok(answer) => (trace.headers(), Json(answer)).into_response(),
        Err(error) => {
            tracing::info!(
                code = error.code,
                correlation_id = trace.correlation_id,
                "token request refused"
            );
            error.response(&trace)
        }
    }
}

fn issue(cloud: &Cloud, tenant: &str, headers: &HeaderMap, form: &str) -> Result<Value, EntraError> {
    check_tenant(tenant)?;
    let params = Params::parse(form)?;
    let grant_type = params.require("grant_type")?;
    match grant_type {
        "authorization_code" => {
            let client = authenticate(cloud, headers, &params)?;
            redeem_code(cloud, client, &params)
        }
        "refresh_token" => {
            let client = authenticate(cloud, headers, &params)?;
            redeem_refresh_token(cloud, client, &params)
        }
        other => Err(EntraError::grant_type(other)),
    }
}

/// Finds the client and lets it prove who it is, if it is one that can (RFC 6749, section 2.3.1).
fn authenticate(cloud: &Cloud, headers: &HeaderMap, params: &Params) -> Result<Client, EntraError> {
    let basic = basic_credentials(headers)?;
    let (client_id, secret) = match &basic {
        Some((client_id, secret)) => (client_id.as_str(), Some(secret.as_str())),
        None => (params.require("client_id")?, params.get("client_secret")),
    };
    let client = known_client(cloud, client_id)?;
    match (client.confidential, secret.filter(|secret| !secret.is_empty())) {
        (false, None) => Ok(client),
        (false, Some(_)) => Err(EntraError::secret_unwanted()),
        (true, None) => Err(EntraError::secret_missing()),
        (true, Some(secret)) => {
            let expected = cloud.state().client_secret.clone();
            match verify_slices_are_equal(secret.as_bytes(), expected.as_bytes()) {
                Ok(()) => Ok(client),
                Err(_) => Err(EntraError::secret_wrong()),
            }
        }
    }
}

/// Unlike the authorize endpoint this one fetches no metadata document: a client of that kind has nothing to prove, and
/// the grant that it presents is bound to its id.
fn known_client(cloud: &Cloud, client_id: &str) -> Result<Client, EntraError> {
    if let Some(client) = pre_registered(client_id) {
        return Ok(client);
    }
    if client_id.contains("://") {
        return Ok(Client {
            id: client_id.to_owned(),
            name: client_id.to_owned(),
            redirect_uris: Vec::new(),
            confidential: false,
        });
    }
    match cloud.state().client(client_id) {
        Some(client) => Ok(Client::from(client)),
        None => Err(EntraError::unknown_client(client_id)),
    }
}

/// `Authorization: Basic`, whose two halves are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, EntraError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let parse = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = STANDARD
            .decode(encoded.trim())
            .ok()
            .filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (client_id, secret) = decoded.split_once(':')?;
        Some((form_decode(client_id), form_decode(secret)))
    };
    parse().map(Some).ok_or_else(EntraError::malformed_request)
}

fn form_decode(text: &str) -> String {
    // A lone value is a name without a value to the form decoder; `&` and `=` don't occur unencoded in what is encoded.
    url::form_urlencoded::parse(text.as_bytes())
        .map(|(name, _)| name.into_owned())
        .next()
        .unwrap_or_default()
}

fn redeem_code(cloud: &Cloud, client: Client, params: &Params) -> Result<Value, EntraError> {
    let code = params.require("code")?;
    let redirect_uri = params.require("redirect_uri")?;
    let verifier = params.require("code_verifier")?;
    let grant = match cloud.codes.take(code, Instant::now()) {
        Taken::Fresh(grant) => grant,
        Taken::Spent => return Err(EntraError::code_spent()),
        Taken::Expired => return Err(EntraError::grant_expired()),
        Taken::Unknown => return Err(EntraError::code_invalid()),
    };
    if grant.client_id != client.id {
        return Err(EntraError::code_invalid());
    }
    if grant.redirect_uri != redirect_uri {
        return Err(EntraError::redirect_changed(redirect_uri, &grant.redirect_uri));
    }
    // RFC 7636, section 4.6.
    if URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) != grant.challenge {
        return Err(EntraError::verifier_mismatch());
    }
    // RFC 8707, section 2.2: what the token request names must have been named when the person signed in.
    let resources = params.all("resource");
    grant
        .scopes
        .check_resources(cloud.resource_check, &resources, &cloud.addresses)?;
    let named_before = |resource| grant.resources.is_empty() || grant.resources.contains(resource);
    if cloud.resource_check == ResourceCheck::Enforce && !resources.iter().all(named_before) {
        return Err(EntraError::resource_mismatch());
    }
    let scopes = match params.get("scope") {
        None => grant.scopes.clone(),
        Some(text) => {
            let asked = ScopeRequest::parse(text, &cloud.addresses, &client)?;
            if !asked.within(&grant.scopes) {
                return Err(EntraError::scope_not_granted());
            }
            asked
        }
    };
    Issue {
        client: &client,
        persona: grant.persona,
        // The session keeps what the person agreed to, even when this one token is for less.
        session_scope: &grant.scopes.text,
        refreshable: grant.scopes.offline_access,
        scopes: &scopes,
        session: &grant.session,
        nonce: grant.nonce.as_deref(),
        client_info: params.get("client_info") == Some("1"),
    }
    .answer(cloud)
}

fn redeem_refresh_token(cloud: &Cloud, client: Client, params: &Params) -> Result<Value, EntraError> {
    let token = params.require("refresh_token")?;
    let key = cloud.state().refresh_key;
    let grant = refresh::open(&key, token, OffsetDateTime::now_utc().unix_timestamp())?;
    if grant.client_id != client.id {
        return Err(EntraError::refresh_token_invalid());
    }
    let persona = Persona::named(&grant.persona).ok_or_else(EntraError::refresh_token_invalid)?;
    // Entra's refresh tokens are good for any resource that the person has granted the client, not only the first.
    let scopes = ScopeRequest::parse(params.get("scope").unwrap_or(&grant.scope), &cloud.addresses, &client)?;
    scopes.check_resources(cloud.resource_check, &params.all("resource"), &cloud.addresses)?;
    Issue {
        client: &client,
        persona,
        session_scope: &grant.scope,
        refreshable: true,
        scopes: &scopes,
        session: &grant.session,
        nonce: None,
        client_info: params.get("client_info") == Some("1"),
    }
    .answer(cloud)
}

/// A grant that was found good.
struct Issue<'a> {
    client: &'a Client,
    persona: &'static Persona,
    scopes: &'a ScopeRequest,
    session_scope: &'a str,
    refreshable: bool,
    session: &'a str,
    nonce: Option<&'a str>,
    client_info: bool,
}

impl Issue<'_> {
    /// The successful answer, in Entra's shape.
    fn answer(&self, cloud: &Cloud) -> Result<Value, EntraError> {
        let issuer = cloud.addresses.issuer();
        let lifetime = random::lifetime();
        let granted = self.scopes.granted(self.persona);
        let claims = AccessToken {
            issuer: &issuer,
            audience: match self.scopes.audience {
                Audience::Api => API_CLIENT_ID,
                Audience::Graph => GRAPH_CLIENT_ID,
            },
            azp: &self.client.id,
            confidential: self.client.confidential,
            persona: self.persona,
            scopes: &granted,
            session: self.session,
            lifetime,
        }
        .claims();
        let state = cloud.state();
        let key = state.keys.signing();
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": self.scopes.granted_in_full(self.persona, &cloud.addresses),
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": tokens::sign(key, claims).map_err(internal)?,
        });
        if self.refreshable {
            let grant = RefreshGrant {
                client_id: self.client.id.clone(),
                persona: self.persona.name.to_owned(),
                scope: self.session_scope.to_owned(),
                session: self.session.to_owned(),
            };
            let now = OffsetDateTime::now_utc().unix_timestamp();
            answer["refresh_token"] = json!(refresh::seal(&state.refresh_key, grant, now));
        }
        if self.scopes.openid {
            let id_token = IdToken {
                issuer: &issuer,
                client_id: &self.client.id,
                persona: self.persona,
                session: self.session,
                nonce: self.nonce,
                profile: self.scopes.profile,
                email: self.scopes.email,
            };
            answer["id_token"] = json!(tokens::sign(key, id_token.claims()).map_err(internal)?);
        }
        if self.client_info {
            let info = json!({ "uid": self.persona.object_id, "utid": TENANT_ID });
            answer["client_info"] = json!(URL_SAFE_NO_PAD.encode(info.to_string()));
        }
        Ok(answer)
    }
}

fn internal(error: KeyError) -> EntraError {
    tracing::error!(%error, "signing failed");
    EntraError::transient(StatusCode::SERVICE_UNAVAILABLE)
}
