//! The pages that people see: signing in, a refusal, and what this server is.
//!
//! Rendered here, without scripts or outside assets, under a content security policy that would stop both. Whatever came
//! from a client passes [`Text`] on its way into a page.

pub(crate) mod error;
pub(crate) mod home;
pub(crate) mod sign_in;

use std::fmt::{self, Display, Formatter, Write as _};
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const STYLE: &str = include_str!("page.css");

/// A ticket, as the tab's icon.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath \
                    fill='%23a3224b' d='M2 8h28v5a3 3 0 0 0 0 6v5H2v-5a3 3 0 0 0 0-6z'/%3E%3Cpath stroke='%23fff' \
                    stroke-width='2' stroke-dasharray='2 2' d='M12 9v14'/%3E%3C/svg%3E";

/// The source expression that allows exactly our style sheet.
static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, STYLE.as_bytes()))));

/// One page.
struct Page<'a> {
    status: StatusCode,
    title: &'a str,
    /// HTML, already escaped.
    body: String,
    /// Where the page's forms may lead, redirects included; empty for pages without one.
    form_action: String,
}

impl Page<'_> {
    fn response(self) -> Response {
        let forms = if self.form_action.is_empty() {
            "'none'".to_owned()
        } else {
            format!("'self' {}", self.form_action)
        };
        let policy = format!(
            "default-src 'none'; script-src 'none'; style-src {}; img-src data:; form-action {forms}; base-uri 'none'; \
             frame-ancestors 'none'",
            *STYLE_SOURCE
        );
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{} · usher</title>\n<link rel=\"icon\" href=\"{ICON}\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <p class=\"notice\"><strong>Local development.</strong> This page comes from usher on your own machine. It \
             is not Microsoft’s, and asks for no password.</p>\n{}\n</body>\n</html>\n",
            Text(self.title),
            self.body
        );
        let fixed = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            // Not `no-referrer`: under that, Chromium sends a form's `Origin` as `null`.
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (
                HeaderName::from_static("x-robots-tag"),
                HeaderValue::from_static("noindex"),
            ),
        ];
        match HeaderValue::from_str(&policy) {
            Ok(policy) => (
                self.status,
                fixed,
                [(header::CONTENT_SECURITY_POLICY, policy)],
                Html(html),
            )
                .into_response(),
            // No page at all rather than one without its policy.
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// Text that is shown as it is, whatever it contains: fit for HTML text and for quoted attributes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// The initial on a persona's ticket.
fn initial(name: &str) -> &str {
    name.char_indices().nth(1).map_or(name, |(end, _)| &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_text_never_becomes_markup() {
        let text = Text("<script>alert(\"1\")</script> & 'x'").to_string();
        assert_eq!(
            text,
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
        );
    }
}
