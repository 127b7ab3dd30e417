//! An app for itself (RFC 6749, section 4.4): a token without a person.

use serde_json::{Value, json};

use super::internal;
use crate::clients::Application;
use crate::oauth::client_authentication::authenticate;
use crate::oauth::errors::EntraError;
use crate::oauth::scopes::Audience;
use crate::oauth::token::TokenRequest;
use crate::random;
use crate::tokens::{self, AppToken};

pub(in crate::oauth) fn issue(request: &TokenRequest<'_>) -> Result<Value, EntraError> {
    let (client, proof) = authenticate(request)?;
    let cloud = request.cloud;
    // Public clients, and those that registered themselves, are nobody for themselves.
    let application = Application::by_client_id(&client.id).ok_or_else(EntraError::secret_missing)?;
    request.check_tenant_is_named(&client.id)?;
    let scope = request.params.require("scope")?;
    let resource = scope
        .strip_suffix("/.default")
        .filter(|resource| !resource.contains(' '))
        .ok_or_else(|| EntraError::default_needed(scope))?;
    let audience = Audience::named(resource, &cloud.addresses).ok_or_else(|| EntraError::resource_unknown(resource))?;
    let lifetime = random::lifetime();
    let claims = AppToken {
        issuer: &cloud.addresses.issuer(),
        audience: audience.client_id(),
        application,
        proof,
        roles: application.roles_at(audience),
        lifetime,
    }
    .claims();
    let state = cloud.state();
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": cloud.issued.keep(tokens::sign(state.keys.signing(), claims).map_err(internal)?),
    }))
}
