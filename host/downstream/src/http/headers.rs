//! Which header fields a tool may send, and which it gets to see.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::DownstreamError;

/// Header fields that a tool may send with one request.
const MAX_FIELDS: usize = 64;

/// Bytes of names and values together, in a request and in an answer. Servers take 8 to 32 KiB.
const MAX_BYTES: usize = 16 * 1024;

/// What a tool may not set: credentials are the host's to attach, the connection is the host's to manage, and what changes
/// where a request goes, whose it seems to be or what it does would get round the grant.
const FORBIDDEN: &[&str] = &[
    // Credentials.
    "authorization",
    "cookie",
    "cookie2",
    "set-cookie",
    "set-cookie2",
    "x-identity-header",
    "x-aws-ec2-metadata-token",
    "x-amz-security-token",
    // Asked for by metadata services, so that a mere redirect can't reach them.
    "metadata",
    "metadata-flavor",
    "x-google-metadata-request",
    // Connection and framing (RFC 9110 §7.6.1, RFC 9112). The host asks for no coding, so that a bound on the size of an
    // answer is one on what comes out of it.
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    // Routing, and who the request seems to come from.
    "client-ip",
    "forwarded",
    "host",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-custom-ip-authorization",
    "x-forwarded",
    "x-host",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    // A method other than the one that the grant allowed.
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// The same by how a name begins: proxies, and the fields by which Azure's front ends tell an application who signed in,
/// and by which its storage is sent to fetch something itself.
const FORBIDDEN_PREFIXES: &[&str] = &[
    "proxy-",
    "sec-",
    "x-forwarded-",
    "x-envoy-",
    "x-arr-",
    "x-appservice-",
    "x-azure-",
    "x-ms-client-principal",
    "x-ms-token-",
    "x-ms-original-",
    "x-ms-forward",
    "x-ms-copy-source",
    "x-ms-rename-source",
    "x-amz-copy-source",
    "x-goog-copy-source",
];

/// What a tool doesn't get to see of an answer: cookies, because nothing would send them back; challenges, because the host
/// has answered those it can; and what is about the connection.
const WITHHELD: &[&str] = &[
    "alt-svc",
    "authentication-info",
    "connection",
    "keep-alive",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// What a tool set, as header fields.
///
/// # Errors
/// [`DownstreamError::Invalid`] for a field that can't be sent or that is the host's.
pub(super) fn outgoing(fields: &[(String, String)]) -> Result<HeaderMap, DownstreamError> {
    let invalid = |what: String| Err(DownstreamError::Invalid(what));
    let bytes: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    if fields.len() > MAX_FIELDS || bytes > MAX_BYTES {
        return invalid(format!(
            "more than {MAX_FIELDS} header fields or {MAX_BYTES} bytes of them"
        ));
    }
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            return invalid(format!("{name:?} is no name of a header field"));
        };
        if is_forbidden(parsed.as_str()) {
            return invalid(format!("the header field {parsed} is the host's to set"));
        }
        let Ok(value) = HeaderValue::from_str(value) else {
            return invalid(format!("the value of the header field {parsed} can't be sent"));
        };
        headers.append(parsed, value);
    }
    Ok(headers)
}

/// Whether a tool may not set a field. The name in lower case.
fn is_forbidden(name: &str) -> bool {
    // An underscore reads as a hyphen in servers that pass header fields on as environment variables.
    let name = name.replace('_', "-");
    FORBIDDEN.contains(&&*name) || FORBIDDEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// What of an answer's header fields a tool gets to see: names in lower case, and only values that are text.
///
/// # Errors
/// [`DownstreamError::TooLarge`] when they are more than 16 KiB.
pub(super) fn incoming(headers: &HeaderMap) -> Result<Vec<(String, String)>, DownstreamError> {
    let mut seen = Vec::with_capacity(headers.len());
    let mut bytes = 0;
    for (name, value) in headers {
        if WITHHELD.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
            continue;
        }
        let Ok(value) = value.to_str() else { continue };
        bytes += name.as_str().len() + value.len();
        if bytes > MAX_BYTES {
            return Err(DownstreamError::TooLarge);
        }
        seen.push((name.as_str().to_owned(), value.to_owned()));
    }
    Ok(seen)
}

/// What a tool set that may go to another origin than the one it was meant for.
pub(super) fn for_another_origin(headers: &HeaderMap) -> HeaderMap {
    use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, USER_AGENT};
    let keep = [ACCEPT, ACCEPT_LANGUAGE, USER_AGENT];
    keep.into_iter()
        .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> Result<HeaderMap, DownstreamError> {
        outgoing(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn errors_when_a_field_carries_credentials_or_changes_the_route() {
        for name in [
            "Authorization",
            "authorization",
            "COOKIE",
            "Host",
            "Proxy-Authorization",
            "proxy-connection",
            "Connection",
            "Content-Length",
            "Transfer-Encoding",
            "TE",
            "Upgrade",
            "Expect",
            "X-Forwarded-For",
            "X_Forwarded_Host",
            "Forwarded",
            "Metadata",
            "Metadata-Flavor",
            "X-IDENTITY-HEADER",
            "X-HTTP-Method-Override",
            "X-MS-CLIENT-PRINCIPAL-ID",
            "x-ms-token-aad-access-token",
            "x-ms-copy-source",
            "X-Original-URL",
            "Sec-Fetch-Site",
            "Accept-Encoding",
        ] {
            assert!(matches!(field(name, "1"), Err(DownstreamError::Invalid(_))), "{name}");
        }
    }

    #[test]
    fn errors_when_a_field_would_break_the_message() {
        for (name, value) in [
            ("a b", "1"),
            ("", "1"),
            (":authority", "1"),
            ("a\r\nhost", "1"),
            ("accept", "1\r\nhost: x"),
            ("accept", "\0"),
        ] {
            assert!(
                matches!(field(name, value), Err(DownstreamError::Invalid(_))),
                "{name:?}: {value:?}"
            );
        }
        let many: Vec<_> = (0..65).map(|n| (format!("x-{n}"), String::new())).collect();
        assert!(outgoing(&many).is_err());
        assert!(field("x-long", &"x".repeat(MAX_BYTES)).is_err());
    }

    #[test]
    fn ordinary_fields_pass() {
        for name in [
            "Accept",
            "Content-Type",
            "If-Match",
            "x-ms-version",
            "X-Request-Id",
            "Idempotency-Key",
            "Prefer",
        ] {
            assert!(field(name, "1").is_ok(), "{name}");
        }
    }

    #[test]
    fn a_tool_sees_neither_cookies_nor_challenges() {
        let fields = [
            ("set-cookie", "session=secret"),
            ("www-authenticate", "Bearer claims=\"x\""),
            ("proxy-authenticate", "Basic"),
            ("transfer-encoding", "chunked"),
            ("etag", "\"1\""),
            ("x-odd", "ok"),
        ];
        let headers = fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let mut seen = incoming(&headers).unwrap();
        seen.sort();
        let expected = [("etag", "\"1\""), ("x-odd", "ok")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_field_for_one_origin_does_not_go_to_another() {
        let headers = outgoing(&[
            ("accept".to_owned(), "text/plain".to_owned()),
            ("x-api-key".to_owned(), "the tool's own".to_owned()),
            ("if-match".to_owned(), "*".to_owned()),
        ])
        .unwrap();
        let kept = for_another_origin(&headers);
        assert_eq!(kept.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }
}
