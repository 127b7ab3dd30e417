//! The clouds that Microsoft runs, and the one on this machine.
//!
//! A token, its keys, its issuer, the Graph that it opens and the audience of federated credentials all belong to one
//! cloud ("National cloud deployments", Microsoft identity platform). They are chosen together here and can't be chosen
//! one by one.

use url::Url;
use uuid::Uuid;

use crate::{DownstreamScope, http_client::is_loopback};

/// A cloud: authority, Graph and audience in one choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cloud {
    /// The global cloud, GCC included.
    Global,
    /// Microsoft 365 GCC High: US Government L4.
    UsGovernment,
    /// US Government L5, of the Department of Defense. Signs in where L4 does and has a Graph of its own.
    UsGovernmentDod,
    /// China, operated by 21Vianet.
    China,
    /// A stand-in on this machine, which issues tokens that are worth nothing anywhere else.
    Development {
        /// Where it answers.
        authority: LoopbackAuthority,
    },
}

/// The address of a development cloud: an http or https URL on a loopback address, without path, query or credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackAuthority(Url);

/// An address that a development cloud can't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} can't be the authority of a development cloud: it must be http://127.0.0.1:PORT or another loopback address, without path, query, user name or password"
)]
pub struct NotLoopback(Url);

impl TryFrom<Url> for LoopbackAuthority {
    type Error = NotLoopback;

    fn try_from(url: Url) -> Result<Self, NotLoopback> {
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if is_bare && matches!(url.scheme(), "http" | "https") && is_loopback(&url) {
            Ok(Self(url))
        } else {
            Err(NotLoopback(url))
        }
    }
}

impl Cloud {
    /// The development cloud at an address of this machine.
    ///
    /// # Errors
    /// When the address isn't a bare loopback address: such a cloud's tokens must be believed nowhere else.
    pub fn development(authority: Url) -> Result<Self, NotLoopback> {
        Ok(Self::Development {
            authority: authority.try_into()?,
        })
    }

    /// The login authority, `https://login.microsoftonline.com/`.
    #[must_use]
    pub fn login(&self) -> Url {
        match self {
            Self::Global => constant("https://login.microsoftonline.com/"),
            Self::UsGovernment | Self::UsGovernmentDod => constant("https://login.microsoftonline.us/"),
            Self::China => constant("https://login.partner.microsoftonline.cn/"),
            Self::Development { authority } => authority.0.clone(),
        }
    }

    /// The base of Microsoft Graph, without a version: `https://graph.microsoft.com/`. A development cloud has its own
    /// below its authority: `http://127.0.0.1:PORT/graph`.
    #[must_use]
    pub fn graph(&self) -> Url {
        match self {
            Self::Global => constant("https://graph.microsoft.com/"),
            Self::UsGovernment => constant("https://graph.microsoft.us/"),
            Self::UsGovernmentDod => constant("https://dod-graph.microsoft.us/"),
            Self::China => constant("https://microsoftgraph.chinacloudapi.cn/"),
            Self::Development { authority } => below(&authority.0, "graph"),
        }
    }

    /// The scope that stands for everything consented to at Graph. A development cloud takes the global cloud's, so that
    /// what is configured there is what is configured in production.
    #[must_use]
    pub fn graph_scope(&self) -> DownstreamScope {
        DownstreamScope::constant(match self {
            Self::Global | Self::Development { .. } => "https://graph.microsoft.com/.default",
            Self::UsGovernment => "https://graph.microsoft.us/.default",
            Self::UsGovernmentDod => "https://dod-graph.microsoft.us/.default",
            Self::China => "https://microsoftgraph.chinacloudapi.cn/.default",
        })
    }

    /// The audience that a federated identity credential's assertion must have ("Workload identity federation").
    #[must_use]
    pub fn exchange_audience(&self) -> &'static str {
        match self {
            Self::Global | Self::Development { .. } => "api://AzureADTokenExchange",
            Self::UsGovernment | Self::UsGovernmentDod => "api://AzureADTokenExchangeUSGov",
            Self::China => "api://AzureADTokenExchangeChina",
        }
    }

    /// The issuer of a tenant's v2.0 tokens, as their `iss` has it: no trailing slash.
    #[must_use]
    pub fn issuer(&self, tenant: Uuid) -> String {
        format!("{}{tenant}/v2.0", self.login())
    }

    /// Where a tenant publishes its signing keys.
    #[must_use]
    pub fn jwks_uri(&self, tenant: Uuid) -> Url {
        below(&self.login(), &format!("{tenant}/discovery/v2.0/keys"))
    }

    /// A tenant's token endpoint, and the `aud` of assertions that are meant for it.
    #[must_use]
    pub fn token_endpoint(&self, tenant: Uuid) -> Url {
        below(&self.login(), &format!("{tenant}/oauth2/v2.0/token"))
    }

    /// Where a tenant's users sign in and consent.
    #[must_use]
    pub fn authorize_endpoint(&self, tenant: Uuid) -> Url {
        below(&self.login(), &format!("{tenant}/oauth2/v2.0/authorize"))
    }
}

fn constant(address: &str) -> Url {
    Url::parse(address).expect("the addresses above are URLs")
}

fn below(base: &Url, path: &str) -> Url {
    base.join(path)
        .expect("a relative path of GUIDs and letters joins any http URL")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TENANT: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);

    #[test]
    fn a_choice_of_cloud_chooses_everything_together() {
        let told = |cloud: Cloud| {
            (
                cloud.issuer(TENANT),
                cloud.graph().to_string(),
                cloud.graph_scope().to_string(),
                cloud.exchange_audience(),
            )
        };
        for (cloud, login, graph, audience) in [
            (
                Cloud::Global,
                "login.microsoftonline.com",
                "graph.microsoft.com",
                "api://AzureADTokenExchange",
            ),
            (
                Cloud::UsGovernment,
                "login.microsoftonline.us",
                "graph.microsoft.us",
                "api://AzureADTokenExchangeUSGov",
            ),
            (
                Cloud::UsGovernmentDod,
                "login.microsoftonline.us",
                "dod-graph.microsoft.us",
                "api://AzureADTokenExchangeUSGov",
            ),
            (
                Cloud::China,
                "login.partner.microsoftonline.cn",
                "microsoftgraph.chinacloudapi.cn",
                "api://AzureADTokenExchangeChina",
            ),
        ] {
            let expected = (
                format!("https://{login}/{TENANT}/v2.0"),
                format!("https://{graph}/"),
                format!("https://{graph}/.default"),
                audience,
            );
            assert_eq!(told(cloud), expected);
        }
    }

    #[test]
    fn addresses_name_the_tenant() {
        let cloud = Cloud::Global;
        let base = format!("https://login.microsoftonline.com/{TENANT}");
        assert_eq!(
            cloud.token_endpoint(TENANT).as_str(),
            format!("{base}/oauth2/v2.0/token")
        );
        assert_eq!(
            cloud.authorize_endpoint(TENANT).as_str(),
            format!("{base}/oauth2/v2.0/authorize")
        );
        assert_eq!(cloud.jwks_uri(TENANT).as_str(), format!("{base}/discovery/v2.0/keys"));
    }

    #[test]
    fn a_development_cloud_is_on_loopback_only() {
        let development = Cloud::development("http://127.0.0.1:8401".parse().unwrap()).unwrap();
        assert_eq!(development.graph().as_str(), "http://127.0.0.1:8401/graph");
        assert_eq!(
            development.issuer(TENANT),
            format!("http://127.0.0.1:8401/{TENANT}/v2.0")
        );
        for address in [
            "http://login.example.com",
            "https://login.microsoftonline.com",
            "http://10.0.0.1:8401",
            "http://127.0.0.1:8401/x",
            "http://user:secret@127.0.0.1:8401",
            "ftp://127.0.0.1",
        ] {
            assert!(Cloud::development(address.parse().unwrap()).is_err(), "{address}");
        }
    }
}
