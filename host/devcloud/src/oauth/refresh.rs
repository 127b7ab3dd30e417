//! Refresh tokens: sealed, so that the server remembers none of them.
//!
//! A refresh token is its grant, encrypted and authenticated with a key that only this dev cloud has. Any number of
//! them costs no memory, and they survive a restart exactly as long as the key does. As with Entra, each use gives a
//! new one and the old one stays good until it ends (Microsoft documentation, "Refresh tokens in the Microsoft identity
//! platform").

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::errors::EntraError;
use super::session::Session;

/// 90 days, Entra's lifetime for all but single-page apps.
const LIFETIME_SECONDS: i64 = 90 * 24 * 3600;

/// Bound to every seal, so that nothing else sealed with the same key could ever pass for a refresh token.
const PURPOSE: &[u8] = b"refresh_token";

/// How Entra's refresh tokens begin.
const PREFIX: &str = "1.";

/// What a refresh token stands for.
#[derive(Serialize, Deserialize)]
pub(crate) struct RefreshGrant {
    pub(crate) client_id: String,
    /// The persona's short name.
    pub(crate) persona: String,
    /// The `scope` parameter of the request that began the session.
    pub(crate) scope: String,
    #[serde(flatten)]
    pub(crate) session: Session,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    grant: RefreshGrant,
    /// Seconds since 1970.
    expires: i64,
}

/// Makes the refresh token of a grant. `now` is in seconds since 1970.
pub(crate) fn seal(key: &[u8; 32], grant: RefreshGrant, now: i64) -> String {
    let sealed = Sealed {
        grant,
        expires: now + LIFETIME_SECONDS,
    };
    let mut bytes = serde_json::to_vec(&sealed).expect("strings and an integer always serialise");
    let nonce = aead(key)
        .seal_in_place_append_tag(Aad::from(PURPOSE), &mut bytes)
        .expect("AES-GCM refuses only messages of many gigabytes");
    let mut token = nonce.as_ref().to_vec();
    token.extend_from_slice(&bytes);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(token))
}

/// Reads a refresh token that this dev cloud made, if it hasn't ended.
pub(crate) fn open(key: &[u8; 32], token: &str, now: i64) -> Result<RefreshGrant, EntraError> {
    let sealed = unseal(key, token).ok_or_else(EntraError::refresh_token_invalid)?;
    if sealed.expires <= now {
        Err(EntraError::grant_expired())
    } else {
        Ok(sealed.grant)
    }
}

fn unseal(key: &[u8; 32], token: &str) -> Option<Sealed> {
    let mut bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
    let (nonce, message) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let plain = aead(key).open_in_place(nonce, Aad::from(PURPOSE), message).ok()?;
    serde_json::from_slice(plain).ok()
}

fn aead(key: &[u8; 32]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, key).expect("AES-256 takes any 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::claims::ClaimsRequest;

    fn grant() -> RefreshGrant {
        RefreshGrant {
            client_id: "client".into(),
            persona: "member".into(),
            scope: "openid".into(),
            session: Session::new(&ClaimsRequest::default()),
        }
    }

    #[test]
    fn opens_what_it_sealed_until_it_ends() {
        let token = seal(&[7; 32], grant(), 1000);
        assert!(open(&[7; 32], &token, 1000 + LIFETIME_SECONDS - 1).is_ok_and(|grant| grant.persona == "member"));
        assert_eq!(
            open(&[7; 32], &token, 1000 + LIFETIME_SECONDS)
                .err()
                .map(|error| error.code),
            Some(70008)
        );
    }

    #[test]
    fn errors_when_the_token_was_altered_or_is_anothers() {
        let token = seal(&[7; 32], grant(), 1000);
        let mut altered = token.clone().into_bytes();
        altered[40] = if altered[40] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8_lossy(&altered).into_owned();
        for (key, token) in [
            ([8; 32], token.as_str()),
            ([7; 32], &altered),
            ([7; 32], ""),
            ([7; 32], "1.AAAA"),
        ] {
            assert_eq!(
                open(&key, token, 1000).err().map(|error| error.code),
                Some(9_002_313),
                "{token}"
            );
        }
    }
}
