//! `http` in a grant.

use std::net::IpAddr;

use serde::Deserialize;
use usher_entra::Cloud;

use super::credential::HttpCredential;
use super::origin::Origin;
use crate::method::Method;
use crate::path::{PathTemplate, Segments};
use crate::query::QueryOptions;
use crate::size;

/// Which other services a component may ask.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AsWritten")]
pub struct HttpGrant {
    /// The origins. One may be there several times, with other methods, paths or credentials; the first that covers a request
    /// decides about it.
    pub origins: Vec<OriginGrant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsWritten {
    origins: Vec<OriginGrant>,
}

/// What may be asked of one origin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OriginAsWritten")]
pub struct OriginGrant {
    /// Where requests go.
    pub origin: Origin,
    /// Their methods.
    pub methods: Vec<Method>,
    /// Their paths.
    pub paths: Vec<PathTemplate>,
    /// The query options that they may have.
    pub query: QueryOptions,
    /// What the host attaches. None: requests are anonymous.
    pub credential: Option<HttpCredential>,
    /// Whether the origin may be inside the host's own network.
    pub private_addresses: bool,
    /// The largest body, in bytes. Default 1 MiB, at most 64 MiB.
    pub max_request_bytes: usize,
    /// The largest answer, in bytes. Default 1 MiB, at most 64 MiB.
    pub max_response_bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct OriginAsWritten {
    origin: String,
    methods: Vec<Method>,
    paths: Vec<String>,
    #[serde(default)]
    query: QueryOptions,
    credential: Option<HttpCredential>,
    #[serde(default)]
    private_addresses: bool,
    #[serde(default = "size::default_bytes")]
    max_request_bytes: usize,
    #[serde(default = "size::default_bytes")]
    max_response_bytes: usize,
}

impl OriginGrant {
    /// Whether a method and a path are in the lists.
    pub(crate) fn lists(&self, method: Method, path: &Segments) -> bool {
        self.methods.contains(&method) && self.paths.iter().any(|template| template.matches(path))
    }
}

impl TryFrom<AsWritten> for HttpGrant {
    type Error = String;

    fn try_from(written: AsWritten) -> Result<Self, String> {
        if written.origins.is_empty() {
            return Err("http gives nothing: list origins, or leave it out".to_owned());
        }
        let origins = written.origins;
        for (index, one) in origins.iter().enumerate() {
            let twice = |other: &&OriginGrant| {
                other.origin == one.origin
                    && other.methods.iter().any(|method| one.methods.contains(method))
                    && other.paths.iter().any(|path| one.paths.contains(path))
            };
            if let Some(other) = origins.iter().skip(index + 1).find(twice) {
                return Err(format!(
                    "two entries of {} list the same method and path, of which only the first would be enforced: make one of them",
                    other.origin
                ));
            }
        }
        Ok(Self { origins })
    }
}

impl TryFrom<OriginAsWritten> for OriginGrant {
    type Error = String;

    fn try_from(written: OriginAsWritten) -> Result<Self, String> {
        let origin = Origin::parse(&written.origin).map_err(|error| error.to_string())?;
        check_destination(&origin, written.private_addresses)?;
        if written.methods.is_empty() {
            return Err(format!(
                "{origin} has no methods: write, for example, methods = [\"GET\"]"
            ));
        }
        if written.paths.is_empty() {
            return Err(format!(
                "{origin} has no paths: write, for example, paths = [\"/entries/{{id}}\"]"
            ));
        }
        let paths = written
            .paths
            .iter()
            .map(|path| PathTemplate::http(path).map_err(|error| error.to_string()))
            .collect::<Result<Vec<_>, _>>()?;
        size::check(&[
            ("max-request-bytes", written.max_request_bytes),
            ("max-response-bytes", written.max_response_bytes),
        ])?;
        Ok(Self {
            origin,
            methods: written.methods,
            paths,
            query: written.query,
            credential: written.credential,
            private_addresses: written.private_addresses,
            max_request_bytes: written.max_request_bytes,
            max_response_bytes: written.max_response_bytes,
        })
    }
}

/// Refuses what could never be reached, or would get round another capability.
fn check_destination(origin: &Origin, private_addresses: bool) -> Result<(), String> {
    let clouds = [Cloud::Global, Cloud::UsGovernment, Cloud::UsGovernmentDod, Cloud::China];
    let is_graph = |cloud: &Cloud| Origin::of(&cloud.graph()).is_ok_and(|graph| graph.host() == origin.host());
    if clouds.iter().any(is_graph) {
        return Err(format!(
            "{origin} is Microsoft Graph: write its requests under graph and graph-write"
        ));
    }
    if origin.address().is_some_and(is_never_reached) {
        return Err(format!(
            "{origin} is a link-local, multicast or unspecified address, which this host never contacts"
        ));
    }
    if !private_addresses && (origin.address().is_some() || origin.is_loopback()) {
        return Err(format!(
            "{origin} is an address, or this machine: write private-addresses = true with it if you mean it, or the service's name"
        ));
    }
    Ok(())
}

fn is_never_reached(address: IpAddr) -> bool {
    address.is_unspecified()
        || address.is_multicast()
        || match address {
            IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        }
}
