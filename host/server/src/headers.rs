//! The few headers of a request that its answer may depend on once the protocol layer has the request.

use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

/// MCP's header for the revision.
pub(crate) const PROTOCOL_VERSION: &str = "mcp-protocol-version";
/// MCP's headers for what the body says too: the method, and what it is about.
pub(crate) const METHOD: &str = "mcp-method";
pub(crate) const NAME: &str = "mcp-name";
/// MCP's header for the session.
pub(crate) const SESSION_ID: &str = "mcp-session-id";

/// What a request said in MCP's headers, and whether it said that its body is JSON.
#[derive(Debug)]
pub(crate) struct McpHeaders {
    mcp: Vec<(HeaderName, HeaderValue)>,
    says_json: bool,
}

impl McpHeaders {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mcp = headers.iter().filter(|(name, _)| name.as_str().starts_with("mcp-"));
        Self {
            mcp: mcp.map(|(name, value)| (name.clone(), value.clone())).collect(),
            says_json: says_json(headers),
        }
    }

    /// Whether the request names a session.
    pub(crate) fn names_session(&self) -> bool {
        self.get(SESSION_ID).is_some()
    }

    /// The revision that the request names.
    pub(crate) fn protocol_version(&self) -> Option<&HeaderValue> {
        self.get(PROTOCOL_VERSION)
    }

    /// Whether the request says that its body is JSON.
    pub(crate) fn says_json(&self) -> bool {
        self.says_json
    }

    /// Headers that say the same to the protocol layer as those of the request, which has found its media types good.
    pub(crate) fn again(&self) -> HeaderMap {
        let mut headers: HeaderMap = self.mcp.iter().cloned().collect();
        // There must be one, whichever: the request's was checked at the door.
        headers.insert(HOST, HeaderValue::from_static("localhost"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers
    }

    fn get(&self, name: &str) -> Option<&HeaderValue> {
        self.mcp.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let essence = value.split_once(';').map_or(value, |(essence, _)| essence);
            essence.trim().eq_ignore_ascii_case("application/json")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_said_in_mcps_headers_is_said_again_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer x"),
            ("content-type", "Application/JSON; charset=utf-8"),
            ("mcp-session-id", "s"),
            ("mcp-param-region", "eu"),
            ("mcp-param-region", "us"),
            ("x-forwarded-for", "10.0.0.1"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let kept = McpHeaders::of(&headers);
        assert!(kept.says_json() && kept.names_session() && kept.protocol_version().is_none());
        let again = kept.again();
        assert_eq!(again.get_all("mcp-param-region").iter().count(), 2);
        assert_eq!(again.len(), 6, "{again:?}");
        assert!(!again.contains_key("authorization"));
    }

    #[test]
    fn json_is_said_by_the_media_type_alone() {
        let says = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            McpHeaders::of(&headers).says_json()
        };
        assert!(says("application/json") && says(" application/json ; charset=utf-8"));
        assert!(!says("text/plain; application/json") && !says("application/json-patch+json"));
        assert!(!McpHeaders::of(&HeaderMap::new()).says_json());
    }
}
