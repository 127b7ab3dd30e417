//! The bearer token that a request to one of the APIs here presents.

use axum::http::{HeaderMap, header};

/// The token of the one `Authorization` header (RFC 6750, section 2.1): neither a query nor a body may carry it, and of two
/// headers nobody could say which counts.
pub(crate) fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn presented_by(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        presented(&headers).map(str::to_owned)
    }

    #[test]
    fn exactly_one_header_presents_a_token() {
        assert_eq!(presented_by(&["Bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(presented_by(&["bearer a.b.c"]).as_deref(), Some("a.b.c"));
        for values in [
            &[][..],
            &["Bearer a.b.c", "Bearer a.b.c"],
            &["Basic a.b.c"],
            &["Bearer"],
            &["Bearer "],
            &["a.b.c"],
        ] {
            assert_eq!(presented_by(values), None, "{values:?}");
        }
    }
}
