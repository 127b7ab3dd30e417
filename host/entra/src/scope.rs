//! The scope of a downstream API, as it is asked for at the token endpoint.

use std::{fmt, str::FromStr, sync::Arc};

use url::Url;

/// The longest scope that is read, in bytes.
const MAX_BYTES: usize = 512;

/// Scopes of OpenID Connect, which ask for other things than access to an API. `offline_access` asks for a refresh
/// token, which this host never wants to have.
const OPEN_ID_SCOPES: [&str; 4] = ["offline_access", "openid", "profile", "email"];

/// One scope of a downstream API in full: `https://graph.microsoft.com/.default`, or `api://{client id}/Entries.Read`.
///
/// Exactly one, because `{resource}/.default` already stands for all that was consented to for that API, and may not be
/// combined with others ("Scopes and permissions in the Microsoft identity platform").
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DownstreamScope(Arc<str>);

/// A text that isn't the scope of a downstream API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Nothing, or more than 512 bytes.
    #[error("a downstream scope must have 1 to {MAX_BYTES} characters")]
    Length,
    /// White space would make it several scopes; the rest is outside RFC 6749 §3.3.
    #[error("a downstream scope must be one scope, without white space, quotes or backslashes: {0:?} is not")]
    Character(String),
    /// Entra reads a scope without a resource as one of Microsoft Graph's.
    #[error(
        "a downstream scope must be written with the API's App ID URI, as api://<client id>/.default or https://graph.microsoft.com/.default: {0:?} is not"
    )]
    Resource(String),
    /// It asks for tokens that this host has no use for, a refresh token among them.
    #[error("{0:?} is a scope of OpenID Connect, not of a downstream API")]
    OpenIdConnect(String),
}

impl DownstreamScope {
    /// Reads a scope.
    ///
    /// # Errors
    /// When it isn't exactly one scope of an API, in full.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(ScopeError::Length);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
        {
            return Err(ScopeError::Character(text.to_owned()));
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        if OPEN_ID_SCOPES.iter().any(|scope| name.eq_ignore_ascii_case(scope)) {
            return Err(ScopeError::OpenIdConnect(text.to_owned()));
        }
        let has_resource = Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "api" | "https") && url.has_host() && url.path().len() > 1 && !name.is_empty()
        });
        if has_resource {
            Ok(Self(text.into()))
        } else {
            Err(ScopeError::Resource(text.to_owned()))
        }
    }

    /// A scope that is written in this room.
    pub(crate) fn constant(text: &'static str) -> Self {
        Self::parse(text).expect("the scopes written in this room are scopes")
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DownstreamScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DownstreamScope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_in_full_is_one() {
        for scope in [
            "https://graph.microsoft.com/.default",
            "https://graph.microsoft.com/User.Read",
            "api://dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default",
            "api://11111111-1111-4111-8111-111111111111/ledger/Entries.Read",
            "https://ledger.contoso.example//.default",
        ] {
            assert_eq!(
                DownstreamScope::parse(scope).as_ref().map(DownstreamScope::as_str),
                Ok(scope)
            );
        }
    }

    #[test]
    fn errors_when_it_is_several_or_asks_for_a_refresh_token() {
        for scope in [
            "",
            "offline_access",
            "https://graph.microsoft.com/offline_access",
            "https://graph.microsoft.com/Offline_Access",
            "openid",
            "User.Read",
            ".default",
            "https://graph.microsoft.com/.default offline_access",
            "https://graph.microsoft.com/a\thttps://graph.microsoft.com/b",
            "https://graph.microsoft.com/",
            "https://graph.microsoft.com",
            "http://graph.microsoft.com/.default",
            "api:///x",
        ] {
            assert!(DownstreamScope::parse(scope).is_err(), "{scope}");
        }
    }
}
