//! How a client shows at the token endpoint who it is: by the client secret, by an assertion that it signed itself
//! ([`certificate`]), or by one that somebody whom it trusts issued ([`federated`]). Public clients show nothing.

mod certificate;
mod federated;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::EntraError;
use super::token::TokenRequest;
use crate::clients::{Application, Client, pre_registered};
use crate::cloud::Cloud;
use crate::jwt::Jwt;
use crate::tokens::Proof;

/// RFC 7523, section 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far a client's clock may be ahead, in seconds.
const SKEW: f64 = 300.0;

/// Finds the client and lets it prove who it is, if it is one that can (RFC 6749, section 2.3.1).
pub(super) fn authenticate(request: &TokenRequest<'_>) -> Result<(Client, Proof), EntraError> {
    let params = request.params;
    let basic = basic_credentials(request.headers)?;
    let (client_id, secret) = match &basic {
        Some((client_id, secret)) => (client_id.as_str(), Some(secret.as_str())),
        None => (params.require("client_id")?, params.get("client_secret")),
    };
    let client = known_client(request.cloud, client_id)?;
    let secret = secret.filter(|secret| !secret.is_empty());
    let assertion = params.get("client_assertion");
    if !client.confidential {
        return match (secret, assertion) {
            (None, None) => Ok((client, Proof::None)),
            _ => Err(EntraError::secret_unwanted()),
        };
    }
    let proof = match (secret, assertion) {
        (Some(secret), _) => check_secret(request.cloud, &client, secret)?,
        (None, Some(assertion)) => check_assertion(request, &client, assertion)?,
        (None, None) => return Err(EntraError::secret_missing()),
    };
    Ok((client, proof))
}

fn check_secret(cloud: &Cloud, client: &Client, secret: &str) -> Result<Proof, EntraError> {
    let has_one = Application::by_client_id(&client.id).is_some_and(|application| application.has_secret);
    let expected = cloud.state().client_secret.clone();
    if !has_one || verify_slices_are_equal(secret.as_bytes(), expected.as_bytes()).is_err() {
        return Err(EntraError::secret_wrong(&client.id));
    }
    if cloud.credentials().secret_expired {
        return Err(EntraError::secret_expired(&client.id));
    }
    Ok(Proof::Secret)
}

fn check_assertion(request: &TokenRequest<'_>, client: &Client, assertion: &str) -> Result<Proof, EntraError> {
    if request.params.require("client_assertion_type")? != ASSERTION_TYPE {
        return Err(EntraError::malformed_request());
    }
    request.cloud.issued.keep(assertion.to_owned());
    let jwt = Jwt::parse(assertion).ok_or_else(EntraError::assertion_malformed)?;
    // A client's own assertion is issued by its bare id; anybody else who issues tokens has an address.
    if jwt.text("iss").is_some_and(|issuer| issuer.contains("://")) {
        federated::check(request.cloud, client, &jwt)?;
        Ok(Proof::Federation)
    } else {
        certificate::check(request, client, &jwt, assertion)?;
        Ok(Proof::Certificate)
    }
}

/// Whether now is between an assertion's dates.
fn check_dates(jwt: &Jwt) -> Result<(), EntraError> {
    let now = time::OffsetDateTime::now_utc().unix_timestamp() as f64;
    let over = jwt.date("exp").is_none_or(|end| end <= now);
    if over || jwt.date("nbf").is_some_and(|start| start > now + SKEW) {
        return Err(EntraError::assertion_expired());
    }
    Ok(())
}

/// Unlike the authorize endpoint this one fetches no metadata document: a client of that kind has nothing to prove, and
/// the grant that it presents is bound to its id.
fn known_client(cloud: &Cloud, client_id: &str) -> Result<Client, EntraError> {
    if let Some(client) = pre_registered(client_id) {
        return Ok(client);
    }
    if client_id.contains("://") {
        return Ok(Client {
            id: client_id.to_owned(),
            name: client_id.to_owned(),
            redirect_uris: Vec::new(),
            confidential: false,
        });
    }
    match cloud.state().client(client_id) {
        Some(client) => Ok(Client::from(client)),
        None => Err(EntraError::unknown_client(client_id)),
    }
}

/// `Authorization: Basic`, whose two halves are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, EntraError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let parse = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = STANDARD
            .decode(encoded.trim())
            .ok()
            .filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (client_id, secret) = decoded.split_once(':')?;
        Some((form_decode(client_id), form_decode(secret)))
    };
    parse().map(Some).ok_or_else(EntraError::malformed_request)
}

fn form_decode(text: &str) -> String {
    // A lone value is a name without a value to the form decoder; `&` and `=` don't occur unencoded in what is encoded.
    url::form_urlencoded::parse(text.as_bytes())
        .map(|(name, _)| name.into_owned())
        .next()
        .unwrap_or_default()
}
