//! What may be told of a credential: which it is and how to recognise it in the portal, and never what it is made of.

use std::{fmt, path::PathBuf};

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

const MOMENT: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");

/// A credential as the operator knows it, without a secret in it. `Display` is a line for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialDescription {
    /// A client secret, of which nothing can be told, not even its end.
    Secret,
    /// A certificate with its key.
    Certificate {
        /// Where both are read from.
        file: PathBuf,
        /// The certificate's subject.
        subject: String,
        /// Its SHA-1 thumbprint in hexadecimal digits, by which the portal lists it.
        thumbprint: String,
        /// Its SHA-256 thumbprint in hexadecimal digits.
        thumbprint_sha256: String,
        /// The end of its validity, in Unix seconds.
        not_after: u64,
        /// How assertions are signed at the moment.
        signature: &'static str,
    },
    /// A user-assigned managed identity which vouches for the app registration.
    ManagedIdentity {
        /// The identity's client id.
        client_id: Uuid,
        /// Who issues its tokens.
        source: &'static str,
        /// The audience that is asked for.
        audience: &'static str,
    },
    /// A token that the platform renews in a file.
    WorkloadIdentity {
        /// The file.
        file: PathBuf,
        /// The audience that the token must have.
        audience: &'static str,
    },
}

impl fmt::Display for CredentialDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => f.write_str("client secret"),
            Self::Certificate {
                file,
                subject,
                thumbprint,
                not_after,
                signature,
                ..
            } => write!(
                f,
                "certificate {subject} in {}, thumbprint {thumbprint}, valid until {}, signing {signature}",
                file.display(),
                moment(*not_after)
            ),
            Self::ManagedIdentity {
                client_id,
                source,
                audience,
            } => write!(
                f,
                "managed identity {client_id} of {source} as federated credential, audience {audience}"
            ),
            Self::WorkloadIdentity { file, audience } => write!(
                f,
                "workload identity, the token in {}, audience {audience}",
                file.display()
            ),
        }
    }
}

/// What a credential showed when it was tried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialProbe {
    /// What the app registration's federated credential must say for Entra to take this one's tokens, character for
    /// character; `None` for a secret and for a certificate, which need none.
    pub federated: Option<FederatedSubject>,
    /// What works today and won't for ever, or shouldn't: sentences for the operator.
    pub warnings: Vec<String>,
}

/// What a federated identity credential is matched by. Entra compares issuer and subject with regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedSubject {
    /// `iss` of the tokens.
    pub issuer: String,
    /// `sub` of the tokens.
    pub subject: String,
    /// The audience that the federated credential must list.
    pub audience: &'static str,
}

impl fmt::Display for FederatedSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "issuer {:?}, subject {:?}, audience {:?}",
            self.issuer, self.subject, self.audience
        )
    }
}

/// A moment in Unix seconds as Entra writes moments: `2027-03-01 00:00:00Z`.
pub(super) fn moment(unix: u64) -> String {
    i64::try_from(unix)
        .ok()
        .and_then(|unix| OffsetDateTime::from_unix_timestamp(unix).ok())
        .and_then(|moment| moment.format(MOMENT).ok())
        .unwrap_or_else(|| format!("second {unix} of Unix time"))
}
