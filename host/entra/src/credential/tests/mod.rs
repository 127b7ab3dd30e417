//! The client's credentials, with real keys, real files and a real server on loopback; only the clock is the tests' own.

#![allow(clippy::unwrap_used)]

mod certificate;
mod certificate_files;
mod clock;
mod federated;
mod identity_endpoints;
mod identity_tokens;
mod keys;
mod platform;
mod secrecy;
mod workload_identity;

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::CredentialFields;

/// The app registration's client id.
const CLIENT: Uuid = Uuid::from_u128(0xaaaa_aaaa_bbbb_4ccc_8ddd_eeee_eeee_eeee);

/// A user-assigned managed identity's client id.
const IDENTITY: Uuid = Uuid::from_u128(0xcccc_cccc_bbbb_4ccc_8ddd_eeee_eeee_eeee);

const TOKEN_ENDPOINT: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token";

fn token_endpoint() -> Url {
    TOKEN_ENDPOINT.parse().unwrap()
}

/// Far enough away that only a test which hangs meets it.
fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60 * 60)
}

/// The value of a form field.
fn field<'a>(fields: &'a CredentialFields, name: &str) -> &'a str {
    fields.iter().find(|(field, _)| *field == name).unwrap().1
}

/// A JWT with these claims. Nobody here verifies its signature.
fn jwt(claims: &Value) -> String {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "k"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(&header),
        part(claims),
        URL_SAFE_NO_PAD.encode("signature")
    )
}
