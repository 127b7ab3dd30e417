//! The outside of a token: JWS compact serialisation (RFC 7515 §7.1) and its header. Everything that can be refused
//! before cryptography is refused here, and nothing here is believed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::Reason;

/// The longest `kid` that is looked up. Entra's have 27 characters.
const MAX_KEY_ID_BYTES: usize = 256;

/// A token in its three parts, its header read and acceptable.
pub(crate) struct Jws<'a> {
    key_id: String,
    signed: &'a str,
    payload: Vec<u8>,
    signature: &'a str,
}

/// The header members that matter. `jku`, `jwk`, `x5u` and `x5c`, by which a token could bring its own key, are not
/// among them: they are skipped unread.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "is_present")]
    crit: bool,
}

/// Says that a member is there, whatever its value, `null` too.
pub(crate) fn is_present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, Reason> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::NotCompact)?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(Reason::NotCompact);
        }
        // Strict: no padding, no stray bits, and no fourth segment, because `.` is not in the alphabet.
        let decode = |segment: &str| URL_SAFE_NO_PAD.decode(segment).map_err(|_| Reason::NotCompact);
        let header = decode(header)?;
        let payload = decode(payload)?;
        decode(signature)?;

        let header: Header = serde_json::from_slice(&header).map_err(|_| Reason::Header)?;
        if header.alg != "RS256" {
            return Err(Reason::Algorithm);
        }
        if header.crit {
            return Err(Reason::CriticalHeader);
        }
        if !matches!(header.typ.as_deref(), None | Some("JWT" | "at+jwt")) {
            return Err(Reason::TokenType);
        }
        let key_id = header
            .kid
            .filter(|kid| !kid.is_empty() && kid.len() <= MAX_KEY_ID_BYTES)
            .ok_or(Reason::KeyIdMissing)?;
        Ok(Self {
            key_id,
            signed,
            payload,
            signature,
        })
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Verifies RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3). The algorithm is a constant here: what the header says
    /// was compared, and is not consulted again.
    pub(crate) fn is_signed_by(&self, key: &DecodingKey) -> bool {
        jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), key, Algorithm::RS256).unwrap_or(false)
    }

    /// The claims as JSON. To be believed only after [`is_signed_by`](Self::is_signed_by).
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }
}
