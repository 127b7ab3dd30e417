//! Scopes and resource indicators: which app a request is about, and what of it.
//!
//! Entra names a permission by its app's Application ID URI and a short name, `{uri}/{name}`; a name without a URI is
//! Microsoft Graph's. One token is for one app. `{uri}/.default` means all that is granted already. OpenID Connect's
//! own scopes stand beside these (Microsoft documentation, "Scopes and permissions in the Microsoft identity platform").

use serde::Deserialize;

use super::errors::EntraError;
use crate::addresses::{
    API_CLIENT_ID, Addresses, GRAPH_CLIENT_ID, GRAPH_URI, LEDGER_CLIENT_ID, LEDGER_PERMISSION, OTHER_READ,
    TOKEN_EXCHANGE_CLIENT_ID, TOKEN_EXCHANGE_URI, USER_IMPERSONATION,
};
use crate::clients::Client;
use crate::personas::Persona;
use crate::settings::ResourceCheck;

/// The app that a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Audience {
    /// The API behind the MCP endpoint.
    Api,
    /// Microsoft Graph. Such a token is what a client gets that asks for OpenID Connect's scopes alone; the MCP endpoint
    /// must refuse it.
    Graph,
    /// The second protected API.
    Ledger,
    /// The exchange of a managed identity's token for an app's. Apps only.
    TokenExchange,
}

/// Graph's delegated permissions that may be asked for here.
const GRAPH_PERMISSIONS: &[&str] = &["User.Read", "GroupMember.Read.All", "Files.ReadWrite", "Mail.Send"];

impl Audience {
    /// The `aud` of a token for it.
    pub(crate) fn client_id(self) -> &'static str {
        match self {
            Self::Api => API_CLIENT_ID,
            Self::Graph => GRAPH_CLIENT_ID,
            Self::Ledger => LEDGER_CLIENT_ID,
            Self::TokenExchange => TOKEN_EXCHANGE_CLIENT_ID,
        }
    }

    /// The app that an Application ID URI, or a client id in its place, names.
    pub(crate) fn named(resource: &str, addresses: &Addresses) -> Option<Self> {
        let ledger = format!("api://{LEDGER_CLIENT_ID}");
        if addresses.identifier_uris().iter().any(|uri| uri == resource) {
            return Some(Self::Api);
        }
        match resource {
            GRAPH_CLIENT_ID | GRAPH_URI => Some(Self::Graph),
            // Some resources' identifiers end in a slash, which then is there twice before `.default`.
            _ if resource.strip_suffix('/') == Some(GRAPH_URI) => Some(Self::Graph),
            LEDGER_CLIENT_ID => Some(Self::Ledger),
            _ if resource == ledger => Some(Self::Ledger),
            TOKEN_EXCHANGE_URI | TOKEN_EXCHANGE_CLIENT_ID => Some(Self::TokenExchange),
            _ => None,
        }
    }

    /// The delegated permissions that may be asked for, by short name.
    fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Api => &[USER_IMPERSONATION, OTHER_READ],
            Self::Graph => GRAPH_PERMISSIONS,
            Self::Ledger => &[LEDGER_PERMISSION],
            Self::TokenExchange => &[],
        }
    }
}

/// A parsed `scope` parameter.
#[derive(Clone, Debug)]
pub(crate) struct ScopeRequest {
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline_access: bool,
    pub(crate) audience: Audience,
    /// The app's permissions asked for, by short name, without doubles.
    pub(crate) names: Vec<String>,
    /// The parameter as sent.
    pub(crate) text: String,
}

/// The short name that means "whatever is granted already".
const DEFAULT: &str = ".default";

impl ScopeRequest {
    pub(crate) fn parse(text: &str, addresses: &Addresses, client: &Client) -> Result<Self, EntraError> {
        let mut request = Self {
            openid: false,
            profile: false,
            email: false,
            offline_access: false,
            audience: Audience::Graph,
            names: Vec::new(),
            text: text.to_owned(),
        };
        let mut audience = None;
        let mut any = false;
        for scope in text.split_ascii_whitespace() {
            any = true;
            // RFC 6749, section 3.3.
            if !scope
                .bytes()
                .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
            {
                return Err(EntraError::scope_invalid(scope));
            }
            match scope {
                "openid" => request.openid = true,
                "profile" => request.profile = true,
                "email" => request.email = true,
                "offline_access" => request.offline_access = true,
                _ => {
                    let (of, name) = resolve(scope, addresses, &client.name)?;
                    if audience.is_some_and(|known| known != of) {
                        return Err(EntraError::several_resources(text));
                    }
                    audience = Some(of);
                    if !request.names.iter().any(|known| known == name) {
                        request.names.push(name.to_owned());
                    }
                }
            }
        }
        if !any {
            return Err(EntraError::scope_invalid(text));
        }
        request.audience = audience.unwrap_or(Audience::Graph);
        if request.is_default() && request.names.len() > 1 {
            return Err(EntraError::default_combined(text));
        }
        Ok(request)
    }

    /// RFC 8707 as Entra applies it: the resource must be an Application ID URI of the app that owns the scopes.
    pub(crate) fn check_resources(
        &self,
        check: ResourceCheck,
        resources: &[String],
        addresses: &Addresses,
    ) -> Result<(), EntraError> {
        if resources.is_empty() {
            return Ok(());
        }
        let known = |resource: &String| Audience::named(resource, addresses) == Some(self.audience);
        match check {
            ResourceCheck::Ignore => Ok(()),
            ResourceCheck::Reject => Err(EntraError::resource_not_supported()),
            ResourceCheck::Enforce if resources.iter().all(known) => Ok(()),
            ResourceCheck::Enforce => Err(EntraError::resource_mismatch()),
        }
    }

    /// Whether everything in this request was part of another.
    pub(crate) fn within(&self, other: &Self) -> bool {
        self.audience == other.audience
            && self.names.iter().all(|name| other.names.contains(name))
            && (!self.openid || other.openid)
            && (!self.profile || other.profile)
            && (!self.email || other.email)
            && (!self.offline_access || other.offline_access)
    }

    /// Whether everything is asked for that is granted already.
    pub(crate) fn is_default(&self) -> bool {
        self.names.iter().any(|name| name == DEFAULT)
    }

    /// The token's `scp`, by short name. A person's token carries what was asked for as far as that person has granted
    /// it, and where that is nothing, what the person has granted the app at all: Entra's tokens are never empty-handed.
    pub(crate) fn granted(&self, persona: &Persona, client: &Client) -> Vec<String> {
        let asked = |name: &&str| self.names.iter().any(|asked| asked == name);
        let (granted, least): (&[&str], &[&str]) = match self.audience {
            Audience::Api => (persona.scopes, persona.scopes),
            // What an administrator consented to for the API's app, and what anybody may let any client have.
            Audience::Graph if client.id == API_CLIENT_ID => (GRAPH_PERMISSIONS, GRAPH_PERMISSIONS),
            Audience::Graph => (GRAPH_PERMISSIONS, &["User.Read"]),
            Audience::Ledger | Audience::TokenExchange => {
                let permissions = self.audience.permissions();
                (permissions, permissions)
            }
        };
        let mut names: Vec<&str> = granted.iter().copied().filter(asked).collect();
        if names.is_empty() {
            names = least.to_vec();
        }
        if self.audience == Audience::Graph {
            let oidc = [
                (self.openid, "openid"),
                (self.profile, "profile"),
                (self.email, "email"),
            ];
            let oidc = oidc.into_iter().filter_map(|(asked, name)| asked.then_some(name));
            names = oidc.chain(names).collect();
        }
        names.into_iter().map(str::to_owned).collect()
    }

    /// The answer's `scope`: full names, as clients compare them with what they asked for.
    pub(crate) fn granted_in_full(&self, persona: &Persona, client: &Client, addresses: &Addresses) -> String {
        let prefix = self.prefix(addresses);
        let mut full: Vec<String> = self
            .granted(persona, client)
            .into_iter()
            .map(|name| match name.as_str() {
                "openid" | "profile" | "email" => name,
                _ => format!("{prefix}/{name}"),
            })
            .collect();
        if self.is_default() {
            full.push(format!("{prefix}/{DEFAULT}"));
        }
        full.join(" ")
    }

    /// The Application ID URI by which the request named its app, where it did.
    fn prefix(&self, addresses: &Addresses) -> String {
        let used = self.text.split_ascii_whitespace().find_map(|scope| {
            let (uri, _) = scope.rsplit_once('/')?;
            Audience::named(uri, addresses).map(|_| uri.trim_end_matches('/').to_owned())
        });
        used.unwrap_or_else(|| match self.audience {
            Audience::Api => addresses.mcp_url().to_owned(),
            Audience::Graph => GRAPH_URI.to_owned(),
            Audience::Ledger => format!("api://{LEDGER_CLIENT_ID}"),
            Audience::TokenExchange => TOKEN_EXCHANGE_URI.to_owned(),
        })
    }
}

/// The app and the short name that a scope means.
fn resolve<'a>(scope: &'a str, addresses: &Addresses, client: &str) -> Result<(Audience, &'a str), EntraError> {
    let (resource, name) = scope.rsplit_once('/').unwrap_or((GRAPH_CLIENT_ID, scope));
    // Nobody acts for a person at the token exchange.
    let audience = Audience::named(resource, addresses).filter(|audience| *audience != Audience::TokenExchange);
    let audience = audience.ok_or_else(|| EntraError::resource_unknown(resource))?;
    if name == DEFAULT || audience.permissions().contains(&name) {
        Ok((audience, name))
    } else {
        Err(EntraError::scope_unknown(client, name, resource))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clients::{VSCODE_CLIENT_ID, pre_registered};

    const MCP: &str = "http://127.0.0.1:8400/mcp";

    fn parse(text: &str) -> Result<ScopeRequest, EntraError> {
        let addresses = Addresses::new("http://127.0.0.1:8401".into(), MCP.into());
        ScopeRequest::parse(text, &addresses, &pre_registered(VSCODE_CLIENT_ID).unwrap())
    }

    #[test]
    fn errors_when_a_scope_is_not_entras() {
        for (scope, code) in [
            ("", 70011),
            ("  ", 70011),
            ("open\"id", 70011),
            ("user_impersonation", 650_053),
            ("http://127.0.0.1:8400/mcp/Nothing", 650_053),
            ("https://other.example/mcp/user_impersonation", 500_011),
            ("http://127.0.0.1:8400/mcp//user_impersonation", 500_011),
            ("http://127.0.0.1:8400/mcp/user_impersonation User.Read", 28000),
            ("https://graph.microsoft.com/.default User.Read", 70011),
        ] {
            assert_eq!(parse(scope).err().map(|error| error.code), Some(code), "{scope}");
        }
    }

    #[test]
    fn a_token_is_for_the_app_that_owns_its_scopes() {
        for (scope, audience) in [
            ("http://127.0.0.1:8400/mcp/user_impersonation openid", Audience::Api),
            ("api://aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default", Audience::Api),
            ("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/user_impersonation", Audience::Api),
            ("openid profile", Audience::Graph),
            ("User.Read", Audience::Graph),
            ("https://graph.microsoft.com//.default", Audience::Graph),
            (
                "api://1ed9e400-bbbb-4ccc-8ddd-eeeeeeeeeeee/Entries.ReadWrite",
                Audience::Ledger,
            ),
        ] {
            assert_eq!(parse(scope).unwrap().audience, audience, "{scope}");
        }
    }

    #[test]
    fn a_token_never_carries_a_scope_that_its_person_has_not_granted() {
        let client = pre_registered(VSCODE_CLIENT_ID).unwrap();
        let request = parse("http://127.0.0.1:8400/mcp/user_impersonation").unwrap();
        let granted = |persona| request.granted(Persona::named(persona).unwrap(), &client);
        assert_eq!(granted("member"), [USER_IMPERSONATION]);
        assert_eq!(granted("unscoped"), [OTHER_READ]);
    }

    #[test]
    fn default_means_what_is_granted_to_that_client() {
        let member = Persona::named("member").unwrap();
        let request = parse("openid https://graph.microsoft.com/.default").unwrap();
        let granted = |client| request.granted(member, &pre_registered(client).unwrap());
        assert_eq!(granted(VSCODE_CLIENT_ID), ["openid", "User.Read"]);
        assert_eq!(granted(API_CLIENT_ID)[1..], *GRAPH_PERMISSIONS);
    }
}
