//! A request as Graph reads it: segments of the path, query options, the few headers that mean something.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::answer::GraphError;
use crate::guard::is_json;

/// The path below which the version that is served here stands.
const BASE: &str = "/graph/v1.0/";

/// One request, alone or of a batch.
pub(crate) struct GraphRequest {
    pub(crate) method: Method,
    /// The path's segments below the version, decoded.
    pub(crate) segments: Vec<String>,
    /// The segments in lower case: Graph's own names are the same in any case.
    lower: Vec<String>,
    query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl GraphRequest {
    /// A request from the network, its body yet to come.
    pub(crate) fn received(parts: &Parts) -> Result<Self, GraphError> {
        let path = parts.uri.path();
        let below = path
            .strip_prefix(BASE)
            .ok_or_else(|| GraphError::no_such_segment(path))?;
        let query = parts.uri.query().unwrap_or_default();
        Self::new(parts.method.clone(), below, query, parts.headers.clone())
    }

    /// A request of a batch, whose address is relative to the version.
    pub(crate) fn relative(method: Method, address: &str, headers: HeaderMap) -> Result<Self, GraphError> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Self::new(method, path.trim_start_matches('/'), query, headers)
    }

    fn new(method: Method, path: &str, query: &str, headers: HeaderMap) -> Result<Self, GraphError> {
        let segments: Vec<String> = path.split('/').map(decode).collect::<Result<_, _>>()?;
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (at, (name, _)) in query.iter().enumerate() {
            if name.starts_with('$') && query[..at].iter().any(|(before, _)| before == name) {
                return Err(GraphError::repeated_option(name));
            }
        }
        Ok(Self {
            method,
            lower: segments.iter().map(|segment| segment.to_ascii_lowercase()).collect(),
            segments,
            query,
            headers,
            body: Bytes::new(),
        })
    }

    /// The path, to compare with Graph's names in lower case.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.lower.iter().map(String::as_str).collect()
    }

    /// A query option's value.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Refuses OData's options other than these, which Graph does rather than answer something else than was asked.
    pub(crate) fn only_options(&self, allowed: &[&str]) -> Result<(), GraphError> {
        let unknown = |name: &str| name.starts_with('$') && !allowed.contains(&name);
        match self.query.iter().find(|(name, _)| unknown(name)) {
            Some((name, _)) => Err(GraphError::option_not_allowed(name)),
            None => Ok(()),
        }
    }

    /// Whether the caller accepts an answer that may be minutes old, which advanced queries demand.
    pub(crate) fn eventual(&self) -> bool {
        let level = self.headers.get(HeaderName::from_static("consistencylevel"));
        level.is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
    }

    /// The body, which must be JSON and say so.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, GraphError> {
        if !is_json(&self.headers) {
            return Err(GraphError::unreadable_body());
        }
        serde_json::from_slice(&self.body).map_err(|_| GraphError::unreadable_body())
    }
}

/// Decodes a segment's percent-encoding. Unlike in a form, `+` is a plus.
fn decode(segment: &str) -> Result<String, GraphError> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.ok_or_else(GraphError::malformed_address)?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).map_err(|_| GraphError::malformed_address())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded_once_and_only_if_it_can_be() {
        for (text, decoded) in [
            ("plain", Some("plain")),
            ("a%20b", Some("a b")),
            ("a+b", Some("a+b")),
            ("%252F", Some("%2F")),
            ("caf%C3%A9", Some("café")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
            ("%ff", None),
        ] {
            assert_eq!(decode(text).ok().as_deref(), decoded, "{text}");
        }
    }

    #[test]
    fn a_relative_address_has_segments_and_options() {
        let request = GraphRequest::relative(
            Method::GET,
            "/me/transitiveMemberOf?$filter=id%20eq%20'x'&$top=1",
            HeaderMap::new(),
        )
        .unwrap();
        assert_eq!(request.names(), ["me", "transitivememberof"]);
        assert_eq!(request.segments, ["me", "transitiveMemberOf"]);
        assert_eq!(request.option("$filter"), Some("id eq 'x'"));
        assert!(request.only_options(&["$filter", "$top"]).is_ok());
        assert!(request.only_options(&["$filter"]).is_err());
    }

    #[test]
    fn errors_when_an_option_is_given_twice() {
        assert!(GraphRequest::relative(Method::GET, "/me?$select=id&$select=mail", HeaderMap::new()).is_err());
    }
}
