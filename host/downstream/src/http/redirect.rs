//! Where a redirect leads, and with what.
//!
//! Redirects are followed by hand, so that each hop is judged like a request of its own: the grant is asked again, the
//! address is checked again, and the credential is the one that the grant has for the new origin, if any.

use reqwest::{
    StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, HeaderMap, LOCATION},
};
use usher_policy::Method;

use super::{Hop, headers};
use crate::DownstreamError;

/// Redirects that one request may go through.
pub(super) const MAX_REDIRECTS: usize = 5;

/// The hop that an answer sends on to; None when the answer is the end.
///
/// Methods change as browsers do it (WHATWG Fetch, "HTTP-redirect fetch"; RFC 9110 §15.4): 303 turns everything but HEAD
/// into GET, 301 and 302 turn POST into GET, 307 and 308 turn nothing.
///
/// To another origin only GET and HEAD are sent on: the first origin would else choose what is changed at the second, with
/// the caller's credential for it.
///
/// # Errors
/// [`DownstreamError::Unavailable`] when the target can't be read, [`DownstreamError::NotGranted`] when it may not be
/// followed there.
pub(super) fn next(hop: &Hop, status: StatusCode, answer: &HeaderMap) -> Result<Option<Hop>, DownstreamError> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.get(LOCATION) else {
        return Ok(None);
    };
    let mut url = location
        .to_str()
        .ok()
        .and_then(|location| hop.url.join(location).ok())
        .ok_or_else(|| DownstreamError::Unavailable("a redirect names no address that can be read".to_owned()))?;
    url.set_fragment(None);
    let method = match (status.as_u16(), hop.method) {
        (303, method) if method != Method::Head => Method::Get,
        (301 | 302, Method::Post) => Method::Get,
        (_, method) => method,
    };
    let is_same_origin = url.origin() == hop.url.origin();
    if !is_same_origin && !matches!(method, Method::Get | Method::Head) {
        return Err(DownstreamError::NotGranted(format!(
            "a redirect of {} to another origin, {}",
            hop.url.origin().ascii_serialization(),
            url.origin().ascii_serialization(),
        )));
    }
    let mut kept = if is_same_origin {
        hop.headers.clone()
    } else {
        headers::for_another_origin(&hop.headers)
    };
    let keeps_body = method == hop.method;
    if !keeps_body {
        for name in [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE] {
            kept.remove(name);
        }
    }
    Ok(Some(Hop {
        method,
        url,
        headers: kept,
        // A body goes with the method that it was for, and never to another origin.
        body: hop.body.clone().filter(|_| keeps_body && is_same_origin),
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn hop(method: Method) -> Hop {
        Hop {
            method,
            url: "https://a.example/x?y=1".parse().unwrap(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, "text/plain".parse().unwrap())]),
            body: Some("body".into()),
        }
    }

    fn followed(method: Method, status: u16, location: &str) -> Result<Option<Hop>, DownstreamError> {
        let answer = HeaderMap::from_iter([(LOCATION, location.parse().unwrap())]);
        next(&hop(method), status.try_into().unwrap(), &answer)
    }

    #[test]
    fn methods_change_as_browsers_do_it() {
        for (method, status, expected) in [
            (Method::Post, 301, Method::Get),
            (Method::Post, 302, Method::Get),
            (Method::Post, 303, Method::Get),
            (Method::Post, 307, Method::Post),
            (Method::Post, 308, Method::Post),
            (Method::Put, 301, Method::Put),
            (Method::Put, 302, Method::Put),
            (Method::Put, 303, Method::Get),
            (Method::Delete, 303, Method::Get),
            (Method::Head, 303, Method::Head),
            (Method::Head, 302, Method::Head),
            (Method::Get, 302, Method::Get),
        ] {
            let next = followed(method, status, "/z#part").unwrap().unwrap();
            assert_eq!(next.method, expected, "{method:?} {status}");
            assert_eq!(next.url.as_str(), "https://a.example/z");
            let kept = expected == method;
            assert_eq!(next.body.is_some(), kept, "{method:?} {status}");
            assert_eq!(next.headers.contains_key(CONTENT_TYPE), kept, "{method:?} {status}");
        }
    }

    #[test]
    fn a_write_is_never_sent_on_to_another_origin() {
        for (method, status) in [
            (Method::Post, 307),
            (Method::Put, 302),
            (Method::Delete, 308),
            (Method::Patch, 301),
        ] {
            for location in [
                "https://b.example/x",
                "http://a.example/x",
                "https://a.example:8443/x",
                "//b.example/",
            ] {
                let refused = followed(method, status, location);
                assert!(
                    matches!(refused, Err(DownstreamError::NotGranted(_))),
                    "{method:?} {status} {location}"
                );
            }
        }
        let next = followed(Method::Post, 303, "https://b.example/x").unwrap().unwrap();
        assert_eq!((next.method, next.body), (Method::Get, None));
        assert!(next.headers.is_empty());
    }

    #[test]
    fn other_answers_are_the_end() {
        for status in [200, 300, 304, 305, 306, 404] {
            assert!(followed(Method::Get, status, "/z").unwrap().is_none(), "{status}");
        }
        let silent = next(&hop(Method::Get), StatusCode::FOUND, &HeaderMap::new());
        assert!(silent.unwrap().is_none());
    }
}
