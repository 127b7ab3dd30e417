//! The grants of the token endpoint, one a module, and the [`answer`] that all of them for a person lead to.

mod answer;
pub(super) mod client_credentials;
pub(super) mod code;
pub(super) mod on_behalf_of;
pub(super) mod refresh_token;

use axum::http::StatusCode;

use super::errors::EntraError;
use crate::keys::KeyError;

fn internal(error: KeyError) -> EntraError {
    tracing::error!(%error, "signing failed");
    EntraError::transient(StatusCode::SERVICE_UNAVAILABLE)
}
