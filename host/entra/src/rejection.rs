//! Why a token was refused, once for the client and once for the operator.

use std::{fmt, time::Duration};

use url::Url;
use uuid::Uuid;

use crate::settings::guid;

/// A refused token. [`answer`](Self::answer) is for the client, [`reason`](Self::reason) for the log; the reason never
/// goes to the client, who would learn from it how to do better next time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    reason: Reason,
    token_id: Option<String>,
}

/// What the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 401 with `error="invalid_token"`: one text for every cause.
    Invalid,
    /// 403 with `error="insufficient_scope"` and the scopes that are needed (RFC 6750 §3.1).
    InsufficientScope,
    /// 403: the token is good and this client may not use it here. A new token would not help.
    ClientNotAllowed,
    /// 503 with `Retry-After`: the keys to verify with can't be had at the moment. It says nothing about the token.
    Unavailable {
        /// When trying again can be worth it.
        retry_after: Duration,
    },
}

/// What the operator is told: which rule failed, and what to do about it where something can be done.
///
/// Holds nothing of the token but ids and addresses ([`Quoted`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// RFC 7515 §7.1.
    #[error("the token is not three non-empty base64url segments without padding")]
    NotCompact,
    /// Not an object, a member of the wrong type, a member twice, or no `alg`.
    #[error("the token's header is not a JSON object with a string alg")]
    Header,
    /// Entra signs with RS256 only; anything else is an attack (RFC 8725 §3.1).
    #[error("the token's header names another algorithm than RS256")]
    Algorithm,
    /// RFC 7515 §4.1.11: an extension that isn't understood must be refused, and none is.
    #[error("the token's header has crit, and this server knows no critical extension")]
    CriticalHeader,
    /// RFC 8725 §3.11.
    #[error("the token's header has a typ other than JWT and at+jwt")]
    TokenType,
    /// Entra always names the key.
    #[error("the token's header names no key (kid)")]
    KeyIdMissing,
    /// The tenant publishes no such key, and it is too early to ask again.
    #[error("the token is signed by a key that the tenant does not publish{}", unverified(*hint))]
    UnknownKey {
        /// What the token seems to be.
        hint: Option<Hint>,
    },
    /// The keys are missing or too old, or the token's key is new and can't be fetched.
    #[error("the tenant's signing keys cannot be fetched, so no decision was made; tried again in {} s", retry_after.as_secs())]
    KeysUnavailable {
        /// When the next attempt is allowed.
        retry_after: Duration,
    },
    /// Forged, tampered with, or signed by another key than the one it names.
    #[error("the token's signature is wrong{}", unverified(*hint))]
    Signature {
        /// What the token seems to be.
        hint: Option<Hint>,
    },
    /// Not an object, a claim twice, or a claim of the wrong type that this server reads.
    #[error("the token's claims are not a JSON object of the expected types")]
    Claims,
    /// A claim that must be there isn't.
    #[error("the token has no {0}")]
    ClaimMissing(&'static str),
    /// A claim has a value that it can't have.
    #[error("the token's {0} is malformed")]
    ClaimMalformed(&'static str),
    /// Past `exp` by more than the skew.
    #[error("the token expired {seconds_ago} s ago")]
    Expired {
        /// Seconds since `exp`.
        seconds_ago: u64,
    },
    /// `nbf` or `iat` is in the future by more than the skew: this machine's clock is late, or the token is not Entra's.
    #[error("the token's {claim} is {seconds_ahead} s in the future; is this machine's clock right?")]
    NotYetValid {
        /// `nbf` or `iat`.
        claim: &'static str,
        /// Seconds until then.
        seconds_ahead: u64,
    },
    /// `iss` isn't the configured issuer.
    #[error("the token's iss is {actual}; expected {expected}{}", verified(*hint))]
    Issuer {
        /// The configured issuer.
        expected: String,
        /// What the token says.
        actual: Quoted,
        /// What kind of token it is.
        hint: Option<Hint>,
    },
    /// The key is published for another issuer (OpenID Connect metadata of the Microsoft identity platform, `issuer` of
    /// a key).
    #[error("the token's key is published for another issuer than {expected}")]
    KeyIssuer {
        /// The configured issuer.
        expected: String,
    },
    /// `tid` isn't the configured tenant.
    #[error("the token's tid is {actual}; expected {expected}")]
    Tenant {
        /// The configured tenant.
        expected: Uuid,
        /// What the token says.
        actual: Quoted,
    },
    /// `aud` isn't the client id, alone.
    #[error("the token's aud is {actual}; expected {expected} alone{}", verified(*hint))]
    Audience {
        /// The configured client id.
        expected: Uuid,
        /// What the token says.
        actual: Quoted,
        /// What kind of token it is.
        hint: Option<Hint>,
    },
    /// `ver` isn't "2.0".
    #[error("the token's ver is not 2.0{}", verified(Some(Hint::VersionOne)))]
    Version,
    /// No `azp`: access tokens always have one, ID tokens have none.
    #[error("the token has no azp{}", verified(Some(Hint::IdToken)))]
    NotAnAccessToken,
    /// `idtyp` is neither `user` nor `app`.
    #[error("the token's idtyp is neither user nor app")]
    IdentityType,
    /// `idtyp` is `app` and there is a `scp`: Entra issues no such token.
    #[error("the token is app-only (idtyp app) and has a scp, which Entra never issues")]
    ScopeInAppOnlyToken,
    /// App-only tokens are not enabled.
    #[error(
        "the token is app-only, and no application role is configured that would let an application in (client {client})"
    )]
    AppOnlyNotEnabled {
        /// `azp`.
        client: Uuid,
    },
    /// An application without one of the roles. Entra issues such tokens to any application of the tenant.
    #[error(
        "the token is app-only and carries none of the configured application roles; grant one to client {client} and consent to it"
    )]
    ApplicationRoleMissing {
        /// `azp`.
        client: Uuid,
    },
    /// A user's token for this API, without the scope.
    #[error("the token's scp does not hold {required}; has client {client} asked for it?")]
    ScopeMissing {
        /// The configured scope.
        required: String,
        /// `azp`.
        client: Uuid,
    },
    /// Microsoft's rule: a token with neither `scp` nor `roles` permits nothing.
    #[error("the token has neither scp nor roles, so it permits nothing (client {client})")]
    NoPermission {
        /// `azp`.
        client: Uuid,
    },
    /// `azp` isn't on the list.
    #[error("client {client} is not on the list of allowed clients")]
    ClientNotAllowed {
        /// `azp`.
        client: Uuid,
    },
    /// `cnf` is there: the token is bound to a key whose possession this server doesn't verify (RFC 7800 §3.1).
    #[error(
        "the token is bound to a key (cnf), and this server does not verify proof of possession; the client must ask for a bearer token"
    )]
    SenderConstrained,
}

impl Reason {
    /// A short name of what was wrong, for metrics: one of a dozen, whatever the token says.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotCompact
            | Self::Header
            | Self::Algorithm
            | Self::CriticalHeader
            | Self::TokenType
            | Self::KeyIdMissing
            | Self::Claims
            | Self::ClaimMissing(_)
            | Self::ClaimMalformed(_)
            | Self::IdentityType
            | Self::ScopeInAppOnlyToken => "malformed",
            Self::UnknownKey { .. } => "unknown-key",
            Self::KeysUnavailable { .. } => "keys-unavailable",
            Self::Signature { .. } => "signature",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Issuer { .. } | Self::KeyIssuer { .. } => "issuer",
            Self::Tenant { .. } => "tenant",
            Self::Audience { .. } => "audience",
            Self::Version | Self::NotAnAccessToken | Self::SenderConstrained => "kind",
            Self::AppOnlyNotEnabled { .. }
            | Self::ApplicationRoleMissing { .. }
            | Self::ScopeMissing { .. }
            | Self::NoPermission { .. } => "permission",
            Self::ClientNotAllowed { .. } => "client",
        }
    }

    fn answer(&self) -> Answer {
        match self {
            Self::ScopeMissing { .. } | Self::NoPermission { .. } => Answer::InsufficientScope,
            Self::AppOnlyNotEnabled { .. } | Self::ApplicationRoleMissing { .. } | Self::ClientNotAllowed { .. } => {
                Answer::ClientNotAllowed
            }
            Self::KeysUnavailable { retry_after } => Answer::Unavailable {
                retry_after: *retry_after,
            },
            _ => Answer::Invalid,
        }
    }
}

impl Rejection {
    /// A refusal whose token's signature was verified, so that its `uti` may be logged.
    pub(crate) fn of_token(reason: Reason, token_id: Option<String>) -> Self {
        Self { reason, token_id }
    }

    /// What to tell the client.
    #[must_use]
    pub fn answer(&self) -> Answer {
        self.reason.answer()
    }

    /// What to tell the operator.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The token's `uti`, if its signature was verified.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self { reason, token_id: None }
    }
}

/// A common mistake that a refused token shows, and its remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// A v1.0 token, the most common failure of a first run.
    VersionOne,
    /// A token for Microsoft Graph.
    GraphToken,
    /// An ID token.
    IdToken,
    /// `aud` is an App ID URI, which v2.0 tokens never have.
    AppIdUri,
    /// A v2.0 token of another tenant.
    OtherTenant,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VersionOne => {
                "it is a v1.0 token: set api.requestedAccessTokenVersion to 2 in the app registration's manifest"
            }
            Self::GraphToken => {
                "it is a token for Microsoft Graph: the client must ask for this server's scope, not for Graph's"
            }
            Self::IdToken => "it looks like an ID token: the client must send the access token",
            Self::AppIdUri => "its audience is an App ID URI: a v2.0 token has the client id there",
            Self::OtherTenant => "it is from another tenant: the client must sign in to the configured one",
        })
    }
}

fn verified(hint: Option<Hint>) -> String {
    hint.map(|hint| format!(": {hint}")).unwrap_or_default()
}

fn unverified(hint: Option<Hint>) -> String {
    hint.map(|hint| format!(" (if its unverified claims are true, {hint})"))
        .unwrap_or_default()
}

/// A claim's value as far as it may be logged: a GUID or an https URL of sane length, and otherwise nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted(Option<String>);

/// The longest URL that is quoted.
const MAX_QUOTED_BYTES: usize = 200;

impl Quoted {
    pub(crate) fn new(value: Option<&str>) -> Self {
        let is_sane = |value: &&str| {
            guid(value).is_some()
                || (value.len() <= MAX_QUOTED_BYTES
                    && value.bytes().all(|byte| byte.is_ascii_graphic())
                    && Url::parse(value).is_ok_and(|url| {
                        url.scheme() == "https"
                            && url.username().is_empty()
                            && url.password().is_none()
                            && url.query().is_none()
                    }))
        };
        Self(value.filter(is_sane).map(str::to_owned))
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            self.0
                .as_deref()
                .unwrap_or("something else (neither a GUID nor an https URL)"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_guids_and_https_urls_are_quoted() {
        for (value, quoted) in [
            ("11111111-1111-4111-8111-111111111111", true),
            ("https://sts.windows.net/11111111-1111-4111-8111-111111111111/", true),
            ("https://example.com/?token=secret", false),
            ("https://user:secret@example.com/", false),
            ("https://example.com/\u{1b}[31m", false),
            ("http://example.com/", false),
            ("api://11111111-1111-4111-8111-111111111111", false),
            ("alice@contoso.example", false),
        ] {
            assert_eq!(Quoted::new(Some(value)).to_string().contains(value), quoted, "{value}");
        }
        let long = format!("https://example.com/{}", "a".repeat(MAX_QUOTED_BYTES));
        assert_eq!(Quoted::new(Some(&long)), Quoted(None));
    }
}
