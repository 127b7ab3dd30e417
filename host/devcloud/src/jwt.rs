//! Reading JSON Web Tokens that others present: user assertions, client assertions, bearer tokens of the APIs here.
//!
//! Only what its caller checks is checked: a [`Jwt`] may well be forged until [`Jwt::signed_by`] has said otherwise.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

/// The longest token that is looked at, in bytes; Entra's own have a few thousand.
const MAX_LENGTH: usize = 32 * 1024;

/// A token in the compact serialisation (RFC 7515, section 7.1), taken apart.
pub(crate) struct Jwt {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    message: String,
    signature: String,
}

impl Jwt {
    /// Takes a token apart, `None` when it isn't one: three segments of unpadded base64url, the first two JSON objects.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let object = |segment: &str| {
            let decoded = URL_SAFE_NO_PAD.decode(segment).ok()?;
            serde_json::from_slice(&decoded).ok()
        };
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            message: message.to_owned(),
            signature: signature.to_owned(),
        })
    }

    /// A claim that is a string.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// A claim that is a date in seconds since 1970. RFC 7519's NumericDate may have a fraction, and some libraries'
    /// does.
    pub(crate) fn date(&self, claim: &str) -> Option<f64> {
        self.claims.get(claim)?.as_f64()
    }

    /// A member of the header that is a string.
    pub(crate) fn header_text(&self, member: &str) -> Option<&str> {
        self.header.get(member)?.as_str()
    }

    /// Whether the signature is this key's, made by this algorithm.
    pub(crate) fn signed_by(&self, key: &DecodingKey, algorithm: Algorithm) -> bool {
        jsonwebtoken::crypto::verify(&self.signature, self.message.as_bytes(), key, algorithm).unwrap_or(false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn encode(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn errors_when_it_is_no_token() {
        let (object, array) = (encode("{}"), encode("[]"));
        for token in [
            String::new(),
            "a.b.c".into(),
            format!("{object}.{object}"),
            format!("{array}.{object}.AAAA"),
            format!("{object}.{array}.AAAA"),
            format!("{object}.{object}.{object}.AAAA"),
            format!("{object}.{object}.AA=="),
            format!("{object}.{object}.{}", "A".repeat(MAX_LENGTH)),
        ] {
            assert!(Jwt::parse(&token).is_none(), "{token:.60}");
        }
    }

    #[test]
    fn a_date_may_have_a_fraction() {
        let token = format!("{}.{}.AAAA", encode("{}"), encode(r#"{"exp":1.5,"iat":"2"}"#));
        let jwt = Jwt::parse(&token).unwrap();
        assert_eq!((jwt.date("exp"), jwt.date("iat")), (Some(1.5), None));
    }
}
