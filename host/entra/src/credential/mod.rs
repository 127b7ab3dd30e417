//! The client's credential: how this host proves at the token endpoint that it is the app registration.
//!
//! What comes in: the operator's choice of one of four, and what it needs. What goes out: form fields for a token
//! request, a description that anybody may read, and reasons with fixes when there is no proof. What this room never
//! does: print a secret, key or token, write one anywhere, or send what Entra visibly won't take.
//!
//! ```text
//! ClientCredential
//!   ├ secret               client_secret                    for development: it can be copied, and it expires
//!   ├ certificate          an assertion that its key signs  (certificate)
//!   ├ managed identity     a token of the identity          (managed_identity), which holds no secret at all
//!   └ workload identity    a token in a file                (workload_identity), for Kubernetes
//! ```
//!
//! The last two are *federated credentials*: the app registration trusts an issuer, a subject and an audience, character
//! for character, and the host presents a token with these. Which they must be is what [`ClientCredential::probe`] tells.
//!
//! A [`ManagedIdentity`] serves a second purpose: its tokens for other resources go out with requests of the capability
//! `http` when a grant says so.

mod certificate;
mod description;
mod environment;
mod error;
mod fields;
mod managed_identity;
#[cfg(test)]
mod tests;
mod unverified;
mod workload_identity;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret, SecretString};
use url::Url;
use uuid::Uuid;

pub use certificate::{CertificateFileProblem, CertificateSettings};
pub use description::{CredentialDescription, CredentialProbe, FederatedSubject};
pub use environment::Environment;
pub use error::CredentialError;
pub(crate) use fields::CredentialFields;
pub use managed_identity::ManagedIdentity;

use self::{certificate::Certificate, unverified::UnverifiedClaims, workload_identity::WorkloadIdentity};
use crate::{Clock, Cloud, SystemClock};

/// How long trying a credential out may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);

/// The client's credential at the token endpoint. Its `Debug` prints what [`describe`](Self::describe) says.
pub struct ClientCredential(Kind);

enum Kind {
    Secret(Arc<SecretString>),
    Certificate(Box<Certificate>),
    ManagedIdentity(Box<FederatedIdentity>),
    WorkloadIdentity(Box<WorkloadIdentity>),
}

/// A user-assigned managed identity that vouches for the app registration.
struct FederatedIdentity {
    identity: ManagedIdentity,
    client_id: Uuid,
    audience: &'static str,
    /// Whom the last token was about.
    subject: Mutex<Option<FederatedSubject>>,
}

impl ClientCredential {
    /// A client secret: its *value*, not its id.
    ///
    /// # Errors
    /// When it is empty.
    pub fn secret(secret: SecretString) -> Result<Self, CredentialError> {
        if secret.expose_secret().is_empty() {
            return Err(CredentialError::EmptySecret);
        }
        Ok(Self(Kind::Secret(Arc::new(secret))))
    }

    /// A certificate with its key. The file is read now, and again whenever it changes.
    ///
    /// # Errors
    /// When the file can't be read, holds no certificate with its RSA key, or one that isn't valid today.
    pub fn certificate(settings: CertificateSettings) -> Result<Self, CredentialError> {
        Self::certificate_with_clock(settings, Arc::new(SystemClock::new()))
    }

    /// As [`certificate`](Self::certificate), by another clock than the machine's.
    ///
    /// # Errors
    /// As [`certificate`](Self::certificate).
    pub fn certificate_with_clock(
        settings: CertificateSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        Ok(Self(Kind::Certificate(Box::new(Certificate::load(settings, clock)?))))
    }

    /// A user-assigned managed identity as federated credential ("Configure an application to trust a managed
    /// identity").
    ///
    /// # Errors
    /// When the identity is the system-assigned one, which Entra takes no federated credential of.
    pub fn managed_identity(identity: ManagedIdentity, cloud: &Cloud) -> Result<Self, CredentialError> {
        let client_id = identity.client_id().ok_or(CredentialError::SystemAssigned)?;
        Ok(Self(Kind::ManagedIdentity(Box::new(FederatedIdentity {
            identity,
            client_id,
            audience: cloud.exchange_audience(),
            subject: Mutex::default(),
        }))))
    }

    /// A federated token in a file, which is read anew for every use. Without a file given, it is the one that
    /// `AZURE_FEDERATED_TOKEN_FILE` names, as the Azure workload identity webhook sets it.
    ///
    /// # Errors
    /// When neither names a file. What is in it is looked at when it is used.
    pub fn workload_identity(
        file: Option<PathBuf>,
        cloud: &Cloud,
        environment: &Environment,
    ) -> Result<Self, CredentialError> {
        Self::workload_identity_with_clock(file, cloud, environment, Arc::new(SystemClock::new()))
    }

    /// As [`workload_identity`](Self::workload_identity), by another clock than the machine's.
    ///
    /// # Errors
    /// As [`workload_identity`](Self::workload_identity).
    pub fn workload_identity_with_clock(
        file: Option<PathBuf>,
        cloud: &Cloud,
        environment: &Environment,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        let identity = WorkloadIdentity::new(file, cloud, environment, clock)?;
        Ok(Self(Kind::WorkloadIdentity(Box::new(identity))))
    }

    /// What may be told of it.
    #[must_use]
    pub fn describe(&self) -> CredentialDescription {
        match &self.0 {
            Kind::Secret(_) => CredentialDescription::Secret,
            Kind::Certificate(certificate) => certificate.describe(),
            Kind::ManagedIdentity(federated) => CredentialDescription::ManagedIdentity {
                client_id: federated.client_id,
                source: federated.identity.source(),
                audience: federated.audience,
            },
            Kind::WorkloadIdentity(identity) => CredentialDescription::WorkloadIdentity {
                file: identity.file().to_owned(),
                audience: identity.audience(),
            },
        }
    }

    /// Tries it out as far as that goes without Entra: reads the file, signs, or gets the identity's token. Takes at most
    /// 15 seconds.
    ///
    /// # Errors
    /// When it yields no proof.
    pub async fn probe(&self) -> Result<CredentialProbe, CredentialError> {
        let deadline = Instant::now() + PROBE_TIMEOUT;
        match &self.0 {
            Kind::Secret(_) => Ok(CredentialProbe {
                federated: None,
                warnings: vec![
                    "A client secret is for development: it can be copied, and it expires without notice. Use a managed identity, workload identity or a certificate in production.".to_owned(),
                ],
            }),
            Kind::Certificate(certificate) => Ok(CredentialProbe {
                federated: None,
                warnings: certificate.probe().await?,
            }),
            Kind::ManagedIdentity(federated) => self.federated(federated.assertion(deadline).await),
            Kind::WorkloadIdentity(identity) => self.federated(identity.assertion(deadline).await),
        }
    }

    /// What this credential knows about a refusal by the token endpoint that its AADSTS code alone doesn't tell; for the
    /// operator. `None` when it knows nothing more.
    #[must_use]
    pub fn advice(&self, code: u32) -> Option<String> {
        match (&self.0, code) {
            (Kind::Certificate(certificate), 700_027) => Some(format!(
                "Upload the public certificate with thumbprint {} to the app registration (Certificates & secrets); Entra knows no such certificate, in either form of the assertion.",
                certificate.thumbprint()
            )),
            (Kind::ManagedIdentity(federated), 700_231) => Some(format!(
                "The tokens of managed identity {} were themselves obtained through a federated credential, as on AKS with workload identity. Put the federated credential for the service account on the app registration itself, and configure workload identity.",
                federated.client_id
            )),
            (Kind::WorkloadIdentity(identity), 700_231) => Some(format!(
                "The token in {} was itself obtained through a federated credential. It must be the service account's own, projected by the cluster; put the federated credential for that service account on the app registration itself.",
                identity.file().display()
            )),
            (_, 70_021 | 700_211..=700_214 | 7_002_138) => self.subject().map(|subject| mismatch(code, &subject)),
            _ => None,
        }
    }

    /// The form fields that prove the client in a request to `token_endpoint`.
    pub(crate) async fn fields(
        &self,
        token_endpoint: &Url,
        client_id: Uuid,
        deadline: Instant,
    ) -> Result<CredentialFields, CredentialError> {
        match &self.0 {
            Kind::Secret(secret) => Ok(CredentialFields::secret(Arc::clone(secret))),
            Kind::Certificate(certificate) => certificate.fields(token_endpoint, client_id, deadline).await,
            Kind::ManagedIdentity(federated) => federated.assertion(deadline).await.map(CredentialFields::assertion),
            Kind::WorkloadIdentity(identity) => identity.assertion(deadline).await.map(CredentialFields::assertion),
        }
    }

    /// The token endpoint answered what was sent with `invalid_client` and AADSTS700027. True if it is worth asking for
    /// fields again, which will then be of another form, and repeating the request: once, not in a loop.
    pub(crate) fn rejected(&self, sent: &CredentialFields) -> bool {
        sent.form().is_some_and(Certificate::rejected)
    }

    /// What the token was about that was last presented.
    fn subject(&self) -> Option<FederatedSubject> {
        match &self.0 {
            Kind::Secret(_) | Kind::Certificate(_) => None,
            Kind::ManagedIdentity(federated) => federated.subject(),
            Kind::WorkloadIdentity(identity) => identity.subject(),
        }
    }

    /// What trying out a federated credential showed.
    fn federated(&self, tried: Result<Arc<SecretString>, CredentialError>) -> Result<CredentialProbe, CredentialError> {
        tried.map(|_| CredentialProbe {
            federated: self.subject(),
            warnings: Vec::new(),
        })
    }
}

impl FederatedIdentity {
    async fn assertion(&self, deadline: Instant) -> Result<Arc<SecretString>, CredentialError> {
        let token = self.identity.token(self.audience, deadline).await?;
        *self.subject.lock().unwrap_or_else(PoisonError::into_inner) =
            UnverifiedClaims::read(token.expose()).map(|claims| FederatedSubject {
                issuer: claims.iss,
                subject: claims.sub,
                audience: self.audience,
            });
        Ok(Arc::new(SecretString::from(token.expose())))
    }

    fn subject(&self) -> Option<FederatedSubject> {
        self.subject.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a federated credential must say for the token that was refused.
fn mismatch(code: u32, subject: &FederatedSubject) -> String {
    // Right after it was made, Entra doesn't know a federated credential yet everywhere.
    let wait = if code == 70_021 {
        " A federated credential made in the last minutes may need some more."
    } else {
        ""
    };
    format!(
        "Give the app registration a federated credential with exactly these, upper and lower case included: {subject}.{wait}"
    )
}

impl fmt::Debug for ClientCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientCredential").field(&self.describe()).finish()
    }
}
