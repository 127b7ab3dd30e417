//! Challenges that depend on a request: what a good token lacks for one tool.
//!
//! Those that are the same for every request, for tokens that aren't good, are [`ProtectedResource`]'s. Each carries `scope`
//! and `resource_metadata`: a client that finds no scopes forgets those that it had.

use http::HeaderValue;
use url::Url;
use usher_entra::{Caller, ClaimsChallenge, ProtectedResource, bearer_challenge};

/// Scopes of OpenID Connect: no resource's, and never asked for in a challenge.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Makes the values of `WWW-Authenticate`.
#[derive(Debug)]
pub(crate) struct Challenges {
    /// The scopes that every client asks for, in full.
    scopes: Vec<String>,
    /// The App ID URI: what stands before a scope's short name, with the slash.
    prefix: String,
    metadata_url: String,
}

impl Challenges {
    /// For a resource at a public URL. The App ID URI is that of the first scope, `https://host/mcp/` of
    /// `https://host/mcp/user_impersonation`: scopes of one challenge must be of one resource.
    pub(crate) fn new(resource: &ProtectedResource, public: &Url, scopes: &[String]) -> Self {
        let first = scopes.first().map_or("", String::as_str);
        let prefix = first.rfind('/').map_or("", |end| &first[..=end]);
        let [metadata_path, _] = resource.metadata_paths();
        Self {
            scopes: scopes.to_vec(),
            prefix: prefix.to_owned(),
            metadata_url: format!("{}{metadata_path}", public.origin().ascii_serialization()),
        }
    }

    /// For 403: the token is good and lacks scopes (RFC 6750 §3.1). All scopes are named, since clients replace what they had
    /// by what they read: those that everybody needs, those that the token has, those that are missing.
    pub(crate) fn insufficient_scope(&self, caller: &Caller, missing: &[String]) -> HeaderValue {
        let mut scopes = self.scopes.clone();
        for short in caller.scopes().iter().chain(missing) {
            let full = format!("{}{short}", self.prefix);
            if is_scope(short) && !scopes.contains(&full) {
                scopes.push(full);
            }
        }
        bearer_challenge(&[
            ("error", "insufficient_scope"),
            (
                "error_description",
                "The access token lacks scopes that this tool requires.",
            ),
            ("scope", &scopes.join(" ")),
            ("resource_metadata", &self.metadata_url),
        ])
    }

    /// For 401: Entra wants more of the sign-in ("Claims challenges, claims requests, and client capabilities", Microsoft
    /// identity platform). The client hands the claims to Entra as they are.
    pub(crate) fn insufficient_claims(&self, claims: &ClaimsChallenge) -> HeaderValue {
        bearer_challenge(&[
            ("error", "insufficient_claims"),
            ("error_description", "The sign-in must satisfy the claims."),
            ("claims", &claims.to_header()),
            ("scope", &self.scopes.join(" ")),
            ("resource_metadata", &self.metadata_url),
        ])
    }
}

/// Whether a name can be a scope of ours: the characters of RFC 6749 §3.3, which need no escape in a quoted string.
fn is_scope(short: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !short.is_empty() && short.bytes().all(is_plain) && !OPENID_SCOPES.contains(&short)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const METADATA: &str = "https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp";

    fn challenges() -> Challenges {
        let scopes = ["https://mcp.contoso.com/mcp/user_impersonation".to_owned()];
        let issuer = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
        let resource = ProtectedResource::new("https://mcp.contoso.com/mcp", issuer, &scopes).unwrap();
        Challenges::new(&resource, &"https://mcp.contoso.com/mcp".parse().unwrap(), &scopes)
    }

    fn insufficient_scope(own: &[&str], missing: &[&str]) -> String {
        let caller = own
            .iter()
            .fold(Caller::testing("alice"), |caller, scope| caller.with_scope(scope))
            .build();
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let value = challenges().insufficient_scope(&caller, &missing);
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_challenge_for_scopes_names_all_of_them_in_full_and_each_once() {
        let value = insufficient_scope(
            &["user_impersonation", "Reports.Read"],
            &["Reports.Write", "Reports.Read"],
        );
        assert_eq!(
            value,
            format!(
                "Bearer error=\"insufficient_scope\", error_description=\"The access token lacks scopes that this tool \
                 requires.\", scope=\"https://mcp.contoso.com/mcp/user_impersonation \
                 https://mcp.contoso.com/mcp/Reports.Read https://mcp.contoso.com/mcp/Reports.Write\", \
                 resource_metadata=\"{METADATA}\""
            )
        );
    }

    #[test]
    fn a_scope_that_is_none_of_ours_never_gets_into_the_challenge() {
        let value = insufficient_scope(
            &["openid", "offline_access", "a\"b", "a\\b", "a b", "ä", ""],
            &["Reports.Write"],
        );
        let expected =
            "scope=\"https://mcp.contoso.com/mcp/user_impersonation https://mcp.contoso.com/mcp/Reports.Write\"";
        assert!(value.contains(expected), "{value}");
    }

    #[test]
    fn the_challenge_for_claims_carries_them_in_base64_beside_scope_and_metadata() {
        let claims =
            ClaimsChallenge::from_json(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#).unwrap();
        let value = challenges().insufficient_claims(&claims);
        let value = value.to_str().unwrap();
        assert!(value.starts_with("Bearer error=\"insufficient_claims\", "), "{value}");
        assert!(value.contains(&format!("claims=\"{}\"", claims.to_header())), "{value}");
        assert!(
            value.contains("scope=\"https://mcp.contoso.com/mcp/user_impersonation\""),
            "{value}"
        );
        assert!(value.ends_with(&format!("resource_metadata=\"{METADATA}\"")), "{value}");
    }
}
