//! A person's token for the API, for one with which the API goes elsewhere on that person's behalf (Microsoft
//! documentation, "Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow"; RFC 7523, section 2.1).

use serde_json::Value;

use super::answer::Answer;
use crate::cloud::Cloud;
use crate::jwt::Jwt;
use crate::oauth::claims::{ClaimsRequest, MULTI_FACTOR};
use crate::oauth::client_authentication::authenticate;
use crate::oauth::errors::EntraError;
use crate::oauth::params::Params;
use crate::oauth::scopes::{Audience, ScopeRequest};
use crate::oauth::session::Session;
use crate::oauth::token::TokenRequest;
use crate::personas::{Persona, Trouble};
use crate::tokens::{Proof, TokenFault};

/// The `grant_type`.
pub(in crate::oauth) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Whom the assertion claims to be about, before anything of it is checked: for planned failures only.
pub(in crate::oauth) fn claimed_persona(params: &Params) -> Option<&'static str> {
    let jwt = Jwt::parse(params.get("assertion")?)?;
    Persona::by_object_id(jwt.text("oid")?).map(|persona| persona.name)
}

pub(in crate::oauth) fn exchange(request: &TokenRequest<'_>) -> Result<Value, EntraError> {
    let (cloud, params) = (request.cloud, request.params);
    let assertion = params.require("assertion")?;
    if params.require("requested_token_use")? != "on_behalf_of" {
        return Err(EntraError::malformed_request());
    }
    let (client, proof) = authenticate(request)?;
    if proof == Proof::None {
        return Err(EntraError::secret_missing());
    }
    request.check_tenant_is_named(&client.id)?;
    let assertion = check_assertion(cloud, &client.id, assertion)?;
    let scopes = ScopeRequest::parse(params.get("scope").unwrap_or_default(), &cloud.addresses, &client)?;
    scopes.check_resources(cloud.resource_check, &params.all("resource"), &cloud.addresses)?;
    let claims = ClaimsRequest::parse(params.get("claims"))?;

    let object_id = assertion.text("oid").unwrap_or_default();
    let persona = Persona::by_object_id(object_id).ok_or_else(|| EntraError::account_unknown(object_id))?;
    let session = Session {
        id: assertion.text("sid").unwrap_or_default().to_owned(),
        contexts: contexts(&assertion),
        handles_challenges: claims.handles_challenges,
    };
    check_person(cloud, persona, scopes.audience, &session)?;
    if let Some(unmet) = claims.unmet(&session.contexts) {
        return Err(EntraError::multi_factor(scopes.audience.client_id(), Some(unmet)));
    }
    Answer {
        client: &client,
        proof,
        persona,
        refreshable: scopes.offline_access.then_some(&scopes.text),
        scopes: &scopes,
        session: &session,
        nonce: None,
        client_info: params.get("client_info") == Some("1"),
    }
    .issue(cloud)
}

/// The assertion must be a person's access token, in force, for the app that presents it.
fn check_assertion(cloud: &Cloud, client_id: &str, assertion: &str) -> Result<Jwt, EntraError> {
    let jwt = cloud
        .verify_access_token(assertion, client_id)
        .map_err(|fault| match fault {
            TokenFault::Malformed => EntraError::user_assertion_malformed(),
            TokenFault::Signature => EntraError::user_assertion_signature(),
            TokenFault::Expired => EntraError::user_assertion_expired(),
            TokenFault::Audience(audience) => EntraError::user_assertion_audience(&audience),
        })?;
    if jwt.text("idtyp") == Some("app") {
        return Err(EntraError::app_only_assertion(client_id));
    }
    // An id token for this app has the right audience, but nobody asked for it on an API's behalf.
    if !jwt.claims.contains_key("azp") {
        return Err(EntraError::id_token_as_assertion());
    }
    Ok(jwt)
}

fn contexts(assertion: &Jwt) -> Vec<String> {
    let contexts = assertion.claims.get("acrs").and_then(Value::as_array);
    contexts
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What may stand between a person and the other API.
fn check_person(cloud: &Cloud, persona: &Persona, audience: Audience, session: &Session) -> Result<(), EntraError> {
    let multi_factor = session.contexts.iter().any(|context| context == MULTI_FACTOR);
    match persona.trouble {
        Some(Trouble::Disabled) => Err(EntraError::account_disabled()),
        Some(Trouble::Blocked) => Err(EntraError::blocked()),
        Some(Trouble::Unassigned) => Err(EntraError::unassigned()),
        Some(Trouble::MultiFactor) if !multi_factor => Err(EntraError::multi_factor(audience.client_id(), None)),
        _ if !cloud.consents.has(persona, audience) => Err(EntraError::consent_missing()),
        _ => Ok(()),
    }
}
