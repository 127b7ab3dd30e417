//! An authorization code for tokens (RFC 6749, section 4.1.3).

use std::time::Instant;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::answer::Answer;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::client_authentication::authenticate;
use crate::oauth::codes::Taken;
use crate::oauth::errors::EntraError;
use crate::oauth::scopes::ScopeRequest;
use crate::oauth::session::Session;
use crate::oauth::token::TokenRequest;
use crate::settings::ResourceCheck;

pub(in crate::oauth) fn redeem(request: &TokenRequest<'_>) -> Result<Value, EntraError> {
    let (client, proof) = authenticate(request)?;
    let (cloud, params) = (request.cloud, request.params);
    let code = params.require("code")?;
    let redirect_uri = params.require("redirect_uri")?;
    // Only the API's own app may have asked for a code without a challenge.
    let verifier = match params.get("code_verifier") {
        None if !client.confidential => return Err(EntraError::missing_parameter("code_verifier")),
        verifier => verifier,
    };
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
    let challenge = verifier.map(|verifier| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())));
    if challenge != grant.challenge {
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
        persona: grant.persona,
        // The session keeps what the person agreed to, even when this one token is for less.
        refreshable: grant.scopes.offline_access.then_some(&grant.scopes.text),
        scopes: &scopes,
        session: &session,
        nonce: grant.nonce.as_deref(),
        client_info: params.get("client_info") == Some("1"),
    }
    .issue(cloud)
}
