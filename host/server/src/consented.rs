//! The page that Microsoft Entra returns a person to when they have consented, or haven't.
//!
//! The consent itself is recorded at Entra by then; nothing is left to do but to tell the person so. What stands in the query
//! decides which of a few fixed texts is shown, and no part of it gets into the page, the log or another request: the
//! authorization code in it is nobody's use and expires by itself.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::RawQuery;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

/// The path of the page that Entra returns a person to after consent: with the public origin before it, a redirect URI of the
/// app registration.
pub const PATH: &str = "/consented";

const STYLE: &str = include_str!("consented.css");

/// No script, no form, no frame, no asset, and no style but this one.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ))
    .expect("base64 and the rest are printable ASCII")
});

/// How it went, as far as the query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Given,
    Declined,
    Failed,
    /// Nobody comes from Entra like this.
    Unknown,
}

/// The route. It answers to anybody: whoever comes has no token of ours in the browser.
pub(crate) fn page() -> Router {
    Router::new().route(
        PATH,
        get(async |RawQuery(query)| answer(query.as_deref().unwrap_or_default())),
    )
}

fn answer(query: &str) -> Response {
    let (title, paragraphs) = Ending::of(query).texts();
    let paragraphs: String = paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · usher</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n{paragraphs}</main>\n</body>\n</html>\n"
    );
    let mut response = Response::new(html.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address has an authorization code in it.
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

impl Ending {
    /// Reads an authorization response (RFC 6749 §4.1.2), or that of an administrator's consent, which has `admin_consent`
    /// instead of a code.
    fn of(query: &str) -> Self {
        let mut ending = Self::Unknown;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("error", "access_denied") => return Self::Declined,
                ("error", _) => return Self::Failed,
                ("code", _) => ending = Self::Given,
                ("admin_consent", value) if value.eq_ignore_ascii_case("true") => ending = Self::Given,
                _ => {}
            }
        }
        ending
    }

    /// HTML: a title and paragraphs. All fixed.
    fn texts(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Given => (
                "Consent is given",
                &["You can close this page. Go back to where you came from and try again what you were about to do."],
            ),
            Self::Declined => (
                "Consent was declined",
                &[
                    "Nothing has changed, and the tool that asked still can’t act on your behalf.",
                    "If you change your mind, open the link again. If you were told that an administrator must approve, \
                     ask yours.",
                ],
            ),
            Self::Failed => (
                "Consent could not be given",
                &[
                    "Microsoft Entra ended the request with an error, and nothing has changed.",
                    "Open the link again. If that leads here once more, tell your administrator.",
                ],
            ),
            Self::Unknown => (
                "Nothing to do here",
                &["This is where Microsoft Entra returns you to after you have been asked for consent."],
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_how_it_went() {
        for (query, ending) in [
            ("code=0.AXoA&session_state=x", Ending::Given),
            (
                "admin_consent=True&tenant=11111111-1111-4111-8111-111111111111",
                Ending::Given,
            ),
            ("admin_consent=False", Ending::Unknown),
            (
                "error=access_denied&error_subcode=cancel&error_description=AADSTS65004",
                Ending::Declined,
            ),
            ("error=consent_required", Ending::Failed),
            ("error=server_error&code=x", Ending::Failed),
            ("code=x&error=server_error", Ending::Failed),
            ("", Ending::Unknown),
            ("%", Ending::Unknown),
        ] {
            assert_eq!(Ending::of(query), ending, "{query}");
        }
    }
}
