//! A refresh token for fresh tokens (RFC 6749, section 6).

use serde_json::Value;
use time::OffsetDateTime;

use super::answer::Answer;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::client_authentication::authenticate;
use crate::oauth::errors::EntraError;
use crate::oauth::refresh;
use crate::oauth::scopes::ScopeRequest;
use crate::oauth::session::Session;
use crate::oauth::token::TokenRequest;
use crate::personas::Persona;

pub(in crate::oauth) fn redeem(request: &TokenRequest<'_>) -> Result<Value, EntraError> {
    let (client, proof) = authenticate(request)?;
    let (cloud, params) = (request.cloud, request.params);
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
    let claims = ClaimsRequest::parse(params.get("claims"))?;
    if let Some(unmet) = claims.unmet(&grant.session.contexts) {
        return Err(EntraError::multi_factor(scopes.audience.client_id(), Some(unmet)));
    }
    let session = Session {
        handles_challenges: grant.session.handles_challenges || claims.handles_challenges,
        ..grant.session
    };
    Answer {
        client: &client,
        proof,
        persona,
        refreshable: Some(&grant.scope),
        scopes: &scopes,
        session: &session,
        nonce: None,
        client_info: params.get("client_info") == Some("1"),
    }
    .issue(cloud)
}
