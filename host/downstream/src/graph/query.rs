//! The query of a Graph request, and what it demands of the headers.

use usher_policy::GraphPath;

/// The query as it goes over the wire, without the question mark.
pub(super) fn encode(query: &[(String, String)]) -> String {
    let mut encoded = String::new();
    for (name, value) in query {
        if !encoded.is_empty() {
            encoded.push('&');
        }
        push_encoded(&mut encoded, name);
        encoded.push('=');
        push_encoded(&mut encoded, value);
    }
    encoded
}

/// What may stand for itself in names and values (RFC 3986 §3.4), without what separates them and without `+`, which some
/// servers read as a space. `$` stays, because the names of OData's options begin with it.
fn push_encoded(encoded: &mut String, text: &str) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~$(),:/@!*".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
            encoded.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
    }
}

/// Whether the request is an advanced query on directory objects, which needs `ConsistencyLevel: eventual`: it counts, or
/// searches (Microsoft Graph documentation, "Advanced query capabilities on Microsoft Entra ID objects"). Advanced filters
/// need `$count=true` as well, so that counting tells them. Elsewhere Graph ignores the header.
pub(super) fn is_advanced(path: &GraphPath, query: &[(String, String)]) -> bool {
    let counts = query.iter().any(|(name, value)| match name.trim_start_matches('$') {
        name if name.eq_ignore_ascii_case("count") => value.eq_ignore_ascii_case("true"),
        name => name.eq_ignore_ascii_case("search"),
    });
    counts
        || path
            .segments()
            .last()
            .is_some_and(|segment| segment.eq_ignore_ascii_case("$count"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
        query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_value_can_not_become_another_option() {
        let query = pairs(&[
            ("$select", "id,displayName"),
            ("$filter", "name eq 'a&$top=1#x+y'"),
            ("ä", "%2e"),
        ]);
        assert_eq!(
            encode(&query),
            "$select=id,displayName&$filter=name%20eq%20%27a%26$top%3D1%23x%2By%27&%C3%A4=%252e"
        );
    }

    #[test]
    fn counting_and_searching_are_advanced() {
        let me = GraphPath::parse("/me/messages").unwrap();
        for (query, advanced) in [
            (pairs(&[("$count", "true")]), true),
            (pairs(&[("count", "True")]), true),
            (pairs(&[("$count", "false")]), false),
            (pairs(&[("$search", "\"displayName:a\"")]), true),
            (pairs(&[("$select", "id")]), false),
        ] {
            assert_eq!(is_advanced(&me, &query), advanced, "{query:?}");
        }
        let counted = GraphPath::parse("/me/transitiveMemberOf/microsoft.graph.group/$count").unwrap();
        assert!(is_advanced(&counted, &[]));
    }
}
