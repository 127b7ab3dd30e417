//! Which redirect URIs may be registered, and which requests match a registered one.

use url::Url;

use crate::settings::is_loopback;

/// Editors' own URI schemes. RFC 8252, section 7.1, wants private-use schemes to be reversed domain names; these are
/// not, but MCP clients register them.
const EDITOR_SCHEMES: [&str; 4] = ["cursor", "vscode", "vscode-insiders", "windsurf"];

/// Checks a redirect URI that a client wants to register, and says in words what is wrong with it.
///
/// RFC 6749, section 3.1.2: absolute and without a fragment. RFC 8252, section 7: `https`; `http` on loopback; or a
/// private-use scheme.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|_| format!("`{text}` is not an absolute URI"))?;
    if url.fragment().is_some() {
        return Err(format!("`{text}` has a fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("`{text}` contains credentials"));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(format!("`{text}` uses http and isn't on loopback")),
        scheme if scheme.contains('.') || EDITOR_SCHEMES.contains(&scheme) => Ok(()),
        scheme => Err(format!(
            "the scheme `{scheme}` is not https, nor a reversed domain name (RFC 8252)"
        )),
    }
}

/// Whether a request's redirect URI is a registered one: the same string or, for loopback, the same but for the port,
/// which a native app can't know beforehand (RFC 8252, section 7.3). Returns the URL to redirect to.
pub(crate) fn find(registered: &[String], requested: &str) -> Option<Url> {
    let url = Url::parse(requested).ok().filter(|url| url.fragment().is_none())?;
    let matches = registered.iter().any(|known| {
        known == requested
            || Url::parse(known).is_ok_and(|known| {
                known.scheme() == "http"
                    && url.scheme() == "http"
                    && is_loopback(&known)
                    && known.host() == url.host()
                    && known.path() == url.path()
                    && known.query() == url.query()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
    });
    matches.then_some(url)
}

/// The sources that the sign-in page's `form-action` must list besides `'self'`.
///
/// Chromium applies the directive to every redirect that follows a form: not only ours to the client, but also those
/// by which the client's own callback sends the person on, to its website or into an editor. None of them is known here,
/// so whole schemes are listed; what the directive still stops is a form that runs script.
pub(crate) fn form_action_sources(redirect: &Url) -> String {
    let mut schemes = vec!["http", "https"];
    schemes.extend(EDITOR_SCHEMES);
    if !schemes.contains(&redirect.scheme()) {
        schemes.push(redirect.scheme());
    }
    schemes
        .iter()
        .map(|scheme| format!("{scheme}:"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn errors_when_a_redirect_could_leak_the_code() {
        for uri in [
            "callback",
            "/callback",
            "http://example.com/callback",
            "https://example.com/callback#here",
            "https://user:secret@example.com/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "myapp://callback",
        ] {
            assert!(check(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn accepts_what_native_apps_use() {
        for uri in [
            "https://vscode.dev/redirect",
            "http://127.0.0.1:33418/",
            "http://localhost:6274/oauth/callback",
            "http://[::1]:1234/cb",
            "com.example.app:/callback",
            "cursor://anysphere.cursor-mcp/oauth/callback",
        ] {
            check(uri).unwrap();
        }
    }

    #[test]
    fn a_form_may_lead_to_the_client_and_onwards() {
        let sources = |redirect| form_action_sources(&Url::parse(redirect).unwrap());
        assert_eq!(
            sources("http://127.0.0.1:1/cb"),
            "http: https: cursor: vscode: vscode-insiders: windsurf:"
        );
        assert!(sources("com.example.app:/cb").ends_with(" com.example.app:"));
    }

    #[test]
    fn loopback_matches_at_any_port_and_nothing_else_is_loose() {
        let registered = [
            "http://127.0.0.1:33418/cb".to_owned(),
            "https://example.com/cb".to_owned(),
        ];
        for (uri, expected) in [
            ("http://127.0.0.1:33418/cb", true),
            ("http://127.0.0.1:5/cb", true),
            ("http://127.0.0.1/cb", true),
            ("http://localhost:33418/cb", false),
            ("http://127.0.0.1:33418/other", false),
            ("http://127.0.0.1:33418/cb?x=1", false),
            ("http://x@127.0.0.1:33418/cb", false),
            ("https://127.0.0.1:33418/cb", false),
            ("https://example.com/cb", true),
            ("https://example.com:444/cb", false),
            ("https://example.com/cb/", false),
            ("https://example.com/cb#f", false),
        ] {
            assert_eq!(find(&registered, uri).is_some(), expected, "{uri}");
        }
    }
}
