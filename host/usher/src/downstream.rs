//! Tokens out: the host's credential, the exchange on behalf of callers, and the services that are reached so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use url::Url;
use usher_capabilities::Services;
use usher_downstream::{Graph, GraphSettings, Http, HttpSettings};
use usher_entra::{
    CertificateSettings, ClientCredential, Cloud, Environment, ManagedIdentity, OnBehalfOf, OnBehalfOfSettings,
    http_client,
};
use usher_policy::Origin;
use uuid::Uuid;

use crate::config::{Config, Credential, Entra};
use crate::sign_in::SignIn;

/// Exchanged tokens that are kept, of all callers together. One is about 4 KiB.
const EXCHANGED_TOKENS: u64 = 10_000;

/// What it takes to exchange callers' tokens.
pub(crate) struct Exchange {
    /// The cloud.
    pub cloud: Cloud,
    /// The tenant of the callers.
    pub tenant: Uuid,
    /// The app registration.
    pub client_id: Uuid,
    /// How the host shows that it is the app registration.
    pub credential: ClientCredential,
}

impl Exchange {
    /// That of the configuration, if it has a credential.
    ///
    /// # Errors
    /// A credential that can't be read, or can't work.
    pub(crate) fn from_config(entra: &Entra) -> anyhow::Result<Option<Self>> {
        let Some(credential) = &entra.credential else {
            return Ok(None);
        };
        let cloud = entra.cloud()?;
        Ok(Some(Self {
            credential: client_credential(credential, &cloud).context("entra.credential")?,
            cloud,
            tenant: entra.tenant_id,
            client_id: entra.client_id,
        }))
    }
}

/// Makes the credential that the configuration describes.
///
/// # Errors
/// It can't be read, or can't work.
pub(crate) fn client_credential(credential: &Credential, cloud: &Cloud) -> anyhow::Result<ClientCredential> {
    let environment = Environment::process();
    Ok(match credential {
        Credential::Secret { secret } => {
            tracing::warn!(
                "the host's credential is a client secret, which can be copied and expires; a certificate or a managed identity is better"
            );
            ClientCredential::secret(secret.read()?)?
        }
        Credential::Certificate {
            file,
            password,
            send_chain,
        } => ClientCredential::certificate(CertificateSettings {
            file: file.clone(),
            password: password.as_ref().map(|password| password.read()).transpose()?,
            send_chain: *send_chain,
        })?,
        Credential::ManagedIdentity { client_id } => {
            ClientCredential::managed_identity(ManagedIdentity::new(Some(*client_id), &environment)?, cloud)?
        }
        Credential::WorkloadIdentity { token_file } => {
            ClientCredential::workload_identity(token_file.clone(), cloud, &environment)?
        }
    })
}

/// The services beyond this host that tools and rules may reach.
pub(crate) struct Downstream {
    /// Microsoft Graph, where tokens can be exchanged.
    pub graph: Option<Arc<Graph>>,
    /// Everything else.
    http: Arc<Http>,
}

impl Downstream {
    /// Those of the configured tenant.
    ///
    /// # Errors
    /// As [`Downstream::new`], and a credential that can't be read or can't work.
    pub(crate) fn of_tenant(config: &Config, sign_in: &SignIn) -> anyhow::Result<Self> {
        let exchange = config.entra.as_ref().map(Exchange::from_config).transpose()?.flatten();
        Self::new(config, Some(&sign_in.public_url), exchange, BTreeMap::new())
    }

    /// Puts them together. No other machine is asked.
    ///
    /// `stand_ins` are for development: granted origins that this machine answers for.
    ///
    /// # Errors
    /// A secret that can't be read, or a client that can't be made.
    pub(crate) fn new(
        config: &Config,
        public_url: Option<&str>,
        exchange: Option<Exchange>,
        stand_ins: BTreeMap<Origin, Url>,
    ) -> anyhow::Result<Self> {
        let settings = HttpSettings {
            stand_ins,
            secrets: secrets(config)?,
        };
        let identity = managed_identity(config)?;
        let Some(exchange) = exchange else {
            let http = Http::new(settings, None, identity)?;
            return Ok(Self { graph: None, http });
        };
        let Exchange {
            cloud,
            tenant,
            client_id,
            credential,
        } = exchange;
        let consent_redirect = public_url.map(consented).transpose()?;
        let client = http_client(&cloud.login())?;
        let graph_settings = GraphSettings {
            membership_ttl: Duration::from_secs(config.graph.membership_seconds),
            ..GraphSettings::new(cloud.graph(), cloud.graph_scope())
        };
        let graph_client = http_client(&graph_settings.base)?;
        let exchanged = OnBehalfOfSettings {
            cloud,
            tenant,
            client_id,
            cache_entries: EXCHANGED_TOKENS,
            consent_redirect,
        };
        let tokens = OnBehalfOf::new(exchanged, credential, client);
        Ok(Self {
            graph: Some(Graph::new(graph_settings, Arc::clone(&tokens), graph_client)),
            http: Http::new(settings, Some(tokens), identity)?,
        })
    }

    /// Gives them to the capabilities.
    pub(crate) fn offer(&self, services: Services) -> Services {
        let services = services.with_http(Arc::clone(&self.http));
        match &self.graph {
            Some(graph) => services.with_graph(Arc::clone(graph)),
            None => services,
        }
    }
}

/// The page beside the endpoint that consent returns to.
fn consented(public_url: &str) -> anyhow::Result<Url> {
    Url::parse(public_url)
        .and_then(|url| url.join(usher_server::CONSENTED_PATH))
        .context("public-url isn't a URL")
}

fn secrets(config: &Config) -> anyhow::Result<BTreeMap<String, SecretString>> {
    config
        .secrets
        .iter()
        .map(|(name, source)| {
            let secret = source.read().with_context(|| format!("secrets.{name}"))?;
            Ok((name.clone(), secret))
        })
        .collect()
}

/// The identity whose own tokens grants may have attached: the one that vouches for the registration, or the one that is
/// configured beside it.
fn managed_identity(config: &Config) -> anyhow::Result<Option<ManagedIdentity>> {
    let Some(entra) = &config.entra else {
        return Ok(None);
    };
    let client_id = match (&entra.managed_identity, &entra.credential) {
        (Some(own), _) => own.client_id,
        (None, Some(Credential::ManagedIdentity { client_id })) => Some(*client_id),
        (None, _) => return Ok(None),
    };
    let identity = ManagedIdentity::new(client_id, &Environment::process()).context("entra.managed-identity")?;
    Ok(Some(identity))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn consent_returns_to_a_page_beside_the_endpoint() {
        let page = consented("https://mcp.contoso.com/teams/mcp").unwrap();
        assert_eq!(page.as_str(), "https://mcp.contoso.com/consented");
    }
}
