//! The control API, under `/dev`: what real Entra has nothing of.
//!
//! It describes the cloud to programs, issues tokens to scripts, forges what Entra would never issue, rotates keys, and
//! plans failures. Loopback only, like everything here, and closed to web pages.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::addresses::{API_CLIENT_ID, USER_IMPERSONATION};
use crate::clients::{AZURE_CLI_CLIENT_ID, VSCODE_CLIENT_ID};
use crate::cloud::{Cloud, Shared};
use crate::keys::{KeyError, SigningKey};
use crate::personas::{PERSONAS, Persona};
use crate::random;
use crate::tokens::{self, AccessToken};
use crate::traffic::{Counters, Endpoint};

/// The furthest that a token may end from now, in seconds: ten years.
const MAX_TTL: i64 = 10 * 366 * 24 * 3600;

/// The `key` that stands for a key that is never published.
const ROGUE: &str = "rogue";

/// `GET /dev.json`.
pub(crate) async fn describe(State(cloud): State<Shared>) -> Json<Value> {
    Json(description(&cloud))
}

/// Everything that a program needs to know of this cloud.
pub(crate) fn description(cloud: &Cloud) -> Value {
    let addresses = &cloud.addresses;
    let personas: Vec<Value> = PERSONAS
        .iter()
        .map(|persona| {
            json!({
                "name": persona.name,
                "display_name": persona.display_name,
                "object_id": persona.object_id,
                "username": persona.username,
                "roles": persona.roles,
                "scopes": persona.scopes,
                "summary": persona.summary,
            })
        })
        .collect();
    json!({
        "mcp": addresses.mcp_url(),
        "issuer": addresses.issuer(),
        "authority": addresses.authority(),
        "graph": addresses.graph(),
        "tenant": addresses.tenant_id(),
        "client_id": addresses.client_id(),
        "client_secret": cloud.state().client_secret,
        "scope": addresses.scope(),
        "public_client_ids": [VSCODE_CLIENT_ID, AZURE_CLI_CLIENT_ID],
        "personas": personas,
        "discovery": addresses.discovery(),
        "jwks_uri": addresses.jwks_uri(),
        "authorization_endpoint": addresses.authorization_endpoint(),
        "token_endpoint": addresses.token_endpoint(),
        "registration_endpoint": addresses.registration_endpoint(),
        "dev_token_endpoint": format!("{}/dev/token", addresses.authority()),
    })
}

/// `GET /dev/counters`.
pub(crate) async fn counters(State(cloud): State<Shared>) -> Json<Counters> {
    Json(cloud.traffic.counters())
}

/// What a script asks a token for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// A persona's short name.
    persona: String,
    /// Seconds until the token ends; negative for one that has ended already. Random as Entra's, when absent.
    ttl: Option<i64>,
    /// The token's `scp`, instead of what the persona would get. Empty for a token without.
    scope: Option<String>,
    /// A merge patch (RFC 7396) over the claims: members replace, null removes.
    #[serde(default)]
    claims: Map<String, Value>,
    /// A merge patch over the header. Its `alg` is what the token is then signed with.
    #[serde(default)]
    header: Map<String, Value>,
    /// The `kid` of the key to sign with, or `rogue` for one that is never published (and pretends to be the current
    /// one, unless `header` says otherwise).
    key: Option<String>,
}

/// Why the control API refused.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("the body is not what this endpoint takes: {0}")]
    Body(#[from] serde_json::Error),
    #[error("there is no persona `{0}`; there are admin, member, member-2 and unscoped")]
    Persona(String),
    #[error("ttl must be within ten years of now, in seconds")]
    Ttl,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("status must be between 400 and 599")]
    Status,
    #[error("the state file could not be written: {0}")]
    Save(#[from] std::io::Error),
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Save(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

/// `POST /dev/token`.
pub(crate) async fn token(State(cloud): State<Shared>, body: Bytes) -> Response {
    run(cloud, &body, mint).await
}

fn mint(cloud: &Cloud, request: TokenRequest) -> Result<Value, ControlError> {
    let persona = Persona::named(&request.persona).ok_or(ControlError::Persona(request.persona))?;
    let lifetime = request.ttl.unwrap_or_else(random::lifetime);
    if lifetime.unsigned_abs() > MAX_TTL.unsigned_abs() {
        return Err(ControlError::Ttl);
    }
    let scopes = match &request.scope {
        Some(scope) => short_names(cloud, scope),
        None if persona.scopes.contains(&USER_IMPERSONATION) => vec![USER_IMPERSONATION.to_owned()],
        None => persona.scopes.iter().map(|&scope| scope.to_owned()).collect(),
    };
    let mut claims = AccessToken {
        issuer: &cloud.addresses.issuer(),
        audience: API_CLIENT_ID,
        // As if the person had signed in on the command line.
        azp: AZURE_CLI_CLIENT_ID,
        confidential: false,
        persona,
        scopes: &scopes,
        session: &Uuid::new_v4().to_string(),
        lifetime,
    }
    .claims();
    tokens::merge(&mut claims, &request.claims);

    let state = cloud.state();
    let (key, kid) = match request.key.as_deref() {
        None => (state.keys.signing(), state.keys.signing().kid()),
        Some(ROGUE) => (rogue(cloud)?, state.keys.signing().kid()),
        Some(kid) => (
            state.keys.find(kid).ok_or_else(|| KeyError::Unknown(kid.to_owned()))?,
            kid,
        ),
    };
    let mut header = tokens::header(kid);
    if let Value::Object(header) = &mut header {
        tokens::merge(header, &request.header);
    }
    Ok(json!({
        "token_type": "Bearer",
        "access_token": key.sign(&header, &Value::Object(claims))?,
        "expires_in": lifetime,
        "scope": scopes.join(" "),
        "persona": persona.name,
        "object_id": persona.object_id,
    }))
}

fn rogue(cloud: &Cloud) -> Result<&SigningKey, KeyError> {
    if cloud.rogue.get().is_none() {
        // Whoever comes second throws its key away.
        let _ = cloud.rogue.set(SigningKey::generate(false)?);
    }
    cloud.rogue.get().ok_or(KeyError::Cryptography)
}

/// Scopes as they stand in `scp`, whether they were given in short or in full.
fn short_names(cloud: &Cloud, scope: &str) -> Vec<String> {
    let uris = cloud.addresses.identifier_uris();
    let short = |scope: &str| match scope.rsplit_once('/') {
        Some((uri, name)) if uris.iter().any(|known| known == uri) => name.to_owned(),
        _ => scope.to_owned(),
    };
    scope.split_ascii_whitespace().map(short).collect()
}

/// What to do with the signing keys.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum KeyAction {
    /// A new key signs from now on; it is in the key document or not yet.
    Rotate { published: bool },
    /// A key enters the key document.
    Publish { kid: String },
    /// A key leaves the key document, and may go on signing.
    Withdraw { kid: String },
    /// A key is forgotten for good.
    Drop { kid: String },
}

/// `GET /dev/keys`: every key, published or not, and which of them signs.
pub(crate) async fn keys(State(cloud): State<Shared>) -> Json<Value> {
    Json(list_keys(&cloud))
}

/// `POST /dev/keys`.
pub(crate) async fn change_keys(State(cloud): State<Shared>, body: Bytes) -> Response {
    run(cloud, &body, |cloud, action| {
        let mut state = cloud.state();
        match action {
            KeyAction::Rotate { published } => state.keys.rotate(published)?,
            KeyAction::Publish { kid } => state.keys.publish(&kid, true)?,
            KeyAction::Withdraw { kid } => state.keys.publish(&kid, false)?,
            KeyAction::Drop { kid } => state.keys.drop_key(&kid)?,
        }
        state.save()?;
        drop(state);
        Ok(list_keys(cloud))
    })
    .await
}

fn list_keys(cloud: &Cloud) -> Value {
    let state = cloud.state();
    let keys: Vec<Value> = state
        .keys
        .keys()
        .iter()
        .map(|key| json!({ "kid": key.kid(), "published": key.published }))
        .collect();
    json!({ "signing": state.keys.signing().kid(), "keys": keys })
}

/// A failure to plan.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    endpoint: Endpoint,
    status: u16,
    /// How many requests fail; 0 ends a planned failure.
    times: u32,
}

/// `POST /dev/failures`.
pub(crate) async fn fail(State(cloud): State<Shared>, body: Bytes) -> Response {
    run(cloud, &body, |cloud, failure: Failure| {
        let status = StatusCode::from_u16(failure.status).ok();
        let status = status.filter(|status| status.is_client_error() || status.is_server_error());
        cloud
            .traffic
            .fail(failure.endpoint, status.ok_or(ControlError::Status)?, failure.times);
        Ok(json!({ "status": failure.status, "times": failure.times }))
    })
    .await
}

/// Reads the body and does the work off the async threads, as making a key and writing a file take their time.
async fn run<T, F>(cloud: Shared, body: &[u8], work: F) -> Response
where
    T: DeserializeOwned + Send + 'static,
    F: FnOnce(&Cloud, T) -> Result<Value, ControlError> + Send + 'static,
{
    let request: T = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return ControlError::Body(error).into_response(),
    };
    match tokio::task::spawn_blocking(move || work(&cloud, request)).await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(error)) => error.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
