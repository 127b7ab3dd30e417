//! What is looked at.

use std::collections::BTreeMap;
use std::fmt;
#[cfg(feature = "dev")]
use std::path::Path;
use std::path::PathBuf;

use anyhow::{Context, bail};
#[cfg(feature = "dev")]
use serde_json::Value;
use usher_entra::{ClientCredential, Cloud};
use uuid::Uuid;

use super::finding::Finding;
use crate::cli::DoctorArguments;
use crate::config::{self, Config};
use crate::downstream::{self, Downstream};
use crate::sign_in::SignIn;

/// The name of the finding.
pub(super) const NAME: &str = "configuration";

/// The variable without which there is no configuration in the environment alone.
const TENANT_VARIABLE: &str = "USHER_ENTRA__TENANT_ID";

/// Where to look, before anything was read.
#[derive(Debug)]
pub(super) enum Place {
    /// A file, under the environment's variables.
    File(PathBuf),
    /// The environment's variables alone.
    Environment,
    /// The description that a development host keeps in its data folder.
    #[cfg(feature = "dev")]
    Development(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Environment => f.write_str("the environment's USHER_ variables"),
            #[cfg(feature = "dev")]
            Self::Development(file) => write!(f, "the development host of {}", file.display()),
        }
    }
}

impl Place {
    /// What the arguments name; without any, what is at hand: the environment, or a development host in this folder.
    ///
    /// # Errors
    /// Nothing is.
    pub(super) fn find(arguments: &DoctorArguments) -> anyhow::Result<Self> {
        if let Some(file) = &arguments.config {
            return Ok(Self::File(file.clone()));
        }
        #[cfg(feature = "dev")]
        if let Some(data) = &arguments.data {
            return Ok(Self::Development(data.join(crate::dev::DESCRIPTION)));
        }
        if std::env::var_os(TENANT_VARIABLE).is_some() {
            return Ok(Self::Environment);
        }
        #[cfg(feature = "dev")]
        {
            let description = Config::default().data.join(crate::dev::DESCRIPTION);
            if description.is_file() {
                return Ok(Self::Development(description));
            }
        }
        bail!(nothing_at_hand())
    }

    /// Reads it.
    ///
    /// # Errors
    /// It doesn't read, or lacks something.
    pub(super) fn open(&self) -> anyhow::Result<Target> {
        match self {
            Self::File(file) => Target::of_tenant(config::load(Some(file))?),
            Self::Environment => Target::of_tenant(config::load(None)?),
            #[cfg(feature = "dev")]
            Self::Development(file) => Target::of_development(file),
        }
    }
}

/// What to give, if nothing was.
fn nothing_at_hand() -> String {
    let development = if cfg!(feature = "dev") {
        ", or start `usher dev` in this folder (or name its --data)"
    } else {
        ""
    };
    format!(
        "there is nothing to look at: give the configuration with --config usher.toml, set {TENANT_VARIABLE} and the other variables{development}; `usher doctor --code 65001` explains an error by itself"
    )
}

/// What was read, and is to be tried.
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) sign_in: SignIn,
    pub(super) cloud: Cloud,
    #[cfg(feature = "dev")]
    development: Option<Value>,
}

impl Target {
    fn of_tenant(config: Config) -> anyhow::Result<Self> {
        let sign_in = SignIn::from_config(&config)?;
        let entra = config.entra.as_ref().context("[entra] isn't set")?;
        Ok(Self {
            cloud: entra.cloud()?,
            sign_in,
            config,
            #[cfg(feature = "dev")]
            development: None,
        })
    }

    /// A development host describes itself; the configuration that it was started from is not known.
    #[cfg(feature = "dev")]
    fn of_development(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!(
                "{} can't be read; is a development host running with this --data?",
                file.display()
            )
        })?;
        let description: Value =
            serde_json::from_str(&text).with_context(|| format!("{} isn't JSON", file.display()))?;
        let authority = description["authority"].as_str();
        let authority = authority.with_context(|| format!("{} names no authority", file.display()))?;
        let config = Config {
            data: file.parent().map(Path::to_owned).unwrap_or_default(),
            ..Config::default()
        };
        Ok(Self {
            sign_in: crate::dev::cloud::DevelopmentCloud(&description).sign_in()?,
            cloud: Cloud::development(authority.parse()?)?,
            config,
            development: Some(description),
        })
    }

    /// Whether it is a development host, which says nothing of its configuration.
    pub(super) fn is_development_host(&self) -> bool {
        #[cfg(feature = "dev")]
        return self.development.is_some();
        #[cfg(not(feature = "dev"))]
        false
    }

    /// The host's credential, if it has one.
    ///
    /// # Errors
    /// It can't be read, or can't work.
    pub(super) fn credential(&self) -> anyhow::Result<Option<ClientCredential>> {
        #[cfg(feature = "dev")]
        if let Some(description) = &self.development {
            let secret = description["client_secret"].as_str();
            let secret = secret.context("the development host describes no client secret")?;
            return Ok(Some(ClientCredential::secret(secret.into())?));
        }
        let credential = self.config.entra.as_ref().and_then(|entra| entra.credential.as_ref());
        credential
            .map(|credential| downstream::client_credential(credential, &self.cloud))
            .transpose()
    }

    /// The services that tools are linked against.
    ///
    /// # Errors
    /// A secret or the credential can't be read.
    pub(super) fn downstream(&self) -> anyhow::Result<Downstream> {
        #[cfg(feature = "dev")]
        if let Some(description) = &self.development {
            return crate::dev::cloud::DevelopmentCloud(description).downstream(&self.config);
        }
        Downstream::of_tenant(&self.config, &self.sign_in)
    }

    /// The groups that grants may name.
    ///
    /// # Errors
    /// A development host doesn't describe them.
    pub(super) fn groups(&self) -> anyhow::Result<BTreeMap<String, Uuid>> {
        #[cfg(feature = "dev")]
        if let Some(description) = &self.development {
            return crate::dev::cloud::DevelopmentCloud(description).groups();
        }
        Ok(self.config.groups())
    }

    /// The line about the configuration itself.
    pub(super) fn describe(&self) -> Finding {
        let verification = &self.sign_in.verification;
        let (tenant, client) = (verification.tenant_id, verification.client_id);
        let says = format!("reads; tenant {tenant}, client id {client}");
        Finding::ok(NAME, says).detail(format!("authority {}", self.cloud.login()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_that_is_given_goes_before_whatever_is_at_hand() {
        let arguments = DoctorArguments {
            config: Some(PathBuf::from("a.toml")),
            ..DoctorArguments::default()
        };
        assert!(matches!(Place::find(&arguments).unwrap(), Place::File(file) if file.ends_with("a.toml")));
    }

    #[test]
    fn without_anything_to_look_at_it_says_what_to_give() {
        let said = nothing_at_hand();
        assert!(said.contains("--config") && said.contains(TENANT_VARIABLE), "{said}");
        assert_eq!(said.contains("usher dev"), cfg!(feature = "dev"));
    }
}
