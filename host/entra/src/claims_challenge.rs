//! Claims challenges: what a resource or the token endpoint still wants to know about a sign-in, such as a second factor
//! ("Claims challenges, claims requests, and client capabilities", Microsoft identity platform).
//!
//! A challenge travels in two forms: as JSON text in the `claims` of a token endpoint's error, and base64-encoded in the
//! `claims` parameter of a resource's `WWW-Authenticate` header. Whoever can satisfy it gets it unchanged.

use base64::{
    Engine,
    alphabet::{STANDARD as STANDARD_ALPHABET, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use http::{HeaderMap, header::WWW_AUTHENTICATE};
use serde_json::{Map, Value};

use crate::challenges::challenges;

/// The longest challenge that is read, in bytes of JSON. Real ones have a few hundred.
const MAX_BYTES: usize = 4096;

/// A claims request as in OpenID Connect Core §5.5: a JSON object, `{"access_token":{"acrs":{"essential":true,…}}}`.
/// It names policies, not persons, and is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimsChallenge(String);

/// A text that isn't a claims request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claims are not a JSON object of at most {MAX_BYTES} bytes")]
pub struct NotAClaimsRequest;

impl ClaimsChallenge {
    /// Reads the JSON text that a token endpoint's error has in `claims`.
    ///
    /// # Errors
    /// When it isn't a JSON object, or an unreasonably long one.
    pub fn from_json(text: &str) -> Result<Self, NotAClaimsRequest> {
        if text.len() > MAX_BYTES {
            return Err(NotAClaimsRequest);
        }
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(members) if !members.is_empty() => Ok(Self(text.to_owned())),
            _ => Err(NotAClaimsRequest),
        }
    }

    /// Finds the challenge in the headers of a resource's 401: a `Bearer` challenge whose error is `insufficient_claims`
    /// and whose `claims` are base64, in either alphabet, padded or not.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter();
        values
            .filter_map(|value| value.to_str().ok())
            .flat_map(challenges)
            .filter(|challenge| {
                challenge.scheme.eq_ignore_ascii_case("bearer")
                    && challenge.parameter("error") == Some("insufficient_claims")
            })
            .find_map(|challenge| Self::from_base64(challenge.parameter("claims")?))
    }

    fn from_base64(text: &str) -> Option<Self> {
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let alphabet = if text.contains(['-', '_']) {
            &URL_SAFE
        } else {
            &STANDARD_ALPHABET
        };
        let json = GeneralPurpose::new(alphabet, lenient).decode(text).ok()?;
        Self::from_json(str::from_utf8(&json).ok()?).ok()
    }

    /// The JSON text, for the `claims` field of a token request.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// Base64, for the `claims` parameter of a `WWW-Authenticate` header; needs no escape in a quoted string.
    #[must_use]
    pub fn to_header(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// As Graph answers when continuous access evaluation has revoked a token.
    const NBF: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1796000000"}}}"#;
    const NBF_HEADER: &str = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTc5NjAwMDAwMCJ9fX0=""#;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_challenge_of_a_resource_is_read_and_passed_on_unchanged() {
        let challenge = ClaimsChallenge::from_headers(&headers(&[NBF_HEADER])).unwrap();
        assert_eq!(challenge.as_json(), NBF);
        assert!(NBF_HEADER.contains(&format!("claims=\"{}\"", challenge.to_header())));
        assert_eq!(ClaimsChallenge::from_json(NBF), Ok(challenge));
    }

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        let json = r#"{"access_token":{"acrs":{"essential":true,"value":"c1?>~"}}}"#;
        let padded = STANDARD.encode(json);
        let url_safe = padded.replace('+', "-").replace('/', "_");
        for text in [
            &*padded,
            padded.trim_end_matches('='),
            &url_safe,
            url_safe.trim_end_matches('='),
        ] {
            let value = format!(r#"Bearer error="insufficient_claims", claims="{text}""#);
            let challenge = ClaimsChallenge::from_headers(&headers(&[&value]));
            assert_eq!(challenge.as_ref().map(ClaimsChallenge::as_json), Some(json), "{text}");
        }
    }

    #[test]
    fn it_is_found_among_other_challenges() {
        let found = |values: &[&str]| ClaimsChallenge::from_headers(&headers(values)).is_some();
        assert!(found(&["Negotiate", NBF_HEADER]));
        assert!(found(&[&format!("Basic realm=\"x, y\", {NBF_HEADER}")]));
        assert!(!found(&[]));
        assert!(!found(&["Bearer error=\"invalid_token\""]));
        assert!(!found(&[&NBF_HEADER.replace("insufficient_claims", "invalid_token")]));
        assert!(!found(&[&NBF_HEADER.replace("Bearer", "PoP")]));
        assert!(!found(&["Bearer error=\"insufficient_claims\", claims=\"!\""]));
    }

    #[test]
    fn errors_when_the_claims_are_no_object() {
        for text in ["", "null", "[]", "{}", "\"x\"", "{\"a\":", "basic_action"] {
            assert!(ClaimsChallenge::from_json(text).is_err(), "{text}");
        }
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_BYTES));
        assert!(ClaimsChallenge::from_json(&long).is_err());
    }
}
