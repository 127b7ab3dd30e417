//! The bearer token of a request: RFC 6750 §2.1, the `Authorization` header, and nothing else. Tokens in the query or
//! in a form body (RFC 6750 §2.2, §2.3) are not looked for; MCP forbids them.

use http::{HeaderMap, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

/// The longest token that is read, in bytes. Entra's are 1.5 to 3 KiB, more with many groups or roles.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A bearer token as it came, unverified. Its `Debug` prints nothing of it, and its memory is wiped when it is dropped.
#[derive(Debug, Clone)]
pub struct BearerToken(SecretString);

impl BearerToken {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn testing(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

/// What a request's headers hold by way of credentials.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// None that this server knows: no `Authorization` header, or one of another scheme such as Basic. Answered with
    /// the challenge that names no error (RFC 6750 §3.1: "the resource server SHOULD NOT include an error code").
    None,
    /// One bearer token, to be verified.
    Bearer(BearerToken),
    /// A header that can't be a bearer token. Answered as an invalid token is.
    Malformed(MalformedCredentials),
}

/// Why a header can't be a bearer token; for the operator's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCredentials {
    /// RFC 9110 §11.6.2 allows one; two would leave it to chance which is verified.
    #[error("the request has more than one Authorization header")]
    Repeated,
    /// The scheme is Bearer and no token follows.
    #[error("the Authorization header says Bearer and holds no token")]
    Empty,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the bearer token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    /// A character outside `b64token` of RFC 6750 §2.1.
    #[error("the bearer token holds a character that RFC 6750 section 2.1 does not allow")]
    IllegalCharacter,
}

impl Credentials {
    /// Reads the credentials of a request. The scheme is compared without regard to case (RFC 9110 §11.1).
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::None;
        };
        if values.next().is_some() {
            return Self::Malformed(MalformedCredentials::Repeated);
        }
        let value = value.as_bytes();
        let scheme_end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        let (scheme, rest) = value.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return Self::None;
        }
        match bearer_token(rest.trim_ascii()) {
            Ok(token) => Self::Bearer(token),
            Err(malformed) => Self::Malformed(malformed),
        }
    }
}

fn bearer_token(token: &[u8]) -> Result<BearerToken, MalformedCredentials> {
    if token.is_empty() {
        return Err(MalformedCredentials::Empty);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(MalformedCredentials::TooLong);
    }
    if !token.iter().all(|byte| B64TOKEN[usize::from(*byte)]) {
        return Err(MalformedCredentials::IllegalCharacter);
    }
    let token = str::from_utf8(token).map_err(|_| MalformedCredentials::IllegalCharacter)?;
    Ok(BearerToken(SecretString::from(token)))
}

/// The bytes of `b64token`, RFC 6750 §2.1, as a table: this runs over each byte of each request's token.
const B64TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation)] // `byte` is below 256.
        let character = byte as u8;
        table[byte] =
            character.is_ascii_alphanumeric() || matches!(character, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
        byte += 1;
    }
    table
};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Credentials {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        Credentials::from_headers(&headers)
    }

    fn malformed(values: &[&str]) -> MalformedCredentials {
        match read(values) {
            Credentials::Malformed(malformed) => malformed,
            other => panic!("expected malformed credentials, got {other:?}"),
        }
    }

    #[test]
    fn no_header_and_other_schemes_are_no_credentials() {
        assert!(matches!(read(&[]), Credentials::None));
        assert!(matches!(read(&["Basic dXNlcjpwYXNz"]), Credentials::None));
        assert!(matches!(read(&["BearerX abc"]), Credentials::None));
        assert!(matches!(read(&["DPoP abc"]), Credentials::None));
    }

    #[test]
    fn the_scheme_is_compared_without_regard_to_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR   a.b.c"] {
            match read(&[value]) {
                Credentials::Bearer(token) => assert_eq!(token.expose(), "a.b.c"),
                other => panic!("{value}: {other:?}"),
            }
        }
    }

    #[test]
    fn errors_when_the_header_is_repeated() {
        assert_eq!(
            malformed(&["Bearer a.b.c", "Bearer a.b.c"]),
            MalformedCredentials::Repeated
        );
        assert_eq!(
            malformed(&["Bearer a.b.c", "Basic abc"]),
            MalformedCredentials::Repeated
        );
    }

    #[test]
    fn errors_when_no_token_follows_the_scheme() {
        assert_eq!(malformed(&["Bearer"]), MalformedCredentials::Empty);
        assert_eq!(malformed(&["Bearer  "]), MalformedCredentials::Empty);
    }

    #[test]
    fn errors_when_the_token_is_longer_than_the_bound() {
        let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES));
        assert!(matches!(read(&[&longest]), Credentials::Bearer(_)));
        let longer = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES + 1));
        assert_eq!(malformed(&[&longer]), MalformedCredentials::TooLong);
    }

    #[test]
    fn errors_when_the_token_holds_an_illegal_character() {
        for value in ["Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer a\tb"] {
            assert_eq!(malformed(&[value]), MalformedCredentials::IllegalCharacter, "{value}");
        }
    }

    #[test]
    fn debug_prints_nothing_of_the_token() {
        let printed = format!("{:?}", read(&["Bearer secret.token.value"]));
        assert!(
            !printed.contains("secret.token") && !printed.contains("value"),
            "{printed}"
        );
    }
}
