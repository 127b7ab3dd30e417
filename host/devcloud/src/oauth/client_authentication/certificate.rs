//! An assertion that the client signed with the key of a registered certificate (Microsoft documentation, "Microsoft
//! identity platform application authentication certificate credentials"; RFC 7523, section 3).

use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::check_dates;
use crate::clients::Client;
use crate::jwt::Jwt;
use crate::oauth::errors::EntraError;
use crate::oauth::token::TokenRequest;

/// Checks everything that Entra checks, in the order: which key, whether it signed, for whom, about whom, when.
pub(super) fn check(request: &TokenRequest<'_>, client: &Client, jwt: &Jwt, assertion: &str) -> Result<(), EntraError> {
    let algorithm = match jwt.header_text("alg") {
        Some("PS256") => Algorithm::PS256,
        Some("RS256") => Algorithm::RS256,
        _ => return Err(EntraError::assertion_algorithm()),
    };
    check_signature(request, client, jwt, algorithm)?;

    let audience = match jwt.claims.get("aud") {
        Some(Value::String(audience)) => audience,
        Some(Value::Array(_)) => return Err(EntraError::assertion_audiences()),
        _ => return Err(EntraError::assertion_audience()),
    };
    if !request.token_endpoints().contains(audience) {
        return Err(EntraError::assertion_audience());
    }
    if jwt.text("iss") != Some(&client.id) || jwt.text("sub") != Some(&client.id) {
        return Err(EntraError::assertion_of_another(&client.id));
    }
    check_dates(jwt)?;
    let repeated = |jti| {
        let mut credentials = request.cloud.credentials();
        !credentials.first_with_jti(&client.id, jti, assertion)
    };
    if jwt.text("jti").is_some_and(repeated) {
        return Err(EntraError::assertion_replayed());
    }
    Ok(())
}

fn check_signature(
    request: &TokenRequest<'_>,
    client: &Client,
    jwt: &Jwt,
    algorithm: Algorithm,
) -> Result<(), EntraError> {
    // Base64url has no padding in a JSON Web Token (RFC 7515, section 2). Widespread libraries write it all the same,
    // and Entra takes it.
    let thumbprint = |member| jwt.header_text(member).map(|text| text.trim_end_matches('='));
    let (sha256, sha1) = (thumbprint("x5t#S256"), thumbprint("x5t"));
    let named = sha256.or(sha1).ok_or_else(EntraError::assertion_without_thumbprint)?;
    let credentials = request.cloud.credentials();
    match credentials.certificate(&client.id, sha256, sha1) {
        None => Err(EntraError::certificate_unknown(named)),
        Some(certificate) if jwt.signed_by(&certificate.key, algorithm) => Ok(()),
        Some(_) => Err(EntraError::assertion_signature()),
    }
}
