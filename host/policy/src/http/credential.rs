//! The credential that the host attaches to requests for an origin. A component neither sees nor sets one.

use ::http::HeaderName;
use serde::Deserialize;
use usher_entra::DownstreamScope;

/// Which credential goes with a request. The grant names it; tokens and secrets are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "AsWritten")]
pub enum HttpCredential {
    /// A token on behalf of the caller: `{ on-behalf-of = "api://…/.default" }`.
    OnBehalfOf(DownstreamScope),
    /// A token of the host's own managed identity: `{ managed-identity = "https://vault.azure.net" }`.
    ManagedIdentity {
        /// The resource that the token is for.
        resource: String,
    },
    /// A secret of the host's configuration: `{ secret-header = "X-Api-Key", secret = "ledger" }`.
    SecretHeader {
        /// The header that carries it.
        header: HeaderName,
        /// The secret's name in the host's configuration, never the secret.
        secret: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AsWritten {
    on_behalf_of: Option<String>,
    managed_identity: Option<String>,
    secret_header: Option<String>,
    secret: Option<String>,
}

const KINDS: &str = "a credential is one of { on-behalf-of = \"api://…/.default\" }, { managed-identity = \"https://…\" } and \
     { secret-header = \"X-Api-Key\", secret = \"a name in the host's configuration\" }";

/// Headers that route or frame a request (RFC 9110 §7.2, §7.6.1; RFC 9112 §6): with these, a secret would break it.
const ROUTING: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl TryFrom<AsWritten> for HttpCredential {
    type Error = String;

    fn try_from(written: AsWritten) -> Result<Self, String> {
        match written {
            AsWritten {
                on_behalf_of: Some(scope),
                managed_identity: None,
                secret_header: None,
                secret: None,
            } => DownstreamScope::parse(&scope)
                .map(Self::OnBehalfOf)
                .map_err(|error| format!("on-behalf-of: {error}")),
            AsWritten {
                on_behalf_of: None,
                managed_identity: Some(resource),
                secret_header: None,
                secret: None,
            } => managed_identity(resource),
            AsWritten {
                on_behalf_of: None,
                managed_identity: None,
                secret_header: Some(header),
                secret: Some(secret),
            } => secret_header(&header, secret),
            _ => Err(KINDS.to_owned()),
        }
    }
}

fn managed_identity(resource: String) -> Result<HttpCredential, String> {
    if resource.is_empty() || !resource.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "managed-identity: {resource:?} is not a resource, such as https://vault.azure.net"
        ));
    }
    if let Some(resource) = resource.strip_suffix("/.default") {
        return Err(format!(
            "managed-identity takes a resource and not a scope: write {resource:?}, without /.default"
        ));
    }
    Ok(HttpCredential::ManagedIdentity { resource })
}

fn secret_header(header: &str, secret: String) -> Result<HttpCredential, String> {
    let name = HeaderName::from_bytes(header.as_bytes())
        .map_err(|_| format!("secret-header: {header:?} is not the name of a header field, such as X-Api-Key"))?;
    if ROUTING.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
        return Err(format!(
            "secret-header: {name} says how the request travels and can't carry a secret: write another, such as X-Api-Key"
        ));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if secret.is_empty() || secret.len() > 64 || !secret.bytes().all(legal) {
        // Not quoted: it may be the secret itself.
        return Err("secret is the name of a secret in the host's configuration, of letters, digits, `-`, `_` and `.`: never the secret itself".to_owned());
    }
    Ok(HttpCredential::SecretHeader { header: name, secret })
}
