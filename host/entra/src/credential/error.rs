//! Why there is no proof of the client, or no token for its identity.

use std::{path::PathBuf, time::Duration};

use uuid::Uuid;

use super::{certificate::CertificateFileProblem, description::moment};

/// What stands between the host and its credential. The text says what is the case, in one sentence without secrets, and
/// [`fix`](Self::fix) what to do about it.
///
/// All of it is for the operator. A person who calls a tool can do nothing about any of it but come back later, if
/// [`is_transient`](Self::is_transient).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The configured secret has no characters.
    #[error("the client secret is empty")]
    EmptySecret,

    /// A file that the credential is read from can't be read.
    #[error("{} can't be read: {cause}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system says, or that the file is larger than any such file is.
        cause: String,
    },
    /// A file was read, and holds no certificate with its key that the client could sign with.
    #[error("{} can't be used as the client's certificate: {problem}", file.display())]
    CertificateFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: CertificateFileProblem,
    },
    /// Entra refuses certificates that are past their end.
    #[error("the client's certificate with thumbprint {thumbprint} expired at {}", moment(*not_after))]
    CertificateExpired {
        /// Its SHA-1 thumbprint in hexadecimal digits, as the portal lists it.
        thumbprint: String,
        /// The end of its validity, in Unix seconds.
        not_after: u64,
    },
    /// The certificate is for later, or this machine's clock is behind.
    #[error("the client's certificate with thumbprint {thumbprint} is not valid before {}", moment(*not_before))]
    CertificateNotYetValid {
        /// Its SHA-1 thumbprint in hexadecimal digits, as the portal lists it.
        thumbprint: String,
        /// The start of its validity, in Unix seconds.
        not_before: u64,
    },
    /// The key was read and can't sign.
    #[error("the client assertion could not be signed with the certificate's key")]
    Signing,

    /// A system-assigned identity was chosen to vouch for the app registration.
    #[error("a system-assigned managed identity can't be a federated credential of an app registration")]
    SystemAssigned,
    /// The host runs where managed identities work in a way that isn't supported.
    #[error("the managed identity of {platform} is not supported: {reason}")]
    UnsupportedPlatform {
        /// The platform that the environment variables tell of.
        platform: &'static str,
        /// Why it can't be used.
        reason: &'static str,
    },
    /// An environment variable of the platform doesn't hold what it should.
    #[error("the environment variable {variable} {problem}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What is wrong with its value.
        problem: &'static str,
    },
    /// What was asked for isn't the App ID URI of an API.
    #[error("{0:?} is not a resource that a managed identity's token can be for")]
    Resource(String),
    /// The platform knows no such identity for this workload.
    #[error("{platform} has no such managed identity: {}", identity(*client_id))]
    IdentityNotFound {
        /// Who was asked.
        platform: &'static str,
        /// The identity that was asked for; `None` is the system-assigned one.
        client_id: Option<Uuid>,
    },
    /// The platform refuses the request for another reason.
    #[error("{platform} refuses to issue a token for the managed identity: HTTP {status}{}", code.as_deref().map(|code| format!(", {code}")).unwrap_or_default())]
    IdentityRefused {
        /// Who was asked.
        platform: &'static str,
        /// The HTTP status.
        status: u16,
        /// The `error` of the answer, where it has a short one.
        code: Option<String>,
    },
    /// The platform can't answer at the moment.
    #[error("{platform} gives no token for the managed identity at the moment: {problem}")]
    IdentityUnavailable {
        /// Who was asked.
        platform: &'static str,
        /// What came instead of a token.
        problem: String,
        /// When it is worth asking again.
        retry_after: Duration,
    },
    /// The platform answered, and not with a token.
    #[error("{platform} answers with something that is not a token: {problem}")]
    IdentityAnswer {
        /// Who was asked.
        platform: &'static str,
        /// What is wrong with the answer.
        problem: &'static str,
    },

    /// No token file is configured, and the platform names none.
    #[error("no file with a federated token is configured, and AZURE_FEDERATED_TOKEN_FILE is not set")]
    NoTokenFile,
    /// The file holds something else than one JWT.
    #[error("{} does not hold a token: {problem}", file.display())]
    TokenFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with its content.
        problem: &'static str,
    },
    /// Entra would refuse the token, since it was issued for somebody else.
    #[error("the token in {} is for the audience {found}, and Entra takes only {expected}", file.display())]
    TokenAudience {
        /// The file.
        file: PathBuf,
        /// The audiences that it names.
        found: String,
        /// The audience of the configured cloud.
        expected: &'static str,
    },
    /// Entra would refuse the token, since it is past its end.
    #[error("the token in {} expired at {}", file.display(), moment(*expired_at))]
    TokenExpired {
        /// The file.
        file: PathBuf,
        /// Its `exp`, in Unix seconds.
        expired_at: u64,
    },
}

impl CredentialError {
    /// What to do about it: a sentence or two for the operator.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::EmptySecret => "Configure the value of the app registration's secret, or better a certificate or a managed identity.".into(),
            Self::Unreadable { file, .. } => format!(
                "See that {} exists and that the host's user may read it; in a container, that it is mounted.",
                file.display()
            ),
            Self::CertificateFile { problem, .. } => problem.fix().into(),
            Self::CertificateExpired { .. } => "Make a new certificate, upload its public part to the app registration (Certificates & secrets), and replace the file; the host takes it up by itself.".into(),
            Self::CertificateNotYetValid { .. } => "Wait, use a certificate that is valid already, or set this machine's clock.".into(),
            Self::Signing => "Replace the certificate's file by one with a sound RSA key.".into(),
            Self::SystemAssigned => "Create a user-assigned managed identity, assign it to this workload, configure its client id, and make it a federated credential of the app registration: Entra takes only user-assigned identities there.".into(),
            Self::UnsupportedPlatform { .. } => "Configure a certificate instead.".into(),
            Self::Variable { variable, .. } => format!(
                "The platform sets {variable}: remove whatever overrides it for this process."
            ),
            Self::Resource(_) => "Write the API's App ID URI, such as https://storage.azure.com or api://<client id>: one, without white space and without /.default.".into(),
            Self::IdentityNotFound { client_id: Some(client_id), .. } => format!(
                "Assign the user-assigned managed identity with client id {client_id} to this workload (Identity, User assigned), or correct the client id: it is the identity's, neither its object id nor the app registration's."
            ),
            Self::IdentityNotFound { client_id: None, .. } => "Switch on this workload's system-assigned identity, or configure the client id of a user-assigned one.".into(),
            Self::IdentityRefused { .. } => "See that the managed identity is assigned to this workload, that the resource is an API's App ID URI known in the tenant, and that nothing stands between this process and the platform's endpoint.".into(),
            Self::IdentityUnavailable { .. } => "If it lasts: this process may not run where managed identities exist, or something keeps it from reaching the platform's endpoint, which is never behind a proxy.".into(),
            Self::IdentityAnswer { .. } => "Something other than the platform's endpoint may be answering at its address: look at IDENTITY_ENDPOINT or AZURE_POD_IDENTITY_AUTHORITY_HOST.".into(),
            Self::NoTokenFile => "On Kubernetes, label the pod azure.workload.identity/use: \"true\" and give it the annotated service account; elsewhere configure the token's file.".into(),
            Self::TokenFile { .. } => "Point the setting at the projected service account token, which is one JWT and nothing else.".into(),
            Self::TokenAudience { expected, .. } => format!(
                "Project a service account token with the audience {expected}. The token must be the cluster's own: one that Entra issued for a managed identity does not belong in this file."
            ),
            Self::TokenExpired { .. } => "The kubelet renews a projected token in place: see that the volume is mounted without subPath and that the file is not a copy; and look at this machine's clock.".into(),
        }
    }

    /// Whether the same call may succeed later, without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::IdentityUnavailable { .. })
    }

    /// When to try again, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::IdentityUnavailable { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

fn identity(client_id: Option<Uuid>) -> String {
    match client_id {
        Some(client_id) => format!("the user-assigned one with client id {client_id}"),
        None => "the system-assigned one".into(),
    }
}
