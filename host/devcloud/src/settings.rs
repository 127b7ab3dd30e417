//! What a caller may set, and why a start can fail.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use url::{Host, Url};

/// How a dev cloud is set up. Its address is not part of this: it was settled by [`DevCloud::bind`].
///
/// [`DevCloud::bind`]: crate::DevCloud::bind
#[derive(Clone, Debug)]
pub struct DevCloudSettings {
    /// The canonical URL of the MCP endpoint, as clients know it: the `resource` of its protected resource metadata
    /// and an Application ID URI of the API's app registration. It has a path and no trailing slash, because Entra
    /// compares it character for character.
    pub mcp_url: String,
    /// The folder in which signing keys, registered clients and the refresh token key outlive the process. Without
    /// one they are made anew by every start, and clients must sign in again.
    pub state_dir: Option<PathBuf>,
    /// What is done about RFC 8707's `resource` parameter.
    pub resource_check: ResourceCheck,
    /// Certificates, as PEM, by whose keys the API's own app may prove who it is.
    pub certificates: Vec<String>,
}

impl DevCloudSettings {
    /// Settings with nothing kept and the `resource` check that Entra has today.
    pub fn new(mcp_url: impl Into<String>) -> Self {
        Self {
            mcp_url: mcp_url.into(),
            state_dir: None,
            resource_check: ResourceCheck::default(),
            certificates: Vec::new(),
        }
    }
}

/// How Entra's v2.0 endpoints have treated `resource` (RFC 8707), which the MCP specification obliges clients to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceCheck {
    /// The value must be an Application ID URI of the app that owns the requested scopes, else AADSTS9010010.
    /// Entra's behaviour since spring 2026.
    #[default]
    Enforce,
    /// The parameter's presence is an error, AADSTS901002. Entra's older behaviour.
    Reject,
    /// The parameter is not looked at.
    Ignore,
}

/// Why a dev cloud could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can be reached from other machines, where anybody could sign in as anybody.
    #[error("the development Entra listens on loopback only, and {0} is not a loopback address; use 127.0.0.1 or ::1")]
    NotLoopback(SocketAddr),
    /// Another process has the address.
    #[error("the address {0} is taken by another process; stop it, or choose another port (0 picks a free one)")]
    AddressInUse(SocketAddr),
    /// The address could not be bound for another reason.
    #[error("can't listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The MCP URL can't be an Application ID URI.
    #[error("the MCP URL `{url}` {reason}")]
    McpUrl {
        /// The URL given.
        url: String,
        /// What is wrong with it, as the end of the sentence.
        reason: &'static str,
    },
    /// The state file could not be read or written.
    #[error("can't use the state file {path}: {source}")]
    StateFile {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The state file is there, but isn't one that this version wrote.
    #[error("the state file {path} is not usable ({reason}); delete it, and clients will sign in anew")]
    StateContent {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A certificate of the settings could not be registered.
    #[error("can't register a certificate for the API's app: {0}")]
    Certificate(#[from] crate::clients::credentials::CredentialError),
    /// A key could not be generated or read.
    #[error("can't make a signing key: {0}")]
    Key(#[from] crate::keys::KeyError),
}

/// Refuses MCP URLs with which a sign-in against a real tenant would fail.
pub(crate) fn check_mcp_url(text: &str) -> Result<(), StartError> {
    let fail = |reason| {
        Err(StartError::McpUrl {
            url: text.to_owned(),
            reason,
        })
    };
    let Ok(url) = Url::parse(text) else {
        return fail("is not a URL");
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return fail("uses http, which is accepted for loopback addresses only"),
        _ => return fail("is neither https nor http"),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail("has a query or a fragment, which a canonical resource URL must not have");
    }
    if url.path() == "/" {
        return fail("has no path; clients disagree on whether such a URL ends in a slash, so use one like /mcp");
    }
    if text.ends_with('/') {
        return fail("ends in a slash, which an Application ID URI must not");
    }
    Ok(())
}

/// Whether a URL's host is this machine: a loopback address or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn errors_when_the_mcp_url_could_not_be_an_application_id_uri() {
        for url in [
            "mcp",
            "ftp://127.0.0.1/mcp",
            "http://example.com/mcp",
            "http://127.0.0.1:8400",
            "http://127.0.0.1:8400/mcp/",
            "http://127.0.0.1:8400/mcp?x=1",
            "https://mcp.example.com/mcp#part",
        ] {
            assert!(matches!(check_mcp_url(url), Err(StartError::McpUrl { .. })), "{url}");
        }
    }

    #[test]
    fn accepts_loopback_http_and_any_https() {
        for url in [
            "http://127.0.0.1:8400/mcp",
            "http://localhost/mcp",
            "http://[::1]:1/mcp",
            "https://mcp.example.com/mcp",
        ] {
            check_mcp_url(url).unwrap();
        }
    }
}
