//! OAuth 2.0 Protected Resource Metadata (RFC 9728), and the challenges that lead a client to it.
//!
//! A client that is refused reads `resource_metadata` in the `WWW-Authenticate` header (RFC 9728 §5.1), fetches the
//! document, learns there who issues tokens and which scopes to ask for, and comes back. All of it is computed once, from
//! configuration: nothing depends on a request, so no `Host` or `X-Forwarded-*` header can redirect a client.

use http::HeaderValue;
use serde::Serialize;
use url::Url;

use crate::http_client::is_protected;

/// The well-known path of RFC 9728 §3.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The one text that every bad token gets.
const INVALID_TOKEN: &str =
    "The access token is missing, malformed, expired, or not valid for this resource. Sign in again.";

/// The text for a token that lacks a scope.
const INSUFFICIENT_SCOPE: &str = "The access token does not carry the scope that this resource requires.";

/// This server as an OAuth 2.0 protected resource: its metadata document and its challenges.
#[derive(Debug, Clone)]
pub struct ProtectedResource {
    document: String,
    metadata_path: String,
    no_credentials: HeaderValue,
    invalid_token: HeaderValue,
    insufficient_scope: HeaderValue,
}

/// Which `WWW-Authenticate` value to send (RFC 6750 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// With 401, when a request has no credentials: names no error.
    NoCredentials,
    /// With 401, for every token that isn't accepted: `error="invalid_token"`.
    InvalidToken,
    /// With 403, for a good token without the scope: `error="insufficient_scope"`.
    InsufficientScope,
}

/// The document of RFC 9728 §2, with the members that MCP clients read.
#[derive(Serialize)]
struct Document<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    scopes_supported: &'a [String],
    /// Only the header of RFC 6750 §2.1.
    bearer_methods_supported: [&'a str; 1],
}

/// Metadata that clients could not use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Clients send the resource to Entra as it stands here (RFC 8707), and Entra compares it with the App ID URIs
    /// character for character.
    #[error("the resource {resource:?} is not usable: {problem}")]
    Resource {
        /// What was given.
        resource: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// RFC 8414 §2: an issuer is an https URL without query and fragment.
    #[error(
        "the authorization server {0:?} is not usable: it must be an https URL (http is accepted for a loopback address only) without query and fragment"
    )]
    AuthorizationServer(String),
    /// Nothing to ask for.
    #[error("there must be at least one scope")]
    NoScope,
    /// Entra resolves a scope by the App ID URI before it; a bare name belongs to Microsoft Graph.
    #[error(
        "the scope {0:?} is not usable: it must be written with its App ID URI, as https://host/mcp/user_impersonation, and be no OpenID Connect scope"
    )]
    Scope(String),
}

impl ProtectedResource {
    /// Describes the resource.
    ///
    /// * `resource`: the public URL of the MCP endpoint, `https://host/mcp`; with a path, because some clients add a
    ///   slash to a URL without one, and without a trailing slash.
    /// * `authorization_server`: the issuer, `https://login.microsoftonline.com/{tenant}/v2.0`.
    /// * `scopes`: in full, `https://host/mcp/user_impersonation`; all of them are in every challenge.
    ///
    /// # Errors
    /// When a client could not use what was given.
    pub fn new(resource: &str, authorization_server: &str, scopes: &[String]) -> Result<Self, MetadataError> {
        let url = resource_url(resource)?;
        if !Url::parse(authorization_server)
            .is_ok_and(|url| is_protected(&url) && is_plain(&url) && is_quotable(authorization_server))
        {
            return Err(MetadataError::AuthorizationServer(authorization_server.to_owned()));
        }
        if scopes.is_empty() {
            return Err(MetadataError::NoScope);
        }
        if let Some(scope) = scopes
            .iter()
            .find(|scope| !(is_quotable(scope) && scope.contains("://")))
        {
            return Err(MetadataError::Scope(scope.clone()));
        }

        let document = Document {
            resource,
            authorization_servers: [authorization_server],
            scopes_supported: scopes,
            bearer_methods_supported: ["header"],
        };
        let document = serde_json::to_string(&document).expect("a struct of strings always serialises");
        // RFC 9728 §3.1: the well-known path goes between host and path.
        let metadata_path = format!("{WELL_KNOWN}{}", url.path());
        let metadata_url = format!("{}{metadata_path}", url.origin().ascii_serialization());
        let challenge = |error: Option<(&str, &str)>| {
            let mut parameters = Vec::new();
            if let Some((code, description)) = error {
                parameters.push(("error", code));
                parameters.push(("error_description", description));
            }
            let scope = scopes.join(" ");
            parameters.push(("scope", &scope));
            parameters.push(("resource_metadata", &metadata_url));
            bearer_challenge(&parameters)
        };
        Ok(Self {
            no_credentials: challenge(None),
            invalid_token: challenge(Some(("invalid_token", INVALID_TOKEN))),
            insufficient_scope: challenge(Some(("insufficient_scope", INSUFFICIENT_SCOPE))),
            document,
            metadata_path,
        })
    }

    /// The document, as JSON; served as `application/json` without authentication.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Where the document must be served: at the path of RFC 9728 §3.1, which challenges name, and at the root
    /// well-known path, where MCP clients look second.
    #[must_use]
    pub fn metadata_paths(&self) -> [&str; 2] {
        [&self.metadata_path, WELL_KNOWN]
    }

    /// The value of the `WWW-Authenticate` header.
    #[must_use]
    pub fn challenge(&self, challenge: Challenge) -> &HeaderValue {
        match challenge {
            Challenge::NoCredentials => &self.no_credentials,
            Challenge::InvalidToken => &self.invalid_token,
            Challenge::InsufficientScope => &self.insufficient_scope,
        }
    }
}

fn resource_url(resource: &str) -> Result<Url, MetadataError> {
    let error = |problem| MetadataError::Resource {
        resource: resource.to_owned(),
        problem,
    };
    let url = Url::parse(resource).map_err(|_| error("it must be a URL"))?;
    if !is_protected(&url) {
        return Err(error("it must be https (http is accepted for a loopback address only)"));
    }
    if !is_plain(&url) {
        return Err(error("it must have no query, fragment, user name or password"));
    }
    if url.path() == "/" || resource.ends_with('/') {
        return Err(error("it must have a path, such as /mcp, and no trailing slash"));
    }
    if url.as_str() != resource || !is_quotable(resource) {
        return Err(error(
            "it is not in normal form (lower-case host, no default port, no characters to be escaped)",
        ));
    }
    Ok(url)
}

fn is_plain(url: &Url) -> bool {
    url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}

/// The characters of a scope token (RFC 6749 §3.3), which need no escape in a quoted string.
fn is_quotable(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// The value of a `WWW-Authenticate` header: `Bearer` with parameters as quoted strings (RFC 9110 §11.6.1, §5.6.4).
///
/// # Panics
/// When a value isn't printable ASCII without quotes and backslashes: callers have checked what they put in.
#[must_use]
pub fn bearer_challenge(parameters: &[(&str, &str)]) -> HeaderValue {
    let parameters: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    HeaderValue::try_from(format!("Bearer {}", parameters.join(", ")))
        .expect("every value was checked to be printable ASCII without quotes and backslashes")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
    const SCOPE: &str = "https://mcp.contoso.com/mcp/user_impersonation";

    fn resource(resource: &str) -> Result<ProtectedResource, MetadataError> {
        ProtectedResource::new(resource, ISSUER, &[SCOPE.to_owned()])
    }

    fn contoso() -> ProtectedResource {
        resource("https://mcp.contoso.com/mcp").unwrap()
    }

    #[test]
    fn the_document_has_exactly_these_members() {
        let document: serde_json::Value = serde_json::from_str(contoso().document()).unwrap();
        let expected = serde_json::json!({
            "resource": "https://mcp.contoso.com/mcp",
            "authorization_servers": [ISSUER],
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn the_document_is_found_at_the_inserted_and_at_the_root_path() {
        let paths = [
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource",
        ];
        assert_eq!(contoso().metadata_paths(), paths);
    }

    #[test]
    fn without_credentials_the_challenge_names_no_error() {
        let expected = format!(
            "Bearer scope=\"{SCOPE}\", resource_metadata=\"https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp\""
        );
        assert_eq!(
            contoso().challenge(Challenge::NoCredentials).to_str().unwrap(),
            expected
        );
    }

    #[test]
    fn errors_are_named_with_scope_and_metadata() {
        for (challenge, code) in [
            (Challenge::InvalidToken, "invalid_token"),
            (Challenge::InsufficientScope, "insufficient_scope"),
        ] {
            let resource = contoso();
            let value = resource.challenge(challenge).to_str().unwrap();
            assert!(
                value.starts_with(&format!("Bearer error=\"{code}\", error_description=\"")),
                "{value}"
            );
            assert!(value.contains(&format!("scope=\"{SCOPE}\"")), "{value}");
            assert!(
                value.contains("resource_metadata=\"https://mcp.contoso.com/.well-known/"),
                "{value}"
            );
        }
    }

    #[test]
    fn every_scope_is_in_the_challenge() {
        let scopes = [SCOPE.to_owned(), "https://mcp.contoso.com/mcp/admin".to_owned()];
        let resource = ProtectedResource::new("https://mcp.contoso.com/mcp", ISSUER, &scopes).unwrap();
        let value = resource.challenge(Challenge::InsufficientScope).to_str().unwrap();
        assert!(
            value.contains(&format!("scope=\"{SCOPE} https://mcp.contoso.com/mcp/admin\"")),
            "{value}"
        );
    }

    #[test]
    fn the_metadata_address_keeps_the_port() {
        let resource = resource("http://127.0.0.1:8400/mcp").unwrap();
        let value = resource.challenge(Challenge::NoCredentials).to_str().unwrap();
        assert!(
            value.ends_with("\"http://127.0.0.1:8400/.well-known/oauth-protected-resource/mcp\""),
            "{value}"
        );
    }

    #[test]
    fn errors_when_entra_or_a_client_could_not_use_the_resource() {
        for text in [
            "mcp",
            "http://mcp.contoso.com/mcp",
            "https://mcp.contoso.com",
            "https://mcp.contoso.com/",
            "https://mcp.contoso.com/mcp/",
            "https://mcp.contoso.com/mcp?x",
            "https://mcp.contoso.com/mcp#x",
            "https://MCP.contoso.com/mcp",
            "https://mcp.contoso.com:443/mcp",
            "https://mcp.contoso.com/m\"cp",
        ] {
            assert!(matches!(resource(text), Err(MetadataError::Resource { .. })), "{text}");
        }
    }

    #[test]
    fn errors_when_a_scope_is_not_fully_qualified_or_would_break_the_quoting() {
        for scope in [
            "user_impersonation",
            "offline_access",
            "openid",
            "",
            "https://x/a b",
            "https://x/\"",
            "https://x/\\",
        ] {
            let made = ProtectedResource::new("https://mcp.contoso.com/mcp", ISSUER, &[scope.to_owned()]);
            assert_eq!(made.unwrap_err(), MetadataError::Scope(scope.to_owned()));
        }
        assert_eq!(
            ProtectedResource::new("https://mcp.contoso.com/mcp", ISSUER, &[]).unwrap_err(),
            MetadataError::NoScope
        );
    }

    #[test]
    fn errors_when_the_authorization_server_is_not_protected() {
        for server in [
            "http://login.microsoftonline.com/x",
            "https://login.microsoftonline.com/x?y",
            "x",
        ] {
            let made = ProtectedResource::new("https://mcp.contoso.com/mcp", server, &[SCOPE.to_owned()]);
            assert_eq!(made.unwrap_err(), MetadataError::AuthorizationServer(server.to_owned()));
        }
    }
}
