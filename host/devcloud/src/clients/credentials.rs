//! By what an app may show who it is, besides its secret: certificates, and the issuers that it trusts to vouch for it.
//!
//! Registered by the settings and the control API, and forgotten with the process.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;

use super::applications::{MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID};
use crate::addresses::{API_CLIENT_ID, Addresses, TOKEN_EXCHANGE_URI};
use crate::bounded::BoundedMap;

/// Federated credentials that one app may have (Microsoft documentation, "Workload identity federation considerations").
const MAX_FEDERATED: usize = 20;

/// Certificates that one app may have. Entra has no small bound; this one is against a runaway.
const MAX_CERTIFICATES: usize = 50;

/// Client assertions remembered at once.
const MAX_ASSERTIONS: usize = 4096;

/// The service account for which the fixture has federated credentials.
pub(crate) const SERVICE_ACCOUNT: &str = "system:serviceaccount:usher:usher";

/// Why a credential isn't registered.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The text is no certificate with an RSA key.
    #[error("it is not a PEM certificate with an RSA key")]
    Certificate,
    /// The app has all that it may have.
    #[error("the app has {0} of these already, which is all that it may have")]
    TooMany(usize),
}

/// A registered certificate: only its public half was ever here.
pub(crate) struct Certificate {
    client_id: String,
    /// Base64url without padding, as are all thumbprints here.
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) key: DecodingKey,
    /// Whether the certificate is also found by its SHA-256 thumbprint. Some tenants were seen to know only SHA-1.
    by_sha256: bool,
}

/// A federated identity credential: whose tokens, about whom and for which audience, stand for the app's own
/// credential. All three are compared by case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Federated {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) audiences: Vec<String>,
}

/// What is registered for all apps, and which client assertions have been presented.
pub(crate) struct Credentials {
    certificates: Vec<Certificate>,
    federated: Vec<(String, Federated)>,
    /// Whether the apps' secret is over.
    pub(crate) secret_expired: bool,
    /// By app and `jti`, the digest of the assertion that had it.
    assertions: BoundedMap<Vec<u8>>,
}

impl Credentials {
    /// The fixture: the API's app trusts the managed identity and a Kubernetes service account, and so does the managed
    /// identity the latter.
    pub(crate) fn new(addresses: &Addresses) -> Self {
        let trust = |client_id: &str, issuer: String, subject: &str| {
            let federated = Federated {
                issuer,
                subject: subject.to_owned(),
                audiences: vec![TOKEN_EXCHANGE_URI.to_owned()],
            };
            (client_id.to_owned(), federated)
        };
        Self {
            certificates: Vec::new(),
            federated: vec![
                trust(API_CLIENT_ID, addresses.issuer(), MANAGED_IDENTITY_PRINCIPAL_ID),
                trust(API_CLIENT_ID, addresses.cluster_issuer(), SERVICE_ACCOUNT),
                trust(MANAGED_IDENTITY_CLIENT_ID, addresses.cluster_issuer(), SERVICE_ACCOUNT),
            ],
            secret_expired: false,
            assertions: BoundedMap::new(MAX_ASSERTIONS),
        }
    }

    /// Registers a certificate, and returns its SHA-1 and SHA-256 thumbprints.
    pub(crate) fn add_certificate(
        &mut self,
        client_id: &str,
        pem: &str,
        by_sha256: bool,
    ) -> Result<(String, String), CredentialError> {
        let der = der(pem).ok_or(CredentialError::Certificate)?;
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| CredentialError::Certificate)?;
        let thumbprint = |algorithm: &'static digest::Algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &der));
        let (sha1, sha256) = (thumbprint(&SHA1_FOR_LEGACY_USE_ONLY), thumbprint(&SHA256));
        self.certificates
            .retain(|known| known.client_id != client_id || known.sha256 != sha256);
        if self.certificates.len() >= MAX_CERTIFICATES {
            return Err(CredentialError::TooMany(MAX_CERTIFICATES));
        }
        self.certificates.push(Certificate {
            client_id: client_id.to_owned(),
            sha1: sha1.clone(),
            sha256: sha256.clone(),
            key,
            by_sha256,
        });
        Ok((sha1, sha256))
    }

    /// Forgets an app's certificates.
    pub(crate) fn remove_certificates(&mut self, client_id: &str) {
        self.certificates.retain(|known| known.client_id != client_id);
    }

    /// The app's certificate that has one of these thumbprints, however it was asked for.
    pub(crate) fn certificate(
        &self,
        client_id: &str,
        sha256: Option<&str>,
        sha1: Option<&str>,
    ) -> Option<&Certificate> {
        self.certificates.iter().find(|known| {
            known.client_id == client_id
                && match sha256 {
                    Some(sha256) => known.by_sha256 && known.sha256 == sha256,
                    None => sha1 == Some(&known.sha1),
                }
        })
    }

    /// Lets an app trust an issuer's tokens about a subject, in place of what it trusted for the same two.
    pub(crate) fn add_federated(&mut self, client_id: &str, federated: Federated) -> Result<(), CredentialError> {
        self.federated.retain(|(of, known)| {
            of != client_id || known.issuer != federated.issuer || known.subject != federated.subject
        });
        if self.federated(client_id).count() >= MAX_FEDERATED {
            return Err(CredentialError::TooMany(MAX_FEDERATED));
        }
        self.federated.push((client_id.to_owned(), federated));
        Ok(())
    }

    /// Forgets an app's federated credentials.
    pub(crate) fn remove_federated(&mut self, client_id: &str) {
        self.federated.retain(|(of, _)| of != client_id);
    }

    /// An app's federated credentials.
    pub(crate) fn federated<'a>(&'a self, client_id: &str) -> impl Iterator<Item = &'a Federated> + use<'a> {
        let client_id = client_id.to_owned();
        self.federated
            .iter()
            .filter(move |(of, _)| *of == client_id)
            .map(|(_, federated)| federated)
    }

    /// Whether an assertion's `jti` is its own. Sending the same assertion again is usual, as clients keep one for
    /// minutes; another one with the same `jti` is not.
    pub(crate) fn first_with_jti(&mut self, client_id: &str, jti: &str, assertion: &str) -> bool {
        let key = format!("{client_id} {jti}");
        let digest = digest(&SHA256, assertion.as_bytes()).as_ref().to_vec();
        if let Some(known) = self.assertions.get(&key) {
            return *known == digest;
        }
        self.assertions.insert(key, digest);
        true
    }
}

/// The bytes of the first certificate in a PEM text.
fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new(&Addresses::new(
            "http://127.0.0.1:1".into(),
            "http://127.0.0.1:2/mcp".into(),
        ))
    }

    #[test]
    fn an_app_never_has_more_than_twenty_federated_credentials() {
        let mut credentials = credentials();
        let federated = |subject: usize| Federated {
            issuer: "https://issuer.example".into(),
            subject: subject.to_string(),
            audiences: Vec::new(),
        };
        credentials.remove_federated(API_CLIENT_ID);
        for subject in 0..MAX_FEDERATED {
            credentials.add_federated(API_CLIENT_ID, federated(subject)).unwrap();
        }
        credentials.add_federated(API_CLIENT_ID, federated(0)).unwrap();
        assert!(matches!(
            credentials.add_federated(API_CLIENT_ID, federated(MAX_FEDERATED)),
            Err(CredentialError::TooMany(MAX_FEDERATED))
        ));
        assert_eq!(credentials.federated(MANAGED_IDENTITY_CLIENT_ID).count(), 1);
    }

    #[test]
    fn an_assertion_may_come_again_and_its_jti_may_not() {
        let mut credentials = credentials();
        for (assertion, jti, accepted) in [("a", "1", true), ("a", "1", true), ("b", "1", false), ("b", "2", true)] {
            assert_eq!(
                credentials.first_with_jti("client", jti, assertion),
                accepted,
                "{assertion} {jti}"
            );
        }
    }
}
