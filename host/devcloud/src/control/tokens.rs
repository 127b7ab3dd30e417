//! Tokens for scripts: as good as signed in, or as bad as asked.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{ControlError, persona};
use crate::addresses::{API_CLIENT_ID, TOKEN_EXCHANGE_URI, USER_IMPERSONATION};
use crate::clients::AZURE_CLI_CLIENT_ID;
use crate::cloud::Cloud;
use crate::keys::KeyError;
use crate::tokens::{self, AccessToken, Proof};
use crate::{kubernetes, random};

/// The furthest that a token may end from now, in seconds: ten years.
const MAX_TTL: i64 = 10 * 366 * 24 * 3600;

/// How long the kubelet lets a projected token live, in seconds.
const PROJECTED: i64 = 3600;

/// The `key` that stands for a key that is never published.
const ROGUE: &str = "rogue";

/// What a script asks a token for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequest {
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

/// `POST /dev/token`.
pub(super) fn mint(cloud: &Cloud, request: TokenRequest) -> Result<Value, ControlError> {
    let persona = persona(request.persona)?;
    let lifetime = lifetime(request.ttl)?;
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
        proof: Proof::None,
        persona,
        scopes: &scopes,
        contexts: &[],
        handles_challenges: false,
        session: &Uuid::new_v4().to_string(),
        lifetime,
    }
    .claims();
    tokens::merge(&mut claims, &request.claims);

    let state = cloud.state();
    let (key, kid) = match request.key.as_deref() {
        None => (state.keys.signing(), state.keys.signing().kid()),
        Some(ROGUE) => (cloud.rogue.get()?, state.keys.signing().kid()),
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
        "access_token": cloud.issued.keep(key.sign(&header, &Value::Object(claims))?),
        "expires_in": lifetime,
        "scope": scopes.join(" "),
        "persona": persona.name,
        "object_id": persona.object_id,
    }))
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

fn lifetime(ttl: Option<i64>) -> Result<i64, ControlError> {
    let lifetime = ttl.unwrap_or_else(random::lifetime);
    if lifetime.unsigned_abs() > MAX_TTL.unsigned_abs() {
        return Err(ControlError::Ttl);
    }
    Ok(lifetime)
}

/// What is asked of the cluster.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectedTokenRequest {
    namespace: String,
    service_account: String,
    /// That of the token exchange, when absent.
    audience: Option<String>,
    /// Seconds until the token ends, an hour when absent.
    ttl: Option<i64>,
    /// A merge patch (RFC 7396) over the claims.
    #[serde(default)]
    claims: Map<String, Value>,
}

/// `POST /dev/kubernetes-token`.
pub(super) fn project(cloud: &Cloud, request: ProjectedTokenRequest) -> Result<Value, ControlError> {
    let token = kubernetes::projected_token(
        cloud,
        (&request.namespace, &request.service_account),
        request.audience.as_deref().unwrap_or(TOKEN_EXCHANGE_URI),
        lifetime(Some(request.ttl.unwrap_or(PROJECTED)))?,
        &request.claims,
    )?;
    Ok(json!({ "token": cloud.issued.keep(token) }))
}
