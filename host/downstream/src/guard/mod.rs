//! HTTP clients for addresses that somebody else chose: the URL of a tool, the target of a redirect.
//!
//! Three doors to the host's own network are shut here: a URL with an address in it (in whatever spelling: the `url` crate
//! turns decimal, octal and hexadecimal forms into the one of four numbers first, as the WHATWG URL standard says), a name
//! that resolves to such an address, and a name that resolves to another address at the second question. The clients follow
//! no redirects, keep no cookies, send no `Referer`, and take no proxy from the environment, because behind a proxy it is
//! the proxy that resolves names.

mod address;
mod resolver;

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Client, redirect::Policy};
use url::Url;

use self::{
    address::Reach,
    resolver::{CheckedResolver, Lookup, RefusedAddress, SystemLookup, check_literal},
};
use crate::DownstreamError;

/// How long connecting may take: long enough for another continent, short enough to leave a call time to say so.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What the clients call themselves, unless a tool's own header says otherwise.
const USER_AGENT: &str = concat!("usher/", env!("CARGO_PKG_VERSION"));

/// Which addresses a client may contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// Those of the internet.
    Public,
    /// Those of the host's own network as well.
    Private,
}

impl Network {
    fn includes(self, reach: Reach) -> bool {
        match reach {
            Reach::Public => true,
            Reach::Private => self == Self::Private,
            Reach::Never => false,
        }
    }
}

/// The guarded clients, one a network: they don't share connections, so that what a grant opened with
/// `private-addresses = true` is never there for another. Made when first used, since loading root certificates takes
/// longer than starting the host should.
pub(crate) struct Guard {
    lookup: Arc<dyn Lookup>,
    public: OnceLock<Client>,
    private: OnceLock<Client>,
}

impl Guard {
    pub(crate) fn new() -> Self {
        Self::with_lookup(Arc::new(SystemLookup))
    }

    /// A guard that asks somebody else for the addresses of names.
    pub(crate) fn with_lookup(lookup: Arc<dyn Lookup>) -> Self {
        Self {
            lookup,
            public: OnceLock::new(),
            private: OnceLock::new(),
        }
    }

    /// The client for a URL.
    ///
    /// # Errors
    /// [`DownstreamError::Unavailable`] when the URL's host is an address that may not be contacted, or TLS can't be set up.
    pub(crate) fn client(&self, url: &Url, network: Network) -> Result<Client, DownstreamError> {
        check_literal(url, network).map_err(|refused| DownstreamError::Unavailable(refused.to_string()))?;
        let slot = match network {
            Network::Public => &self.public,
            Network::Private => &self.private,
        };
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        let client =
            plain_client(|builder| builder.dns_resolver(CheckedResolver::new(Arc::clone(&self.lookup), network)))?;
        // Two first requests may both come here; one client wins, and the other serves its request and goes.
        Ok(slot.get_or_init(|| client).clone())
    }
}

/// A client without anything that would act on its own: redirects, cookies, proxies, `Referer`.
pub(crate) fn plain_client(
    adjust: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<Client, DownstreamError> {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(USER_AGENT);
    adjust(builder)
        .build()
        .map_err(|error| DownstreamError::Unavailable(format!("TLS can't be set up: {}", explain(&error))))
}

/// Whether a request failed for want of a connection, so that nothing of it was sent, and not because it may go nowhere.
pub(crate) fn never_left(error: &reqwest::Error) -> bool {
    error.is_connect() && refusal(error).is_none()
}

/// What went wrong with a request, for the log: every cause, and never the URL, which may hold what isn't for logs.
pub(crate) fn explain(error: &reqwest::Error) -> String {
    if let Some(refused) = refusal(error) {
        return refused.to_string();
    }
    // The outermost error names the URL; its causes don't.
    let causes: Vec<_> = causes(error).map(ToString::to_string).collect();
    if causes.is_empty() {
        "the request failed".to_owned()
    } else {
        causes.join(": ")
    }
}

fn refusal(error: &reqwest::Error) -> Option<&RefusedAddress> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'_ (dyn Error + 'static)| (*cause).source())
}

#[cfg(test)]
pub(crate) mod tests;
