//! The HTTP client for Entra's endpoints.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use url::{Host, Url};

/// How long connecting may take. Entra answers in milliseconds; an address that is gone should be noticed quickly.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a request may take from start to the last byte.
pub(crate) const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// A client as Entra's endpoints need it: 3 s to connect, 10 s in all, and redirects are not followed, because keys and
/// tokens come from the configured address or not at all. Make one for the process and share it: it pools connections.
///
/// `authority` is where it will be used. A proxy from the environment (`HTTPS_PROXY`, `NO_PROXY`) is honoured unless
/// `authority` is a loopback address, which no proxy can reach. For plain http, which is accepted on loopback only, the
/// machine's root certificates are not loaded either: development works, and starts sooner, on a machine without any.
///
/// # Errors
/// When the TLS library can't be set up, for instance because the machine has no root certificates.
pub fn http_client(authority: &Url) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(Policy::none())
        .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")));
    if is_loopback(authority) {
        builder = builder.no_proxy();
        if authority.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build()
}

/// Whether a URL's host can only be this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL may carry keys or tokens: https anywhere, http on loopback only.
pub(crate) fn is_protected(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(url),
        _ => false,
    }
}
