//! The loopback cloud as the host sees it: what a tenant's configuration says in production.

use std::collections::BTreeMap;

use anyhow::Context;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;
use usher_devcloud::{API_CLIENT_ID, TENANT_ID};
use usher_entra::{ClientCredential, Cloud, VerifierSettings};
use usher_policy::Origin;
use uuid::Uuid;

use crate::config::Config;
use crate::downstream::{Downstream, Exchange};
use crate::sign_in::SignIn;

/// The origin that samples know the ledger by, the second protected API.
const LEDGER: &str = "https://ledger.contoso.example";

/// Where `usher dev` has its cloud unless told otherwise.
const DEFAULT_AUTHORITY: &str = "http://127.0.0.1:8401";

/// A loopback cloud, from its description (`GET /dev.json`).
pub(crate) struct DevelopmentCloud<'a>(pub &'a Value);

impl DevelopmentCloud<'_> {
    /// The sign-in to trust.
    ///
    /// # Errors
    /// The description lacks something.
    pub(crate) fn sign_in(&self) -> anyhow::Result<SignIn> {
        let issuer = self.text("issuer")?;
        let scope = self.text("scope")?;
        let (_, short_scope) = scope.rsplit_once('/').context("the scope has no name")?;
        let verification = VerifierSettings::new(
            issuer.to_owned(),
            self.text("tenant")?.parse()?,
            self.text("client_id")?.parse()?,
            self.text("jwks_uri")?.parse()?,
            short_scope.to_owned(),
        );
        Ok(SignIn {
            public_url: self.text("mcp")?.to_owned(),
            issuer: issuer.to_owned(),
            scope: scope.to_owned(),
            verification,
        })
    }

    /// The services that its tokens open.
    ///
    /// # Errors
    /// The description lacks something.
    pub(crate) fn downstream(&self, config: &Config) -> anyhow::Result<Downstream> {
        let exchange = exchange(self.text("authority")?, self.text("client_secret")?)?;
        let ledger = Url::parse(self.text("ledger")?)?;
        let stand_ins = BTreeMap::from([(Origin::parse(LEDGER)?, ledger)]);
        Downstream::new(config, Some(self.text("mcp")?), Some(exchange), stand_ins)
    }

    /// Its groups by name.
    ///
    /// # Errors
    /// The description lacks them.
    pub(crate) fn groups(&self) -> anyhow::Result<BTreeMap<String, Uuid>> {
        serde_json::from_value(self.0["groups"].clone()).context("the description's `groups` don't read")
    }

    fn text(&self, key: &str) -> anyhow::Result<&str> {
        let value = match key {
            "ledger" => &self.0["ledger"]["url"],
            key => &self.0[key],
        };
        value
            .as_str()
            .with_context(|| format!("the description of the development cloud has no `{key}`"))
    }
}

/// The services that components are linked against when nothing is served: those of a development host that isn't running.
///
/// # Errors
/// They can't be made.
pub(crate) fn downstream_of_none(config: &Config) -> anyhow::Result<Downstream> {
    Downstream::new(
        config,
        None,
        Some(exchange(DEFAULT_AUTHORITY, "none")?),
        BTreeMap::new(),
    )
}

/// The groups of the development tenant by name, running or not.
///
/// # Errors
/// An id isn't one.
pub(crate) fn all_groups() -> anyhow::Result<BTreeMap<String, Uuid>> {
    usher_devcloud::groups()
        .map(|(name, id)| Ok((name.to_owned(), id.parse()?)))
        .collect()
}

fn exchange(authority: &str, secret: &str) -> anyhow::Result<Exchange> {
    Ok(Exchange {
        cloud: Cloud::development(authority.parse()?)?,
        tenant: TENANT_ID.parse()?,
        client_id: API_CLIENT_ID.parse()?,
        credential: ClientCredential::secret(SecretString::from(secret))?,
    })
}
