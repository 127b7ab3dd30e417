//! A private key and the certificate that belongs to it, found in the bytes of a file.
//!
//! Which certificate is the client's is not a matter of order: it is the one whose public key is the private key's. The
//! rest of what a file holds is its chain.

use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rsa::KeyPair as RsaKeyPair,
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::EncodingKey;
use p12_keystore::Pkcs12Archive;
use rustls_pki_types::pem::{PemObject, SectionKind};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use std::{fmt::Write, time::Duration};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::CredentialError;

/// Why a file can't serve as the client's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFileProblem {
    /// A PEM section is broken.
    #[error("its PEM is malformed")]
    Pem,
    /// Neither PEM nor PKCS #12, or encrypted in a way that isn't known.
    #[error("it is neither PEM nor a PKCS #12 file that can be read")]
    Format,
    /// The MAC of the PKCS #12 file doesn't come out.
    #[error("the password does not open it")]
    Password,
    /// A password is configured, which protects nothing.
    #[error("a password is configured, and a PEM file has none")]
    PasswordForPem,
    /// A PEM key that itself is encrypted.
    #[error("its private key is encrypted")]
    EncryptedPem,
    /// Only certificates.
    #[error("it holds no private key")]
    NoKey,
    /// Which of them is the client's can't be guessed.
    #[error("it holds more than one private key")]
    SeveralKeys,
    /// Entra verifies assertions of such keys only, and the cryptography library reads no smaller ones.
    #[error("its private key is not an RSA key of 2,048 bits or more")]
    NotRsa,
    /// A certificate that can't be parsed.
    #[error("one of its certificates is malformed")]
    Certificate,
    /// Certificate and key are of different pairs, or there is no certificate.
    #[error("it holds no certificate that belongs to its private key")]
    NoCertificate,
}

impl CertificateFileProblem {
    /// What to do about it.
    pub(in crate::credential) fn fix(self) -> &'static str {
        match self {
            Self::Pem | Self::Format | Self::Certificate => {
                "Write the key and the certificate into one PEM file, or export both as PKCS #12 (.pfx)."
            }
            Self::Password => "Configure the password that the file was exported with.",
            Self::PasswordForPem => "Remove the password from the configuration, or use a PKCS #12 file.",
            Self::EncryptedPem => {
                "Decrypt the key (openssl pkey -in FILE -out FILE) and protect the file by its permissions, or use a PKCS #12 file with a password."
            }
            Self::NoKey => "Add the private key to the file: the public certificate alone proves nothing.",
            Self::SeveralKeys => "Leave only the client's key in the file.",
            Self::NotRsa => "Make a certificate with an RSA key of 2,048 bits or more.",
            Self::NoCertificate => "Add the certificate that was issued for this very key.",
        }
    }
}

/// A key, its certificate, and the chain above it.
pub(super) struct KeyPair {
    signing_key: EncodingKey,
    /// DER, the client's own first, each issuer after what it issued.
    chain: Vec<Vec<u8>>,
    sha1: Vec<u8>,
    sha256: Vec<u8>,
    thumbprint: String,
    thumbprint_sha256: String,
    subject: String,
    not_before: u64,
    not_after: u64,
}

/// A private key in DER, wiped when dropped, and the certificates beside it.
struct Found {
    key: PrivateKey,
    certificates: Vec<Vec<u8>>,
}

enum PrivateKey {
    /// `RSAPrivateKey`, RFC 8017.
    Pkcs1(SecretSlice<u8>),
    /// `PrivateKeyInfo`, RFC 5208.
    Pkcs8(SecretSlice<u8>),
}

impl KeyPair {
    /// Reads a file's content.
    pub(super) fn parse(content: &[u8], password: Option<&SecretString>) -> Result<Self, CertificateFileProblem> {
        let is_pem = content.windows(11).any(|window| window == b"-----BEGIN ");
        let found = match (is_pem, password) {
            (true, None) => from_pem(content)?,
            (true, Some(_)) => return Err(CertificateFileProblem::PasswordForPem),
            (false, password) => from_pkcs12(content, password.map_or("", ExposeSecret::expose_secret))?,
        };
        Self::assemble(&found)
    }

    fn assemble(found: &Found) -> Result<Self, CertificateFileProblem> {
        let pair = match &found.key {
            PrivateKey::Pkcs1(der) => RsaKeyPair::from_der(der.expose_secret()),
            PrivateKey::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.expose_secret()),
        }
        .map_err(|_| CertificateFileProblem::NotRsa)?;
        let certificates = found
            .certificates
            .iter()
            .map(|der| match X509Certificate::from_der(der) {
                Ok((_, certificate)) => Ok((der.as_slice(), certificate)),
                Err(_) => Err(CertificateFileProblem::Certificate),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let public_key = pair.public_key().as_ref();
        let own = certificates
            .iter()
            .position(|(_, certificate)| *certificate.public_key().subject_public_key.data == *public_key)
            .ok_or(CertificateFileProblem::NoCertificate)?;
        let (der, certificate) = &certificates[own];
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec();
        let sha256 = digest(&SHA256, der).as_ref().to_vec();
        Ok(Self {
            signing_key: found.key.signing_key()?,
            chain: chain(own, &certificates),
            thumbprint: hexadecimal(&sha1),
            thumbprint_sha256: hexadecimal(&sha256),
            sha1,
            sha256,
            subject: certificate.subject().to_string(),
            not_before: unix(certificate.validity().not_before.timestamp()),
            not_after: unix(certificate.validity().not_after.timestamp()),
        })
    }

    /// An assertion by a certificate outside its validity would be refused with a code that names other causes first.
    pub(super) fn check_validity(&self, now: u64) -> Result<(), CredentialError> {
        if now > self.not_after {
            Err(CredentialError::CertificateExpired {
                thumbprint: self.thumbprint.clone(),
                not_after: self.not_after,
            })
        } else if now < self.not_before {
            Err(CredentialError::CertificateNotYetValid {
                thumbprint: self.thumbprint.clone(),
                not_before: self.not_before,
            })
        } else {
            Ok(())
        }
    }

    pub(super) fn ends_within(&self, time: Duration, now: u64) -> bool {
        self.not_after < now.saturating_add(time.as_secs())
    }

    pub(super) fn signing_key(&self) -> &EncodingKey {
        &self.signing_key
    }

    /// The DER of the certificate and of those above it, a self-signed root left out, since who trusts it has it.
    pub(super) fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(Vec::as_slice)
    }

    pub(super) fn sha1(&self) -> &[u8] {
        &self.sha1
    }

    pub(super) fn sha256(&self) -> &[u8] {
        &self.sha256
    }

    pub(super) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(super) fn thumbprint_sha256(&self) -> &str {
        &self.thumbprint_sha256
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn not_after(&self) -> u64 {
        self.not_after
    }
}

impl PrivateKey {
    fn signing_key(&self) -> Result<EncodingKey, CertificateFileProblem> {
        match self {
            Self::Pkcs1(der) => Ok(EncodingKey::from_rsa_der(der.expose_secret())),
            // The library takes this form as PEM only.
            Self::Pkcs8(der) => {
                let pem = SecretString::from(format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                    STANDARD.encode(der.expose_secret())
                ));
                EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(|_| CertificateFileProblem::NotRsa)
            }
        }
    }
}

fn from_pem(content: &[u8]) -> Result<Found, CertificateFileProblem> {
    // RFC 1421's way of encrypting says so in a header of the section, PKCS #8's in its label.
    if [&b"Proc-Type: 4,ENCRYPTED"[..], b"-----BEGIN ENCRYPTED PRIVATE KEY-----"]
        .iter()
        .any(|mark| content.windows(mark.len()).any(|window| window == *mark))
    {
        return Err(CertificateFileProblem::EncryptedPem);
    }
    let mut key = None;
    let mut certificates = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(content) {
        let (kind, der) = section.map_err(|_| CertificateFileProblem::Pem)?;
        let found = match kind {
            SectionKind::Certificate => {
                certificates.push(der);
                continue;
            }
            SectionKind::RsaPrivateKey => PrivateKey::Pkcs1(der.into()),
            SectionKind::PrivateKey => PrivateKey::Pkcs8(der.into()),
            SectionKind::EcPrivateKey => return Err(CertificateFileProblem::NotRsa),
            _ => continue,
        };
        if key.replace(found).is_some() {
            return Err(CertificateFileProblem::SeveralKeys);
        }
    }
    let key = key.ok_or(CertificateFileProblem::NoKey)?;
    Ok(Found { key, certificates })
}

fn from_pkcs12(content: &[u8], password: &str) -> Result<Found, CertificateFileProblem> {
    let archive = Pkcs12Archive::from_pkcs12(content, password).map_err(|error| match error {
        // A wrong password shows in the MAC, or, in a file without one, in what decrypting with it yields.
        p12_keystore::error::Error::MacError(_)
        | p12_keystore::error::Error::UnpadError
        | p12_keystore::error::Error::Pkcs5Error(_) => CertificateFileProblem::Password,
        _ => CertificateFileProblem::Format,
    })?;
    let mut keys = archive.keys.into_iter();
    let key = keys.next().ok_or(CertificateFileProblem::NoKey)?;
    if keys.next().is_some() {
        return Err(CertificateFileProblem::SeveralKeys);
    }
    Ok(Found {
        key: PrivateKey::Pkcs8(key.key.as_der().to_vec().into()),
        certificates: archive
            .certs
            .iter()
            .map(|certificate| certificate.cert.as_der().to_vec())
            .collect(),
    })
}

/// The certificate with index `own` and, one after the other, those that issued it, as far as the file holds them.
fn chain(own: usize, certificates: &[(&[u8], X509Certificate<'_>)]) -> Vec<Vec<u8>> {
    let (der, mut last) = (certificates[own].0, &certificates[own].1);
    let mut chain = vec![der.to_vec()];
    // Each step adds one, so that names which issue one another in a circle end too.
    while chain.len() < certificates.len() {
        let issuer = certificates.iter().find(|(_, candidate)| {
            let is_root = candidate.subject().as_raw() == candidate.issuer().as_raw();
            !is_root && candidate.subject().as_raw() == last.issuer().as_raw()
        });
        let Some((der, issuer)) = issuer else { break };
        chain.push(der.to_vec());
        last = issuer;
    }
    chain
}

/// Upper case and without colons, as the portal shows thumbprints.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// X.509 times may lie before 1970; such a certificate has expired in any case.
fn unix(timestamp: i64) -> u64 {
    u64::try_from(timestamp).unwrap_or(0)
}
