//! The OAuth 2.0 and OpenID Connect endpoints of Entra's v2.0 surface.
//!
//! | endpoint | module |
//! |---|---|
//! | `GET /{t}/v2.0/.well-known/openid-configuration`, `GET /{t}/discovery/v2.0/keys` | [`discovery`] |
//! | `GET /common/discovery/instance` | [`instance`] |
//! | `GET`, `POST /{t}/oauth2/v2.0/authorize` | [`authorize`], which asks [`crate::pages`] for the sign-in page |
//! | `POST /{t}/oauth2/v2.0/token` | [`token`] |
//! | `POST /{t}/oauth2/v2.0/register` | [`registration`], which Entra does not have |
//!
//! `{t}` is the tenant's id, `common` or `organizations`. Failures are [`errors::EntraError`]s in the bytes that Entra
//! sends, because error handling is what clients and hosts get wrong first. The grants of the token endpoint are in
//! [`grants`], how clients prove there who they are in [`client_authentication`].

pub(crate) mod authorize;
mod claims;
mod client_authentication;
pub(crate) mod codes;
pub(crate) mod discovery;
pub(crate) mod errors;
mod grants;
pub(crate) mod instance;
pub(crate) mod params;
pub(crate) mod refresh;
pub(crate) mod registration;
pub(crate) mod request;
pub(crate) mod scopes;
mod session;
pub(crate) mod token;

use crate::addresses::TENANT_ID;
use errors::EntraError;

/// The name of this cloud, where Entra's documents say `microsoftonline.com`.
pub(crate) const CLOUD_INSTANCE_NAME: &str = "usher.localhost";

/// Refuses a path segment that names no tenant of this cloud.
pub(crate) fn check_tenant(tenant: &str) -> Result<(), EntraError> {
    if tenant.eq_ignore_ascii_case(TENANT_ID) || is_alias(tenant) {
        Ok(())
    } else {
        Err(EntraError::tenant_not_found(tenant))
    }
}

/// Whether a path segment stands for any tenant.
pub(crate) fn is_alias(tenant: &str) -> bool {
    tenant == "common" || tenant == "organizations"
}
