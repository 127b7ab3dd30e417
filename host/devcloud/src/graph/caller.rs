//! Who asks: the bearer token of a request, verified.

use axum::http::HeaderMap;

use super::answer::GraphError;
use crate::addresses::{Addresses, GRAPH_CLIENT_ID};
use crate::bearer;
use crate::cloud::Cloud;
use crate::personas::Persona;
use crate::tokens::TokenFault;

/// A person on whose behalf an application asks.
pub(crate) struct Caller {
    pub(crate) persona: &'static Persona,
    /// The delegated permissions, by short name: the token's `scp`.
    scopes: Vec<String>,
}

impl Caller {
    /// Whether the token carries one of these permissions.
    pub(crate) fn may(&self, any_of: &[&str]) -> bool {
        self.scopes.iter().any(|scope| any_of.contains(&scope.as_str()))
    }

    /// Refuses a token that carries none of these permissions.
    pub(crate) fn must(&self, any_of: &[&str]) -> Result<(), GraphError> {
        if self.may(any_of) {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }
}

/// Verifies the token as Graph does: one header, this cloud's signature and issuer, Graph as audience, within its dates.
pub(crate) fn authenticate(cloud: &Cloud, headers: &HeaderMap) -> Result<Caller, GraphError> {
    let refused = |message: &str| GraphError::token_invalid(message, challenge(&cloud.addresses));
    let token = bearer::presented(headers).ok_or_else(|| refused("Access token is empty."))?;
    let token = cloud.verify_access_token(token, GRAPH_CLIENT_ID).map_err(|fault| {
        refused(match fault {
            TokenFault::Malformed => "IDX14100: JWT is not well formed.",
            TokenFault::Signature => "Access token validation failure. Invalid signature.",
            TokenFault::Expired => "Lifetime validation failed, the token is expired.",
            TokenFault::Audience(_) => "Access token validation failure. Invalid audience.",
        })
    })?;
    let Some(scopes) = token.text("scp") else {
        return Err(GraphError::not_about_a_person());
    };
    let persona = token.text("oid").and_then(Persona::by_object_id);
    Ok(Caller {
        persona: persona.ok_or_else(|| refused("The identity of the calling user could not be found."))?,
        scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
    })
}

/// How Graph tells where tokens come from.
pub(crate) fn challenge(addresses: &Addresses) -> String {
    format!(
        "Bearer realm=\"\", authorization_uri=\"{}\", client_id=\"{GRAPH_CLIENT_ID}\"",
        addresses.endpoint("common", "authorize")
    )
}
