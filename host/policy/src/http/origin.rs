//! Where a request goes: scheme, host and port.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

/// An origin (RFC 6454) in its one spelling: lower case, punycode, addresses as RFC 5952 and dotted decimals write them, no default
/// port. `https`, or `http` to this machine itself, which development needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    canonical: Box<str>,
    host: Host,
    port: u16,
}

/// Why a text or a URL has no origin that can be granted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OriginError {
    /// It isn't a URL.
    #[error("{0:?} is not an origin: write scheme and host, as in https://api.contoso.com")]
    NotAUrl(String),
    /// Plain `http` to another machine, or another scheme.
    #[error("{0} is not allowed: an origin is https, and http only for this machine (127.0.0.1, [::1], localhost)")]
    Scheme(String),
    /// A name or a password in it.
    #[error("an origin or a URL has no user information: a credential is written under credential = {{ … }}")]
    UserInformation,
    /// A fragment in a URL, which is never sent and only confuses.
    #[error("a URL that is sent has no fragment")]
    Fragment,
    /// More than an origin.
    #[error(
        "{0:?} is more than an origin: leave out what follows the host and the port; paths are written under paths = [\"/…\"]"
    )]
    Path(String),
    /// A wildcard.
    #[error("{0:?} has a wildcard: list each origin by itself")]
    Wildcard(String),
    /// A host with a dot at its end, which is the same name for DNS and another one for certificates and cookies.
    #[error("the host {0:?} ends with a dot: leave it out")]
    FinalDot(String),
    /// Port 0.
    #[error("an origin's port is from 1 to 65535")]
    Port,
    /// Another spelling of an origin, such as a decimal or octal address.
    #[error("{written:?} is not how the origin is spelled: write {canonical}")]
    Spelling {
        /// As it was written.
        written: String,
        /// As it is spelled.
        canonical: String,
    },
}

impl Origin {
    /// Reads an origin as a grant, a configuration or a requirement has it: `https://api.contoso.com`, with a port if it isn't the
    /// scheme's own. Upper case and names that aren't ASCII are taken and brought to the one spelling; other spellings of an
    /// address are refused, since a reader doesn't see where they lead.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        if text.contains('*') {
            return Err(OriginError::Wildcard(text.to_owned()));
        }
        let url = Url::parse(text).map_err(|_| OriginError::NotAUrl(text.to_owned()))?;
        if text.contains('@') {
            return Err(OriginError::UserInformation);
        }
        if url.path() != "/" || text.ends_with('/') || url.query().is_some() || url.fragment().is_some() {
            return Err(OriginError::Path(text.to_owned()));
        }
        let origin = Self::of(&url)?;
        let lower = text.to_ascii_lowercase();
        let with_port = format!("{}://{}:{}", url.scheme(), origin.host, origin.port);
        let international = !text.is_ascii() && origin.address().is_none() && !text.contains(char::is_whitespace);
        if international || lower == *origin.canonical || lower == with_port {
            Ok(origin)
        } else {
            Err(OriginError::Spelling {
                written: text.to_owned(),
                canonical: origin.canonical.into(),
            })
        }
    }

    /// The origin of a URL that somebody wants to send a request to.
    ///
    /// # Errors
    /// If it has user information or a fragment, or no such origin.
    pub fn of(url: &Url) -> Result<Self, OriginError> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(OriginError::Scheme(url.scheme().to_owned()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::UserInformation);
        }
        if url.fragment().is_some() {
            return Err(OriginError::Fragment);
        }
        if port == 0 {
            return Err(OriginError::Port);
        }
        let origin = Self {
            canonical: url.origin().ascii_serialization().into(),
            host: host.to_owned(),
            port,
        };
        match url.scheme() {
            "https" => {}
            "http" if origin.is_loopback() => {}
            _ => return Err(OriginError::Scheme(origin.canonical.into())),
        }
        match &origin.host {
            Host::Domain(name) if name.ends_with('.') => Err(OriginError::FinalDot(name.clone())),
            _ => Ok(origin),
        }
    }

    /// In its one spelling: `https://api.contoso.com`, `https://api.contoso.com:8443`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// The host: a name in punycode, or an address.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, the scheme's own included.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, if the host is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// Whether it is this machine itself by its address, or by the names that RFC 6761 §6.3 reserves for that.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::parse(text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical)
    }
}
