//! An assertion of an issuer whom the client trusts to vouch for it: this tenant about a managed identity, or a
//! Kubernetes cluster about a service account (Microsoft documentation, "Workload identity federation").
//!
//! Issuer, subject and audience must be those of one federated credential, case included. Of other issuers the keys
//! can't be had here, so that their assertions match and then fail.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::check_dates;
use crate::addresses::{TOKEN_EXCHANGE_CLIENT_ID, TOKEN_EXCHANGE_URI};
use crate::clients::Client;
use crate::clients::credentials::Federated;
use crate::cloud::Cloud;
use crate::jwt::Jwt;
use crate::oauth::errors::EntraError;

pub(super) fn check(cloud: &Cloud, client: &Client, jwt: &Jwt) -> Result<(), EntraError> {
    if jwt.header_text("alg") != Some("RS256") {
        return Err(EntraError::assertion_algorithm());
    }
    let issuer = jwt.text("iss").unwrap_or_default();
    let by_entra = issuer == cloud.addresses.issuer();
    if by_entra && jwt.text("idtyp") != Some("app") {
        return Err(EntraError::federation_by_user());
    }
    if by_entra && jwt.claims.contains_key("xms_ficinfo") {
        return Err(EntraError::federation_of_federation());
    }
    let trusted: Vec<Federated> = cloud.credentials().federated(&client.id).cloned().collect();
    check_match(&trusted, jwt, by_entra)?;
    let key = key(cloud, jwt, by_entra).ok_or_else(EntraError::assertion_signature)?;
    if !jwt.signed_by(&key, Algorithm::RS256) {
        return Err(EntraError::assertion_signature());
    }
    check_dates(jwt)
}

fn check_match(trusted: &[Federated], jwt: &Jwt, by_entra: bool) -> Result<(), EntraError> {
    let (issuer, subject) = (jwt.text("iss").unwrap_or_default(), jwt.text("sub").unwrap_or_default());
    let audience = match jwt.claims.get("aud") {
        Some(Value::String(audience)) => audience.as_str(),
        // A cluster's tokens have an array of one.
        Some(Value::Array(audiences)) if audiences.len() == 1 => audiences[0].as_str().unwrap_or_default(),
        Some(Value::Array(_)) => return Err(EntraError::assertion_audiences()),
        _ => "",
    };
    if trusted.is_empty() {
        return Err(EntraError::no_federation(issuer, subject, audience));
    }
    let of_issuer: Vec<&Federated> = trusted.iter().filter(|known| known.issuer == issuer).collect();
    if of_issuer.is_empty() {
        return Err(EntraError::federation_issuer(issuer));
    }
    let Some(matching) = of_issuer.iter().find(|known| known.subject == subject) else {
        let but_for_case = of_issuer
            .iter()
            .find(|known| known.subject.eq_ignore_ascii_case(subject));
        return Err(match but_for_case {
            Some(known) => EntraError::federation_subject_case(subject, &known.subject),
            None => EntraError::federation_subject(subject),
        });
    };
    // Entra's own token says the client id where the credential must say the URI.
    if by_entra && let Some(no_uri) = matching.audiences.iter().find(|known| !known.contains("://")) {
        return Err(EntraError::federation_audience_no_uri(no_uri));
    }
    let expected = match audience {
        TOKEN_EXCHANGE_CLIENT_ID if by_entra => TOKEN_EXCHANGE_URI,
        other => other,
    };
    if matching.audiences.iter().any(|known| known == expected) {
        Ok(())
    } else {
        Err(EntraError::federation_audience(audience))
    }
}

fn key(cloud: &Cloud, jwt: &Jwt, by_entra: bool) -> Option<DecodingKey> {
    if by_entra {
        let kid = jwt.header_text("kid")?;
        return cloud.state().keys.find(kid).map(|key| key.verifying_key());
    }
    let of_cluster = jwt.text("iss") == Some(&cloud.addresses.cluster_issuer());
    let key = cloud.cluster.made().filter(|_| of_cluster)?;
    Some(key.verifying_key())
}
