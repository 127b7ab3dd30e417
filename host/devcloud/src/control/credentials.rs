//! By what the tenant's apps prove who they are: `POST /dev/credentials`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::clients::credentials::Federated;
use crate::clients::{APPLICATIONS, Application};
use crate::cloud::Cloud;

/// What to change. `app` is an app's short name, by default that of the API.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    /// Registers a certificate, as PEM. `by_sha256: false` lets it be found by its SHA-1 thumbprint only.
    AddCertificate {
        certificate: String,
        #[serde(default = "yes")]
        by_sha256: bool,
        #[serde(default = "api")]
        app: String,
    },
    /// Forgets an app's certificates.
    RemoveCertificates {
        #[serde(default = "api")]
        app: String,
    },
    /// Lets an app trust an issuer's tokens about a subject.
    AddFederated {
        federated: Federated,
        #[serde(default = "api")]
        app: String,
    },
    /// Forgets an app's federated credentials.
    RemoveFederated {
        #[serde(default = "api")]
        app: String,
    },
    /// The client secret is over: AADSTS7000222.
    ExpireSecret {},
    /// The client secret is good again.
    RenewSecret {},
}

fn yes() -> bool {
    true
}

fn api() -> String {
    "api".to_owned()
}

/// `POST /dev/credentials`.
pub(super) fn change(cloud: &Cloud, action: Action) -> Result<Value, ControlError> {
    let mut credentials = cloud.credentials();
    match action {
        Action::AddCertificate {
            certificate,
            by_sha256,
            app,
        } => {
            let (sha1, sha256) = credentials.add_certificate(client_id(app)?, &certificate, by_sha256)?;
            return Ok(json!({ "x5t": sha1, "x5t#S256": sha256 }));
        }
        Action::RemoveCertificates { app } => credentials.remove_certificates(client_id(app)?),
        Action::AddFederated { federated, app } => credentials.add_federated(client_id(app)?, federated)?,
        Action::RemoveFederated { app } => credentials.remove_federated(client_id(app)?),
        Action::ExpireSecret {} => credentials.secret_expired = true,
        Action::RenewSecret {} => credentials.secret_expired = false,
    }
    Ok(json!({}))
}

fn client_id(app: String) -> Result<&'static str, ControlError> {
    let named = |application: &&Application| application.name == app;
    match APPLICATIONS.iter().find(named) {
        Some(application) => Ok(application.client_id),
        None => Err(ControlError::Application(app)),
    }
}
