//! Requests to other services: the origins that a grant names, and no others.
//!
//! A tool says method, URL, header fields and body; the grant decides whether that may go out and what credential goes with
//! it; and addresses that lead into the host's own network are refused unless the grant allows them (the crate's `guard`).
//! Whatever a service answers is passed on as it is, but for the fields that are the host's business. Nothing is repeated but
//! requests that never left, and those that the service refused with 401 before a fresh token could help.

mod credential;
mod echo;
mod headers;
mod redirect;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use bytes::Bytes;
use reqwest::{
    Client, StatusCode,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue},
};
use secrecy::SecretString;
use url::{Host, Url};
use usher_entra::{ManagedIdentity, OnBehalfOf, SignedIn};
use usher_policy::{Allowance, Method, NotCovered, Origin, OriginGrant};

use self::credential::Attached;
use crate::{
    DownstreamError,
    answer::Answer,
    content,
    guard::{Guard, Network, explain, never_left, plain_client},
    patience::{pause, within},
};

/// What the operator decides about other services, beside the grants.
#[derive(Debug, Default)]
pub struct HttpSettings {
    /// For development: requests to an origin are sent to a loopback address instead, with everything else as it would be.
    pub stand_ins: BTreeMap<Origin, Url>,
    /// The secrets that grants may name, by name.
    pub secrets: BTreeMap<String, SecretString>,
}

/// A setting that can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpSettingsError {
    /// Credentials would be sent to it in place of the origin, and in the clear.
    #[error(
        "{stand_in} can't stand in for {origin}: it must be an http address on loopback, without query, user name or password"
    )]
    StandIn {
        /// The origin.
        origin: String,
        /// What is configured for it.
        stand_in: Url,
    },
}

/// A request as a tool wants it sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: Url,
    /// Header fields by name.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<Bytes>,
}

/// What a service answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header fields by name, in lower case, without those that set cookies, challenge or are about the connection.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// Requests to granted origins. Make one and share it.
pub struct Http {
    guard: Guard,
    stand_ins: BTreeMap<Origin, Url>,
    /// The client for stand-ins, where there are any.
    loopback: Option<Client>,
    secrets: BTreeMap<String, SecretString>,
    tokens: Option<Arc<OnBehalfOf>>,
    identity: Option<ManagedIdentity>,
}

/// One request on its way: the first as the tool wants it, others as redirects have it.
pub(crate) struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Http {
    /// Outbound HTTP by these settings. Without `tokens` or `identity`, grants that need them aren't served.
    ///
    /// # Errors
    /// When a setting can't be worked with.
    pub fn new(
        settings: HttpSettings,
        tokens: Option<Arc<OnBehalfOf>>,
        identity: Option<ManagedIdentity>,
    ) -> Result<Arc<Self>, HttpSettingsError> {
        for (origin, stand_in) in &settings.stand_ins {
            if !is_stand_in(stand_in) {
                return Err(HttpSettingsError::StandIn {
                    origin: origin.to_string(),
                    stand_in: stand_in.clone(),
                });
            }
        }
        Ok(Arc::new(Self {
            guard: Guard::new(),
            loopback: (!settings.stand_ins.is_empty()).then(loopback_client),
            stand_ins: settings.stand_ins,
            secrets: settings.secrets,
            tokens,
            identity,
        }))
    }

    /// Whether the host is set up for what a grant says of an origin; for the check at load.
    ///
    /// # Errors
    /// [`DownstreamError::Misconfigured`], which says what is missing.
    pub fn check(&self, grant: &OriginGrant) -> Result<(), DownstreamError> {
        credential::check(self, grant.credential.as_ref())
    }

    /// Sends a request on behalf of a tool, as far as its allowance covers it; each redirect is asked about again.
    ///
    /// # Errors
    /// [`DownstreamError`] when there is no answer to pass on; what the service says, 404 for instance, is an answer.
    pub async fn send(
        &self,
        who: &SignedIn,
        allowance: &Allowance,
        request: HttpRequest,
        deadline: Instant,
    ) -> Result<HttpResponse, DownstreamError> {
        let mut hop = Hop {
            method: request.method,
            url: request.url,
            headers: headers::outgoing(&request.headers)?,
            body: request.body,
        };
        for _ in 0..=redirect::MAX_REDIRECTS {
            let answer = self.send_hop(who, allowance, &hop, deadline).await?;
            match redirect::next(&hop, answer.status, &answer.headers)? {
                Some(next) => hop = next,
                None => {
                    return Ok(HttpResponse {
                        status: answer.status.as_u16(),
                        headers: headers::incoming(&answer.headers)?,
                        body: answer.body,
                    });
                }
            }
        }
        Err(DownstreamError::Unavailable("too many redirects".to_owned()))
    }

    /// One request to one origin.
    async fn send_hop(
        &self,
        who: &SignedIn,
        allowance: &Allowance,
        hop: &Hop,
        deadline: Instant,
    ) -> Result<Answer, DownstreamError> {
        let grant = allowance.http(hop.method, &hop.url).map_err(not_covered)?;
        if hop
            .body
            .as_ref()
            .is_some_and(|body| body.len() > grant.max_request_bytes)
        {
            return Err(DownstreamError::TooLarge);
        }
        let (client, address) = self.way_to(grant, &hop.url)?;
        let mut credential = Attached::obtain(self, grant.credential.as_ref(), who, deadline).await?;
        let mut may_repeat = true;
        loop {
            let mut headers = hop.headers.clone();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            credential.attach(&mut headers)?;
            let method = hop.method.into();
            let request = client
                .request(hop.method.into(), address.clone())
                .headers(headers.clone());
            let request = content::attach(request, &method, hop.body.as_ref());
            let response = match within(deadline, request.send()).await? {
                Ok(response) => response,
                // It never left, so that whatever it would have done wasn't done.
                Err(error) if never_left(&error) && may_repeat && pause(deadline).await.is_ok() => {
                    may_repeat = false;
                    continue;
                }
                Err(error) => return Err(DownstreamError::Unavailable(explain(&error))),
            };
            let answer = within(deadline, Answer::read(response, grant.max_response_bytes)).await??;
            if answer.status == StatusCode::UNAUTHORIZED && credential.renew(&answer.headers).await? {
                continue;
            }
            echo::check(&headers, &answer)?;
            return Ok(answer);
        }
    }

    /// The client for an origin, and the address that it is asked at.
    fn way_to(&self, grant: &OriginGrant, url: &Url) -> Result<(Client, Url), DownstreamError> {
        if let (Some(stand_in), Some(client)) = (self.stand_ins.get(&grant.origin), &self.loopback) {
            let mut address = stand_in.clone();
            let base = stand_in.path().trim_end_matches('/');
            address.set_path(&format!("{base}{}", url.path()));
            address.set_query(url.query());
            return Ok((client.clone(), address));
        }
        let network = if grant.private_addresses {
            Network::Private
        } else {
            Network::Public
        };
        Ok((self.guard.client(url, network)?, url.clone()))
    }
}

fn not_covered(missing: NotCovered) -> DownstreamError {
    match missing {
        NotCovered::Path(_) | NotCovered::Url(_) => DownstreamError::Invalid(missing.to_string()),
        missing => DownstreamError::NotGranted(missing.to_string()),
    }
}

/// Whether a URL can stand in for an origin: http on a loopback address, which never leaves the machine.
fn is_stand_in(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_loopback
        && url.scheme() == "http"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

/// A client for http on loopback, which needs no root certificates.
fn loopback_client() -> Client {
    plain_client(|builder| builder.tls_certs_only([])).expect("a client without TLS roots needs nothing of the machine")
}

#[cfg(test)]
mod tests;
