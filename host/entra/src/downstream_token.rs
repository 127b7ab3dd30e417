//! A token for a downstream API, which nobody can read.

use std::{fmt, sync::Arc};

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An access token for a downstream API. It is opaque: nothing in it is read, and its `Debug` prints nothing of it. Its
/// memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct DownstreamToken(Arc<SecretString>);

impl DownstreamToken {
    /// `None` when the text can't be a bearer token: empty, or with other characters than visible ASCII.
    pub(crate) fn new(token: SecretString) -> Option<Self> {
        let text = token.expose_secret();
        let is_sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_sendable.then(|| Self(Arc::new(token)))
    }

    /// The value of the `Authorization` header for a request to that API, marked sensitive so that HTTP libraries don't
    /// print it.
    #[must_use]
    pub fn authorization(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.expose()))
            .expect("a token of visible ASCII characters is a header value");
        value.set_sensitive(true);
        value
    }

    /// Whether both are the one token that was issued once.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for DownstreamToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DownstreamToken")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_into_a_sensitive_header_and_nowhere_else() {
        let token = DownstreamToken::new(SecretString::from("eyJ0.secret.token")).unwrap();
        let header = token.authorization();
        assert_eq!(header.to_str().unwrap(), "Bearer eyJ0.secret.token");
        assert!(header.is_sensitive());
        let printed = format!("{token:?} {header:?}");
        assert!(!printed.contains("secret"), "{printed}");
    }

    #[test]
    fn a_token_that_would_break_a_header_is_none() {
        for text in ["", "a b", "a\r\nX-Injected: 1", "ä"] {
            assert!(DownstreamToken::new(SecretString::from(text)).is_none(), "{text:?}");
        }
    }
}
