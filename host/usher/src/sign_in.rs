//! Which sign-in the host trusts: a tenant of the configuration, or the development cloud.

use std::time::Duration;

use anyhow::{Context, bail};
use url::Url;
use usher_entra::VerifierSettings;

use crate::config::{Config, Entra};

/// The sign-in, and what it signs in to.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    /// The canonical URL of the MCP endpoint.
    pub public_url: String,
    /// The authorization server that clients are sent to; also the issuer of tokens.
    pub issuer: String,
    /// The delegated scope that every user's token must have, as clients ask for it.
    pub scope: String,
    /// How tokens are verified.
    pub verification: VerifierSettings,
}

impl SignIn {
    /// The tenant of the configuration.
    ///
    /// # Errors
    /// Something that is needed isn't set.
    pub(crate) fn from_config(config: &Config) -> anyhow::Result<Self> {
        let public_url = config.public_url.clone().context(
            "public-url isn't set: the URL of the MCP endpoint as clients write it, for example https://mcp.contoso.com/mcp",
        )?;
        let Some(entra) = &config.entra else {
            bail!(
                "[entra] isn't set: tenant-id and client-id of the app registration. To try without a tenant: usher dev"
            )
        };
        let cloud = entra.cloud()?;
        let issuer = cloud.issuer(entra.tenant_id);
        let verification = verification(entra, issuer.clone(), cloud.jwks_uri(entra.tenant_id));
        Ok(Self {
            scope: format!("{public_url}/{}", entra.required_scope),
            public_url,
            issuer,
            verification,
        })
    }
}

fn verification(entra: &Entra, issuer: String, jwks_uri: Url) -> VerifierSettings {
    let mut settings = VerifierSettings::new(
        issuer,
        entra.tenant_id,
        entra.client_id,
        jwks_uri,
        entra.required_scope.clone(),
    );
    settings.application_roles.clone_from(&entra.application_roles);
    settings.allowed_clients.clone_from(&entra.allowed_clients);
    settings.clock_skew = Duration::from_secs(entra.clock_skew_seconds);
    settings
}
