//! Name resolution that gives out only addresses which may be contacted.
//!
//! The check sits between the answer of DNS and the connection, and the connection goes to the very address that was
//! checked. A name that answers differently the second time therefore gains nothing.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use url::{Host, Url};

use super::{
    Network,
    address::{Reach, reach},
};

/// The future of [`Lookup::lookup`].
pub(crate) type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Where the addresses of a name come from; a parameter so that tests can answer for DNS.
pub(crate) trait Lookup: Send + Sync + 'static {
    /// All addresses of a name.
    fn lookup(&self, name: &str) -> Looking;
}

/// The machine's resolver.
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Looking {
        let name = name.to_owned();
        Box::pin(async move { Ok(lookup_host((name, 0)).await?.collect()) })
    }
}

/// A host whose addresses may not be contacted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is at {address}, {}", match .reach {
    Reach::Private => "in the host's own network; where that is meant, the grant says `private-addresses = true`",
    Reach::Public | Reach::Never => "which no grant lets a tool contact",
})]
pub(crate) struct RefusedAddress {
    host: String,
    address: IpAddr,
    reach: Reach,
}

impl RefusedAddress {
    fn of(host: &str, address: IpAddr, network: Network) -> Option<Self> {
        let reach = reach(address);
        (!network.includes(reach)).then(|| Self {
            host: host.to_owned(),
            address,
            reach,
        })
    }
}

/// Refuses a URL whose host is an address that may not be contacted. Resolvers aren't asked about those.
pub(crate) fn check_literal(url: &Url, network: Network) -> Result<(), RefusedAddress> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    RefusedAddress::of("the URL's host", address, network).map_or(Ok(()), Err)
}

/// The resolver of a guarded client.
pub(crate) struct CheckedResolver {
    lookup: Arc<dyn Lookup>,
    network: Network,
}

impl CheckedResolver {
    pub(crate) fn new(lookup: Arc<dyn Lookup>, network: Network) -> Self {
        Self { lookup, network }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let looking = self.lookup.lookup(&host);
        let network = self.network;
        Box::pin(async move {
            let mut allowed = Vec::new();
            let mut refused = None;
            for address in looking.await? {
                match RefusedAddress::of(&host, address.ip(), network) {
                    None => allowed.push(address),
                    Some(reason) => refused = Some(reason),
                }
            }
            match (allowed.is_empty(), refused) {
                (false, _) => Ok(Box::new(allowed.into_iter()) as Addrs),
                (true, Some(reason)) => Err(reason.into()),
                (true, None) => Err(io::Error::from(io::ErrorKind::NotFound).into()),
            }
        })
    }
}
