//! Workload identity: a token that the platform issues to the workload and renews in a file, and that a federated
//! identity credential of the app registration trusts ("Use Microsoft Entra Workload ID with Azure Kubernetes Service").
//!
//! On Kubernetes the federated credential for the service account belongs **on the app registration itself**. By way of
//! a managed identity it fails with AADSTS700231: a token that was obtained through one federated credential can't be
//! presented to another.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use secrecy::SecretString;
use tokio::io::AsyncReadExt;

use super::{CredentialError, Environment, FederatedSubject, unverified::UnverifiedClaims};
use crate::{Clock, Cloud, MAX_TOKEN_BYTES};

/// By which the Azure workload identity webhook names the file.
const TOKEN_FILE_VARIABLE: &str = "AZURE_FEDERATED_TOKEN_FILE";

pub(super) struct WorkloadIdentity {
    file: PathBuf,
    audience: &'static str,
    clock: Arc<dyn Clock>,
    /// Whose token the file held when it was last read.
    subject: Mutex<Option<FederatedSubject>>,
}

impl WorkloadIdentity {
    pub(super) fn new(
        file: Option<PathBuf>,
        cloud: &Cloud,
        environment: &Environment,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        let file = file
            .or_else(|| environment.get(TOKEN_FILE_VARIABLE).map(PathBuf::from))
            .ok_or(CredentialError::NoTokenFile)?;
        Ok(Self {
            file,
            audience: cloud.exchange_audience(),
            clock,
            subject: Mutex::default(),
        })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn audience(&self) -> &'static str {
        self.audience
    }

    /// The issuer and subject of the token that was last read, for an explanation.
    pub(super) fn subject(&self) -> Option<FederatedSubject> {
        self.subject.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The token as it is in the file now. It is read anew for every use, because the kubelet renews it in place, and
    /// what Entra would visibly refuse is refused here.
    pub(super) async fn assertion(&self, deadline: Instant) -> Result<Arc<SecretString>, CredentialError> {
        let text = tokio::time::timeout_at(deadline.into(), self.read())
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| CredentialError::Unreadable {
                file: self.file.clone(),
                cause: error.to_string(),
            })?;
        let token = text.trim();
        let claims = UnverifiedClaims::read(token).ok_or_else(|| CredentialError::TokenFile {
            file: self.file.clone(),
            problem: "it is not a signed JWT with issuer, subject, audience and expiry",
        })?;
        if !claims.audiences().iter().any(|audience| audience == self.audience) {
            return Err(CredentialError::TokenAudience {
                file: self.file.clone(),
                found: format!("{:?}", claims.audiences()),
                expected: self.audience,
            });
        }
        if claims.expires_at() <= self.clock.unix_now() {
            return Err(CredentialError::TokenExpired {
                file: self.file.clone(),
                expired_at: claims.expires_at(),
            });
        }
        let token = Arc::new(SecretString::from(token));
        *self.subject.lock().unwrap_or_else(PoisonError::into_inner) = Some(FederatedSubject {
            issuer: claims.iss,
            subject: claims.sub,
            audience: self.audience,
        });
        Ok(token)
    }

    async fn read(&self) -> io::Result<String> {
        let mut text = String::new();
        // One byte more than a token may have tells a file that is too long from one that just fits.
        let limit = MAX_TOKEN_BYTES as u64 + 1;
        let file = tokio::fs::File::open(&self.file).await?;
        file.take(limit).read_to_string(&mut text).await?;
        if text.len() > MAX_TOKEN_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is larger than a token can be",
            ));
        }
        Ok(text)
    }
}
