//! Client id metadata documents: a client id that is the URL of a JSON document describing the client
//! (draft-ietf-oauth-client-id-metadata-document). The rules of the fetch are in the parent module.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use serde::Deserialize;
use url::{Host, Url};

use super::{Client, ClientError, MAX_REDIRECT_URIS, redirects};
use crate::bounded::BoundedMap;
use crate::settings::is_loopback;

/// A document is some hundred bytes; the draft recommends a bound of 5 KB, this is generous.
const MAX_BYTES: usize = 16 * 1024;

/// A person is waiting in front of the browser.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Long enough to get from the sign-in page to the code, short enough that a client's author sees a change soon.
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// Documents remembered at once.
const MAX_REMEMBERED: usize = 64;

/// Fetches and remembers metadata documents.
pub(crate) struct Documents {
    remembered: Mutex<BoundedMap<(Instant, Client)>>,
    // Made on first use, as reading the machine's certificates would be most of a start. Absent when there is no usable
    // TLS set-up; then no document can be fetched, and everything else works.
    http: LazyLock<Option<reqwest::Client>>,
}

#[derive(Deserialize)]
struct Document {
    client_id: String,
    #[serde(default)]
    client_name: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    client_secret: Option<serde::de::IgnoredAny>,
}

impl Documents {
    pub(crate) fn new() -> Self {
        Self {
            remembered: Mutex::new(BoundedMap::new(MAX_REMEMBERED)),
            http: LazyLock::new(http_client),
        }
    }

    /// The client whose id is this URL.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Client, ClientError> {
        let url = check_url(client_id)?;
        if let Some(client) = self.recall(client_id) {
            return Ok(client);
        }
        let body = self.fetch(url.clone()).await?;
        let client = parse(client_id, &url, &body)?;
        let mut remembered = self.remembered.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        remembered.insert(client_id.to_owned(), (Instant::now(), client.clone()));
        Ok(client)
    }

    fn recall(&self, client_id: &str) -> Option<Client> {
        let remembered = self.remembered.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (fetched, client) = remembered.get(client_id)?;
        (fetched.elapsed() < REMEMBERED_FOR).then(|| client.clone())
    }

    async fn fetch(&self, url: Url) -> Result<Vec<u8>, ClientError> {
        let http = self
            .http
            .as_ref()
            .ok_or_else(|| ClientError::Unreachable("no TLS on this machine".into()))?;
        let unreachable = |error: reqwest::Error| ClientError::Unreachable(causes(&error.without_url()));
        let mut response = http
            .get(url)
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(unreachable)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(ClientError::Unreachable(format!(
                "its server answered {}",
                response.status()
            )));
        }
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let media_type = media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if media_type != "application/json"
            && !(media_type.starts_with("application/") && media_type.ends_with("+json"))
        {
            return Err(ClientError::Document(format!(
                "its content type is `{media_type}`, not application/json"
            )));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(ClientError::Document(format!("it is larger than {MAX_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn http_client() -> Option<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .dns_resolver(CheckedResolver)
        .build()
        .inspect_err(|error| tracing::warn!(%error, "client id metadata documents can't be fetched"))
        .ok()
}

/// The draft's rules for such a URL, and ours for what may be reached at all.
fn check_url(client_id: &str) -> Result<Url, ClientError> {
    let url = Url::parse(client_id).map_err(|_| ClientError::Url("it doesn't parse"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(ClientError::Url("it must use https (http only on loopback)")),
    }
    if url.path() == "/" || url.fragment().is_some() {
        return Err(ClientError::Url("it must have a path and no fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ClientError::Url("it must not contain credentials"));
    }
    // Parsing removes dot segments, default ports and upper case; what differs afterwards was not in normal form.
    if url.as_str() != client_id {
        return Err(ClientError::Url("it must be in normal form, without dot segments"));
    }
    // Names are checked when they are resolved; literal addresses never get there.
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    if literal.is_some_and(|address| !may_connect(address)) {
        return Err(ClientError::Url("its address is neither public nor loopback"));
    }
    Ok(url)
}

fn parse(client_id: &str, url: &Url, body: &[u8]) -> Result<Client, ClientError> {
    let refuse = |reason: String| Err(ClientError::Document(reason));
    let document: Document = serde_json::from_slice(body).map_err(|error| ClientError::Document(error.to_string()))?;
    if document.client_id != client_id {
        return refuse(format!(
            "its client_id is `{}`, not the URL it was fetched from",
            document.client_id
        ));
    }
    // A secret in a public document is none (draft, section 4.1).
    if document.client_secret.is_some() {
        return refuse("it contains a client_secret".into());
    }
    match document.token_endpoint_auth_method.as_deref() {
        None | Some("none") => {}
        Some(other) => {
            return refuse(format!(
                "token_endpoint_auth_method `{other}` isn't supported here, only `none`"
            ));
        }
    }
    if document.redirect_uris.is_empty() || document.redirect_uris.len() > MAX_REDIRECT_URIS {
        return refuse(format!("it must list between 1 and {MAX_REDIRECT_URIS} redirect_uris"));
    }
    for uri in &document.redirect_uris {
        redirects::check(uri).map_err(ClientError::Document)?;
    }
    let host = url.host_str().unwrap_or_default();
    Ok(Client {
        id: client_id.to_owned(),
        name: super::shown_name(document.client_name.as_deref()).unwrap_or_else(|| host.to_owned()),
        redirect_uris: document.redirect_uris,
        confidential: false,
    })
}

/// Resolves names with the operating system and passes on only the addresses that may be connected to. As the
/// connection is made to these very addresses, a name can't resolve differently between check and use.
struct CheckedResolver;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let resolved = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = resolved.filter(|address| may_connect(address.ip())).collect();
            if allowed.is_empty() {
                return Err("the name resolves to no address that is public or loopback".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Loopback, where the developer's own test servers are, and public addresses; not the network in between.
fn may_connect(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if address.is_loopback() {
        return true;
    }
    match address {
        IpAddr::V4(v4) => {
            let [first, second, third, _] = v4.octets();
            !(v4.is_private()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || v4 == Ipv4Addr::UNSPECIFIED
                || first == 0
                || first >= 240
                // Carrier-grade NAT (RFC 6598), protocol assignments (RFC 6890), benchmarking (RFC 2544).
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0 && third == 0)
                || (first == 198 && (18..20).contains(&second)))
        }
        // Global unicast is 2000::/3 (RFC 4291); 6to4 and Teredo in it carry IPv4 addresses of any kind.
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            (first & 0xe000) == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second == 0 || second == 0xdb8))
        }
    }
}

/// An error with its causes, as one sentence.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn never_connects_into_the_developers_network() {
        for address in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "fe80::1",
            "fd00::1",
            "::",
            "ff02::1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
        ] {
            assert!(!may_connect(address.parse().unwrap()), "{address}");
        }
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "1.1.1.1", "2606:4700::1111"] {
            assert!(may_connect(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn errors_when_the_url_is_no_client_id() {
        for url in [
            "https://example.com",
            "https://example.com/",
            "https://example.com/a#b",
            "http://example.com/client.json",
            "https://user@example.com/a",
            "https://example.com/a/../b",
            "https://10.0.0.1/client.json",
            "ftp://example.com/a",
            "https://169.254.169.254/latest/meta-data",
            "https://[fd00::1]/client.json",
            "https://EXAMPLE.com/a",
        ] {
            assert!(matches!(check_url(url), Err(ClientError::Url(_))), "{url}");
        }
        for url in [
            "https://example.com/client.json",
            "http://127.0.0.1:8000/client.json",
            "https://1.1.1.1/client",
        ] {
            check_url(url).unwrap();
        }
    }
}
