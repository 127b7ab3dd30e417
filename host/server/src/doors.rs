//! `Host` and `Origin`: which names the endpoint answers to, and whose web pages may call it.
//!
//! Both stop a web page that reaches the server through a browser: by a name of its own that it has pointed at the server (DNS
//! rebinding), or across origins (MCP, transports, security warning).

use http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN};
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, ORIGIN, VARY};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::settings::SettingsError;

/// The names that are answered to, and the origins that may call.
#[derive(Debug)]
pub(crate) struct Doors {
    hosts: Vec<Authority>,
    origins: Vec<HeaderValue>,
}

/// Why a request isn't let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// `Host` is missing, malformed or not ours.
    Host,
    /// `Origin` is neither the server's own nor on the list.
    Origin,
}

impl Doors {
    /// # Errors
    /// An entry that isn't a host or an origin.
    pub(crate) fn new(public: &Url, hosts: &[String], origins: &[String]) -> Result<Self, SettingsError> {
        let own = authority(public.authority()).ok_or(SettingsError::PublicUrl)?;
        let mut all = vec![own];
        for host in hosts {
            all.push(authority(host).ok_or_else(|| SettingsError::Host(host.clone()))?);
        }
        // A page of the server itself is no stranger.
        let mut allowed = vec![origin_value(&public.origin().ascii_serialization())?];
        for origin in origins {
            allowed.push(origin_value(origin)?);
        }
        Ok(Self {
            hosts: all,
            origins: allowed,
        })
    }

    /// The request's origin, if it has one and may call.
    ///
    /// # Errors
    /// Which of the two is wrong.
    pub(crate) fn admit(&self, request: &Parts) -> Result<Option<HeaderValue>, Closed> {
        if !self.is_ours(request) {
            return Err(Closed::Host);
        }
        let mut origins = request.headers.get_all(ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Ok(None),
            (Some(origin), None) if self.origins.contains(origin) => Ok(Some(origin.clone())),
            _ => Err(Closed::Origin),
        }
    }

    fn is_ours(&self, request: &Parts) -> bool {
        let mut values = request.headers.get_all(HOST).iter();
        let authority = match (values.next(), values.next()) {
            (Some(value), None) => value.as_bytes(),
            // HTTP/2 has it in the URI.
            (None, _) => request
                .uri
                .authority()
                .map_or(&b""[..], |authority| authority.as_str().as_bytes()),
            (Some(_), Some(_)) => return false,
        };
        // The common case needs no parsing.
        self.hosts.iter().any(|ours| ours.as_str().as_bytes() == authority)
            || Authority::try_from(authority).is_ok_and(|asked| self.hosts.iter().any(|ours| matches(ours, &asked)))
    }
}

fn matches(ours: &Authority, asked: &Authority) -> bool {
    !asked.as_str().contains('@')
        && ours.host().eq_ignore_ascii_case(asked.host())
        && ours.port_u16().is_none_or(|port| asked.port_u16() == Some(port))
}

fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let host = authority.host();
    let is_host = !host.is_empty() && !host.contains('*') && !text.contains('@');
    let has_sane_port = text.len() == host.len() || authority.port_u16().is_some();
    (is_host && has_sane_port).then_some(authority)
}

fn origin_value(origin: &str) -> Result<HeaderValue, SettingsError> {
    let error = || SettingsError::Origin(origin.to_owned());
    let url = Url::parse(origin).map_err(|_| error())?;
    if !matches!(url.scheme(), "http" | "https") || url.origin().ascii_serialization() != origin {
        return Err(error());
    }
    HeaderValue::try_from(origin).map_err(|_| error())
}

/// What a browser must read to pass an answer on to the page (Fetch standard, CORS protocol).
pub(crate) fn share_with(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Mcp-Session-Id, WWW-Authenticate"),
    );
}

/// What a browser asks before it sends the request of a page. Any header may be sent: MCP's `Mcp-Param-*` can't be listed.
pub(crate) fn preflight(request: &HeaderMap, headers: &mut HeaderMap) {
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, DELETE"),
    );
    if let Some(asked) = request.get(http::header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::Request;

    fn doors(hosts: &[&str], origins: &[&str]) -> Doors {
        let owned = |list: &[&str]| list.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>();
        Doors::new(
            &"https://mcp.contoso.com/mcp".parse().unwrap(),
            &owned(hosts),
            &owned(origins),
        )
        .unwrap()
    }

    fn admit(doors: &Doors, headers: &[(&str, &str)]) -> Result<Option<HeaderValue>, Closed> {
        let mut request = Request::post("/mcp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        doors.admit(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_public_urls_own_host_is_accepted() {
        let doors = doors(&[], &[]);
        for host in ["mcp.contoso.com", "MCP.contoso.com", "mcp.contoso.com:443"] {
            assert_eq!(admit(&doors, &[("host", host)]), Ok(None), "{host}");
        }
    }

    #[test]
    fn errors_when_the_host_is_missing_foreign_or_repeated() {
        let doors = doors(&["10.0.0.4:8400"], &[]);
        for host in [
            "evil.example",
            "",
            "mcp.contoso.com.evil.example",
            "x@mcp.contoso.com",
            "10.0.0.4",
            "10.0.0.4:80",
        ] {
            assert_eq!(admit(&doors, &[("host", host)]), Err(Closed::Host), "{host}");
        }
        assert_eq!(admit(&doors, &[]), Err(Closed::Host));
        assert_eq!(
            admit(&doors, &[("host", "mcp.contoso.com"), ("host", "mcp.contoso.com")]),
            Err(Closed::Host)
        );
    }

    #[test]
    fn other_hosts_are_accepted_as_configured() {
        let doors = doors(&["10.0.0.4:8400", "localhost"], &[]);
        for host in ["10.0.0.4:8400", "localhost", "localhost:1234"] {
            assert_eq!(admit(&doors, &[("host", host)]), Ok(None), "{host}");
        }
    }

    #[test]
    fn a_request_without_an_origin_passes_and_a_foreign_origin_never_does() {
        let doors = doors(&[], &["https://app.contoso.com"]);
        let host = ("host", "mcp.contoso.com");
        assert_eq!(admit(&doors, &[host]), Ok(None));
        let app = HeaderValue::from_static("https://app.contoso.com");
        assert_eq!(
            admit(&doors, &[host, ("origin", "https://app.contoso.com")]),
            Ok(Some(app))
        );
        for origin in [
            "https://evil.example",
            "null",
            "",
            "http://app.contoso.com",
            "https://app.contoso.com:444",
        ] {
            assert_eq!(
                admit(&doors, &[host, ("origin", origin)]),
                Err(Closed::Origin),
                "{origin}"
            );
        }
        let twice = [
            host,
            ("origin", "https://app.contoso.com"),
            ("origin", "https://evil.example"),
        ];
        assert_eq!(admit(&doors, &twice), Err(Closed::Origin));
    }
}
