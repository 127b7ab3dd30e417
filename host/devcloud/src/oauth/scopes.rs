//! Scopes and resource indicators: which app a request is about, and what of it.
//!
//! Entra names a permission by its app's Application ID URI and a short name, `{uri}/{name}`; a name without a URI is
//! Microsoft Graph's. One token is for one app. `{uri}/.default` means all that is granted already. OpenID Connect's
//! own scopes stand beside these (Microsoft documentation, "Scopes and permissions in the Microsoft identity platform").

use super::errors::EntraError;
use crate::addresses::{Addresses, GRAPH_CLIENT_ID, GRAPH_URI, OTHER_READ, USER_IMPERSONATION};
use crate::clients::Client;
use crate::personas::Persona;
use crate::settings::ResourceCheck;

/// The app that a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The API behind the MCP endpoint.
    Api,
    /// Microsoft Graph. Such a token is what a client gets that asks for OpenID Connect's scopes alone; the MCP endpoint
    /// must refuse it.
    Graph,
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
        let known = |resource: &String| match self.audience {
            Audience::Api => addresses.identifier_uris().contains(resource),
            Audience::Graph => resource == GRAPH_URI || resource == GRAPH_CLIENT_ID,
        };
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

    /// The token's `scp`, by short name. A person's token carries what was asked for as far as that person has granted
    /// it, and where that is nothing, what the person has granted the app at all: Entra's tokens are never empty-handed.
    pub(crate) fn granted(&self, persona: &Persona) -> Vec<String> {
        let granted: Vec<&str> = match self.audience {
            Audience::Graph => {
                let oidc = [
                    (self.openid, "openid"),
                    (self.profile, "profile"),
                    (self.email, "email"),
                ];
                let oidc = oidc.into_iter().filter_map(|(asked, name)| asked.then_some(name));
                oidc.chain(["User.Read"]).collect()
            }
            Audience::Api => {
                let asked = |name: &&str| self.names.iter().any(|asked| asked == name);
                let both: Vec<&str> = persona.scopes.iter().copied().filter(asked).collect();
                if both.is_empty() { persona.scopes.to_vec() } else { both }
            }
        };
        granted.into_iter().map(str::to_owned).collect()
    }

    /// The answer's `scope`: full names, as clients compare them with what they asked for.
    pub(crate) fn granted_in_full(&self, persona: &Persona, addresses: &Addresses) -> String {
        let prefix = match self.audience {
            Audience::Api => {
                let uris = addresses.identifier_uris();
                let used = self.text.split_ascii_whitespace().find_map(|scope| {
                    let (uri, _) = scope.rsplit_once('/')?;
                    uris.iter().find(|known| *known == uri).cloned()
                });
                used.unwrap_or_else(|| addresses.mcp_url().to_owned())
            }
            Audience::Graph => GRAPH_URI.to_owned(),
        };
        let full = self.granted(persona).into_iter().map(|name| match name.as_str() {
            "openid" | "profile" | "email" => name,
            _ => format!("{prefix}/{name}"),
        });
        full.collect::<Vec<_>>().join(" ")
    }
}

/// The app and the short name that a scope means.
fn resolve<'a>(scope: &'a str, addresses: &Addresses, client: &str) -> Result<(Audience, &'a str), EntraError> {
    let (resource, name) = scope.rsplit_once('/').unwrap_or((GRAPH_CLIENT_ID, scope));
    let (audience, permissions): (_, &[&str]) = if addresses.identifier_uris().iter().any(|uri| uri == resource) {
        (Audience::Api, &[USER_IMPERSONATION, OTHER_READ])
    } else if resource == GRAPH_CLIENT_ID || resource == GRAPH_URI {
        (Audience::Graph, &["User.Read"])
    } else {
        return Err(EntraError::resource_unknown(resource));
    };
    if name == DEFAULT || permissions.contains(&name) {
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
        ] {
            assert_eq!(parse(scope).unwrap().audience, audience, "{scope}");
        }
    }

    #[test]
    fn a_token_never_carries_a_scope_that_its_person_has_not_granted() {
        let request = parse("http://127.0.0.1:8400/mcp/user_impersonation").unwrap();
        assert_eq!(request.granted(Persona::named("member").unwrap()), [USER_IMPERSONATION]);
        assert_eq!(request.granted(Persona::named("unscoped").unwrap()), [OTHER_READ]);
    }
}
