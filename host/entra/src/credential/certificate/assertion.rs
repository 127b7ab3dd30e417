//! The assertion: a JWT by which the client proves that it has the certificate's key (RFC 7523 §3).

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, Header, encode};
use secrecy::SecretString;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::KeyPair;
use crate::CredentialError;

/// How long an assertion is valid: the documentation recommends five to ten minutes.
const LIFETIME_SECONDS: u64 = 10 * 60;

/// How an assertion is signed, and how it says by which certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::credential) enum Form {
    /// What Microsoft's documentation asks for.
    #[default]
    Ps256,
    /// What it asked for before, and still takes.
    Rs256,
}

impl Form {
    pub(in crate::credential) fn name(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256 with x5t#S256",
            Self::Rs256 => "RS256 with x5t",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The claims of an assertion. `aud` is a single string: Entra refuses several (AADSTS5002741).
#[derive(Serialize)]
pub(super) struct Claims {
    aud: String,
    iss: Uuid,
    sub: Uuid,
    jti: Uuid,
    nbf: u64,
    iat: u64,
    exp: u64,
}

impl Claims {
    pub(super) fn new(token_endpoint: &Url, client_id: Uuid, now: u64) -> Self {
        Self {
            aud: token_endpoint.as_str().to_owned(),
            iss: client_id,
            sub: client_id,
            jti: Uuid::new_v4(),
            nbf: now,
            iat: now,
            exp: now + LIFETIME_SECONDS,
        }
    }

    /// Claims that are worth nothing anywhere, to see whether a key signs.
    pub(super) fn example() -> Self {
        Self {
            aud: String::new(),
            iss: Uuid::nil(),
            sub: Uuid::nil(),
            jti: Uuid::nil(),
            nbf: 0,
            iat: 0,
            exp: 0,
        }
    }
}

impl KeyPair {
    /// The compact form of the signed assertion.
    pub(super) fn sign(&self, form: Form, claims: &Claims, send_chain: bool) -> Result<SecretString, CredentialError> {
        let mut header = match form {
            Form::Ps256 => Header {
                x5t_s256: Some(URL_SAFE_NO_PAD.encode(self.sha256())),
                ..Header::new(Algorithm::PS256)
            },
            Form::Rs256 => Header {
                x5t: Some(URL_SAFE_NO_PAD.encode(self.sha1())),
                ..Header::new(Algorithm::RS256)
            },
        };
        if send_chain {
            // RFC 7515 §4.1.6: standard base64 here, not the alphabet for URLs.
            header.x5c = Some(self.chain().map(|certificate| STANDARD.encode(certificate)).collect());
        }
        encode(&header, claims, self.signing_key())
            .map(SecretString::from)
            .map_err(|_| CredentialError::Signing)
    }
}
