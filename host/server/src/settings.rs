//! What the operator decides about the endpoint, and the checks that a mistake there is found at start.

use std::time::Duration;

use thiserror::Error;
use url::Url;
use usher_entra::{MetadataError, ProtectedResource};

use crate::challenges::Challenges;
use crate::doors::Doors;
use crate::{consented, wellknown};

/// How the endpoint is served. [`Server::new`](crate::Server::new) checks it; every one is enforced.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The public URL of the MCP endpoint, as clients write it: with a path such as `/mcp`, without a trailing slash. Its path
    /// is where the endpoint is served; it is also the `resource` of the protected resource metadata (RFC 9728).
    pub public_url: String,
    /// The issuer of tokens: `https://login.microsoftonline.com/{tenant}/v2.0`.
    pub authorization_server: String,
    /// The scopes that a client should ask for, in full: `https://host/mcp/user_impersonation`. What stands before the first
    /// one's last slash is the App ID URI: the scopes that rules of tools name are of the same resource.
    pub scopes: Vec<String>,
    /// Values of `Host` that are accepted besides that of `public_url`, as `host` (any port) or `host:port`. Others get 403.
    pub allowed_hosts: Vec<String>,
    /// Web origins whose pages may call, each exactly as a browser sends it: `https://app.contoso.com`. Requests of others get
    /// 403; requests without `Origin`, which no browser sends across origins, pass.
    pub allowed_origins: Vec<String>,
    /// The longest request body, in bytes; a longer one gets 413. Default 16 MiB, so that an argument that is too long reaches
    /// the schema, which says which.
    pub max_body_bytes: usize,
    /// Sessions that are kept at once (revisions before 2026-07-28). Beyond it the one that was longest unused is ended.
    /// Default 10,000; one is about 50 KB. As many subscriptions (revision 2026-07-28) may be open; beyond it one is refused.
    pub max_sessions: usize,
    /// As `max_sessions`, of one caller. Default 32.
    pub max_sessions_per_caller: usize,
    /// How long a session may be unused. Default 5 minutes.
    pub session_idle_timeout: Duration,
    /// How long calls may go on once the server is to stop. Default 10 s.
    pub shutdown_timeout: Duration,
    /// How long a client may show a list of tools without asking again (`ttlMs`). Default 5 minutes: a client that listens for
    /// changes hears of them sooner.
    pub list_ttl: Duration,
}

impl ServerSettings {
    /// Settings with the defaults: no other hosts than that of `public_url`, and no web pages.
    #[must_use]
    pub fn new(public_url: String, authorization_server: String, scopes: Vec<String>) -> Self {
        Self {
            public_url,
            authorization_server,
            scopes,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            max_body_bytes: 16 << 20,
            max_sessions: 10_000,
            max_sessions_per_caller: 32,
            session_idle_timeout: Duration::from_secs(5 * 60),
            shutdown_timeout: Duration::from_secs(10),
            list_ttl: Duration::from_secs(5 * 60),
        }
    }

    /// The scopes by the names that tokens have them by. Every user who gets in holds them.
    pub(crate) fn short_scopes(&self) -> Vec<&str> {
        let short = |scope: &'_ String| scope.rfind('/').map_or(0, |slash| slash + 1);
        self.scopes.iter().map(|scope| &scope[short(scope)..]).collect()
    }

    /// Checks everything, and makes what comes of it.
    pub(crate) fn check(&self) -> Result<Checked, SettingsError> {
        let resource = ProtectedResource::new(&self.public_url, &self.authorization_server, &self.scopes)?;
        // `ProtectedResource` has accepted it, so it parses.
        let public = Url::parse(&self.public_url).map_err(|_| SettingsError::PublicUrl)?;
        // axum would read these as a pattern.
        if public.path().contains(['{', '}']) {
            return Err(SettingsError::PublicUrl);
        }
        let taken = [&wellknown::PROBES[..], &[consented::PATH], &resource.metadata_paths()].concat();
        if taken.contains(&public.path()) {
            return Err(SettingsError::PathTaken(public.path().to_owned()));
        }
        let doors = Doors::new(&public, &self.allowed_hosts, &self.allowed_origins)?;
        for (name, is_zero) in [
            ("max_body_bytes", self.max_body_bytes == 0),
            ("max_sessions", self.max_sessions == 0),
            ("max_sessions_per_caller", self.max_sessions_per_caller == 0),
            ("session_idle_timeout", self.session_idle_timeout.is_zero()),
        ] {
            if is_zero {
                return Err(SettingsError::Zero(name));
            }
        }
        Ok(Checked {
            challenges: Challenges::new(&resource, &public, &self.scopes),
            resource,
            path: public.path().to_owned(),
            doors,
        })
    }
}

/// What comes of settings that are good.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) resource: ProtectedResource,
    pub(crate) challenges: Challenges,
    pub(crate) path: String,
    pub(crate) doors: Doors,
}

/// A setting that can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// What a client would be told could not be used by it.
    #[error(transparent)]
    Resource(#[from] MetadataError),
    /// The path can't be served.
    #[error("the public URL is not usable: its path must be plain text such as /mcp")]
    PublicUrl,
    /// Something else answers there.
    #[error("the public URL is not usable: its path {0} is that of another page of this server; take /mcp")]
    PathTaken(String),
    /// Not a host.
    #[error("the allowed host {0:?} is not usable: write `host` or `host:port`, without a scheme or a path")]
    Host(String),
    /// Not an origin.
    #[error("the allowed origin {0:?} is not usable: write it as a browser sends it, such as https://app.contoso.com")]
    Origin(String),
    /// Nothing would work.
    #[error("{0} must not be zero")]
    Zero(&'static str),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn settings() -> ServerSettings {
        ServerSettings::new(
            "https://mcp.contoso.com/mcp".into(),
            "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0".into(),
            vec!["https://mcp.contoso.com/mcp/user_impersonation".into()],
        )
    }

    fn refused(change: impl FnOnce(&mut ServerSettings)) -> SettingsError {
        let mut settings = settings();
        change(&mut settings);
        settings.check().unwrap_err()
    }

    #[test]
    fn the_endpoint_is_served_at_the_path_of_the_public_url() {
        assert_eq!(settings().check().unwrap().path, "/mcp");
    }

    #[test]
    fn errors_when_the_public_url_has_no_path_or_a_trailing_slash() {
        for url in [
            "https://mcp.contoso.com",
            "https://mcp.contoso.com/mcp/",
            "http://mcp.contoso.com/mcp",
        ] {
            assert!(
                matches!(
                    refused(|s| url.clone_into(&mut s.public_url)),
                    SettingsError::Resource(_)
                ),
                "{url}"
            );
        }
    }

    #[test]
    fn errors_when_something_else_answers_at_the_path() {
        for path in [
            "/healthz",
            "/readyz",
            "/consented",
            "/.well-known/oauth-protected-resource",
        ] {
            let url = format!("https://mcp.contoso.com{path}");
            assert_eq!(refused(|s| s.public_url = url), SettingsError::PathTaken(path.into()));
        }
    }

    #[test]
    fn errors_when_a_limit_is_zero() {
        assert_eq!(refused(|s| s.max_body_bytes = 0), SettingsError::Zero("max_body_bytes"));
        assert_eq!(refused(|s| s.max_sessions = 0), SettingsError::Zero("max_sessions"));
        assert_eq!(
            refused(|s| s.max_sessions_per_caller = 0),
            SettingsError::Zero("max_sessions_per_caller")
        );
        assert_eq!(
            refused(|s| s.session_idle_timeout = Duration::ZERO),
            SettingsError::Zero("session_idle_timeout")
        );
    }

    #[test]
    fn errors_when_a_host_or_an_origin_is_not_one() {
        for host in [
            "",
            "https://mcp.contoso.com",
            "mcp.contoso.com/mcp",
            "mcp.contoso.com:port",
            "*",
        ] {
            assert_eq!(
                refused(|s| s.allowed_hosts.push(host.into())),
                SettingsError::Host(host.into())
            );
        }
        for origin in [
            "",
            "*",
            "null",
            "app.contoso.com",
            "https://app.contoso.com/",
            "https://app.contoso.com/x",
            "https://APP.contoso.com",
        ] {
            assert_eq!(
                refused(|s| s.allowed_origins.push(origin.into())),
                SettingsError::Origin(origin.into())
            );
        }
    }
}
