//! Keys and certificates, made for each run of the tests.

use std::{path::PathBuf, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::EncodingKey;
use p12_keystore::{EncryptionAlgorithm, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tempfile::TempDir;
use time::OffsetDateTime;

use super::clock::START;

pub(super) const DAY: u64 = 24 * 60 * 60;

/// Making an RSA key takes a moment, so the tests share these.
static KEYS: LazyLock<[KeyPair; 4]> =
    LazyLock::new(|| std::array::from_fn(|_| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()));

/// The client's key.
pub(super) fn key() -> &'static KeyPair {
    &KEYS[0]
}

/// The key that follows it.
pub(super) fn next_key() -> &'static KeyPair {
    &KEYS[1]
}

/// A certificate in DER.
pub(super) type Certificate = Vec<u8>;

/// A self-signed certificate that is valid from yesterday and for a year.
pub(super) fn certificate(key: &KeyPair) -> Certificate {
    certificate_for(key, START - DAY, START + 365 * DAY)
}

/// A self-signed certificate for the time between two moments in Unix seconds.
pub(super) fn certificate_for(key: &KeyPair, not_before: u64, not_after: u64) -> Certificate {
    params("usher", not_before, not_after)
        .self_signed(key)
        .unwrap()
        .der()
        .to_vec()
}

/// The client's certificate, the one that issued it, and the root: a chain as authorities issue them.
pub(super) fn chain() -> [Certificate; 3] {
    let authority = |name| {
        let mut params = params(name, START - DAY, START + 365 * DAY);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let root = Issuer::new(authority("Root"), &KEYS[2]);
    let issuing = Issuer::new(authority("Issuing"), &KEYS[3]);
    let own = params("usher", START - DAY, START + 365 * DAY);
    [
        own.signed_by(key(), &issuing).unwrap().der().to_vec(),
        authority("Issuing").signed_by(&KEYS[3], &root).unwrap().der().to_vec(),
        authority("Root").self_signed(&KEYS[2]).unwrap().der().to_vec(),
    ]
}

fn params(name: &str, not_before: u64, not_after: u64) -> CertificateParams {
    let moment = |unix: u64| OffsetDateTime::from_unix_timestamp(unix.try_into().unwrap()).unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = moment(not_before);
    params.not_after = moment(not_after);
    params
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The key as PKCS #8 and its certificate.
pub(super) fn bundle(key: &KeyPair, certificate: &[u8]) -> String {
    pem("PRIVATE KEY", key.serialized_der()) + &pem("CERTIFICATE", certificate)
}

/// The key in the form of RFC 8017.
pub(super) fn pkcs1(key: &KeyPair) -> Vec<u8> {
    let key = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).unwrap();
    key.as_bytes().to_vec()
}

/// The client's key and certificate as PKCS #12.
pub(super) fn pkcs12(password: &str, encryption: EncryptionAlgorithm) -> Vec<u8> {
    let chain = PrivateKeyChain::new(
        "key",
        PrivateKey::from_der(key().serialized_der()).unwrap(),
        [p12_keystore::Certificate::from_der(&certificate(key())).unwrap()],
    );
    let mut store = KeyStore::new();
    store.add_entry("client", KeyStoreEntry::PrivateKeyChain(chain));
    // Few iterations: they only make a test slow.
    store
        .writer(password)
        .encryption_algorithm(encryption)
        .encryption_iterations(16)
        .mac_iterations(16)
        .write()
        .unwrap()
}

/// A file in a folder of its own, which is gone after the test.
pub(super) struct TestFile {
    folder: TempDir,
}

impl TestFile {
    pub(super) fn new(content: impl AsRef<[u8]>) -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        file.replace(content);
        file
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("credential")
    }

    /// Puts a new file under the old name, as tools that renew certificates do.
    pub(super) fn replace(&self, content: impl AsRef<[u8]>) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, content).unwrap();
        std::fs::rename(new, self.path()).unwrap();
    }

    pub(super) fn remove(&self) {
        std::fs::remove_file(self.path()).unwrap();
    }
}
