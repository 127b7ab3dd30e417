//! A glance into a JWT that isn't ours to verify: the claims that a federated identity credential is matched by.
//!
//! What is read here decides nothing but an explanation. Entra verifies the token; this host only says beforehand what
//! Entra would say afterwards, and in plainer words.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// The claims of a token that nobody has vouched for.
#[derive(Deserialize)]
pub(super) struct UnverifiedClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    aud: OneOrMany,
    exp: f64,
}

/// RFC 7519 §4.1.3: one audience may be a string of its own. Kubernetes always writes an array.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl UnverifiedClaims {
    /// `None` when the text isn't a signed JWT with issuer, subject, audience and expiry.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    pub(super) fn audiences(&self) -> &[String] {
        match &self.aud {
            OneOrMany::One(audience) => std::slice::from_ref(audience),
            OneOrMany::Many(audiences) => audiences,
        }
    }

    /// Unix seconds. NumericDate may have a fraction (RFC 7519 §2), which doesn't matter here.
    pub(super) fn expires_at(&self) -> u64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Such casts saturate, which is meant.
        {
            self.exp as u64
        }
    }
}
