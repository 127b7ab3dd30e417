//! What the operator decides about tokens, and the checks that a mistake there is found at start.

use std::time::Duration;

use url::Url;
use uuid::Uuid;

use crate::http_client::is_protected;

/// Tolerance for clocks that differ, unless set: NTP keeps machines well within it.
const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(60);

/// The most that may be tolerated, which is what Microsoft's own libraries use.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Verified tokens remembered, unless set. One is about 1 KiB.
const DEFAULT_TOKEN_CACHE_ENTRIES: u64 = 10_000;

/// The most that may be remembered: about 1 GiB.
const MAX_TOKEN_CACHE_ENTRIES: u64 = 1_000_000;

/// Which tokens are accepted. [`Verifier::new`](crate::Verifier::new) checks it.
#[derive(Debug, Clone)]
pub struct VerifierSettings {
    /// The `iss` of accepted tokens, character for character: `https://login.microsoftonline.com/{tenant}/v2.0`.
    pub issuer: String,
    /// The tenant (`tid`).
    pub tenant_id: Uuid,
    /// The client id of the API's app registration, which is the `aud` of its v2.0 access tokens.
    pub client_id: Uuid,
    /// Where the tenant's signing keys are: `https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys`.
    pub jwks_uri: Url,
    /// The delegated scope that a user's token must carry, by the short name that `scp` holds: `user_impersonation`.
    pub required_scope: String,
    /// Application roles of which an app-only token must carry one. Empty: app-only tokens are refused.
    pub application_roles: Vec<String>,
    /// Client ids (`azp`) that may call. Empty: any client that Entra issues tokens to.
    pub allowed_clients: Vec<String>,
    /// Tolerance for `exp`, `nbf` and `iat`; at most 300 s.
    pub clock_skew: Duration,
    /// Verified tokens remembered; 0 verifies every time; at most 1,000,000.
    pub token_cache_entries: u64,
}

impl VerifierSettings {
    /// Settings with the defaults: no app-only tokens, any client, 60 s of skew, 10,000 cached tokens.
    #[must_use]
    pub fn new(issuer: String, tenant_id: Uuid, client_id: Uuid, jwks_uri: Url, required_scope: String) -> Self {
        Self {
            issuer,
            tenant_id,
            client_id,
            jwks_uri,
            required_scope,
            application_roles: Vec::new(),
            allowed_clients: Vec::new(),
            clock_skew: DEFAULT_CLOCK_SKEW,
            token_cache_entries: DEFAULT_TOKEN_CACHE_ENTRIES,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
        self.validate_issuer()?;
        if !is_protected(&self.jwks_uri) {
            return Err(SettingsError::JwksUri(
                "it must be https (http is accepted for a loopback address only)",
            ));
        }
        if !self.jwks_uri.username().is_empty() || self.jwks_uri.password().is_some() {
            return Err(SettingsError::JwksUri("it must not hold a user name or password"));
        }
        if !is_short_scope(&self.required_scope) {
            return Err(SettingsError::RequiredScope);
        }
        if self
            .application_roles
            .iter()
            .any(|role| role.is_empty() || role.contains(char::is_whitespace))
        {
            return Err(SettingsError::ApplicationRole);
        }
        if let Some(client) = self.allowed_clients.iter().find(|client| guid(client).is_none()) {
            return Err(SettingsError::AllowedClient(client.clone()));
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(SettingsError::ClockSkew);
        }
        if self.token_cache_entries > MAX_TOKEN_CACHE_ENTRIES {
            return Err(SettingsError::TokenCacheEntries);
        }
        Ok(())
    }

    fn validate_issuer(&self) -> Result<(), SettingsError> {
        let url = Url::parse(&self.issuer).map_err(|_| SettingsError::Issuer("it must be a URL"))?;
        if !is_protected(&url) {
            return Err(SettingsError::Issuer(
                "it must be https (http is accepted for a loopback address only)",
            ));
        }
        if self.issuer.ends_with('/') {
            return Err(SettingsError::Issuer(
                "it must not end in a slash: Entra's v2.0 issuer has none",
            ));
        }
        // Also refuses `common`, `organizations` and `consumers`, for which no `iss` could be compared, and the v1.0
        // issuer of sts.windows.net.
        if url.path() != format!("/{}/v2.0", self.tenant_id) || url.query().is_some() || url.fragment().is_some() {
            return Err(SettingsError::Issuer(
                "its path must be /{tenant}/v2.0 with the configured tenant",
            ));
        }
        Ok(())
    }
}

/// A hyphenated GUID, as Entra writes them; the other spellings that the uuid crate reads are not accepted.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    if text.len() == 36 {
        Uuid::try_parse(text).ok()
    } else {
        None
    }
}

fn is_short_scope(scope: &str) -> bool {
    !scope.is_empty()
        && scope
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/' | b':'))
}

/// A setting that can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The issuer is not an Entra v2.0 issuer of the tenant.
    #[error("the issuer is not usable: {0}")]
    Issuer(&'static str),
    /// The keys can't be fetched safely from there.
    #[error("the JWKS address is not usable: {0}")]
    JwksUri(&'static str),
    /// The scope is empty, or in its URI form.
    #[error(
        "the required scope must be the short name that a token's `scp` holds, such as user_impersonation, without the App ID URI"
    )]
    RequiredScope,
    /// A role that no token could carry.
    #[error("an application role must be neither empty nor hold white space")]
    ApplicationRole,
    /// Client ids are GUIDs.
    #[error("an allowed client must be a client id, which is a GUID: {0:?} is not")]
    AllowedClient(String),
    /// More than Microsoft's libraries tolerate.
    #[error("the clock skew must be at most 300 seconds")]
    ClockSkew,
    /// More than is sensible to hold in memory.
    #[error("the cache of verified tokens must have at most 1,000,000 entries")]
    TokenCacheEntries,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-1111-4111-8111-111111111111";

    fn settings() -> VerifierSettings {
        VerifierSettings::new(
            format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            TENANT.parse().unwrap(),
            "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee".parse().unwrap(),
            format!("https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys")
                .parse()
                .unwrap(),
            "user_impersonation".to_owned(),
        )
    }

    fn refused(change: impl FnOnce(&mut VerifierSettings)) -> SettingsError {
        let mut settings = settings();
        change(&mut settings);
        settings.validate().unwrap_err()
    }

    #[test]
    fn the_defaults_are_accepted() {
        assert_eq!(settings().validate(), Ok(()));
    }

    #[test]
    fn errors_when_the_issuer_is_not_the_tenants_v2_issuer() {
        for issuer in [
            "not a url".to_owned(),
            format!("http://login.microsoftonline.com/{TENANT}/v2.0"),
            format!("https://login.microsoftonline.com/{TENANT}/v2.0/"),
            format!("https://sts.windows.net/{TENANT}"),
            "https://login.microsoftonline.com/common/v2.0".to_owned(),
            "https://login.microsoftonline.com/22222222-2222-4222-8222-222222222222/v2.0".to_owned(),
            format!("https://login.microsoftonline.com/{TENANT}/v2.0?x=1"),
        ] {
            assert!(
                matches!(refused(|s| s.issuer.clone_from(&issuer)), SettingsError::Issuer(_)),
                "{issuer}"
            );
        }
    }

    #[test]
    fn http_is_accepted_for_loopback_only() {
        for (address, accepted) in [
            ("http://127.0.0.1:8401/keys", true),
            ("http://[::1]:8401/keys", true),
            ("http://localhost:8401/keys", true),
            ("http://10.0.0.1/keys", false),
            ("http://localhost.example.com/keys", false),
            ("ftp://127.0.0.1/keys", false),
            ("https://user:secret@login.microsoftonline.com/keys", false),
        ] {
            let mut settings = settings();
            settings.jwks_uri = address.parse().unwrap();
            assert_eq!(settings.validate().is_ok(), accepted, "{address}");
        }
    }

    #[test]
    fn errors_when_the_scope_is_empty_or_in_its_uri_form() {
        for scope in [
            "",
            "two words",
            "api://aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/user_impersonation",
        ] {
            assert_eq!(
                refused(|s| scope.clone_into(&mut s.required_scope)),
                SettingsError::RequiredScope,
                "{scope}"
            );
        }
    }

    #[test]
    fn errors_when_the_skew_is_over_five_minutes() {
        assert_eq!(
            refused(|s| s.clock_skew = Duration::from_secs(301)),
            SettingsError::ClockSkew
        );
    }

    #[test]
    fn errors_when_a_client_is_not_a_guid() {
        assert!(matches!(
            refused(|s| s.allowed_clients.push("vscode".into())),
            SettingsError::AllowedClient(_)
        ));
    }

    #[test]
    fn errors_when_a_role_is_empty() {
        assert_eq!(
            refused(|s| s.application_roles.push(String::new())),
            SettingsError::ApplicationRole
        );
    }

    #[test]
    fn errors_when_the_cache_is_too_large() {
        assert_eq!(
            refused(|s| s.token_cache_entries = 1_000_001),
            SettingsError::TokenCacheEntries
        );
    }
}
