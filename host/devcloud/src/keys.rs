//! The signing keys: generating, publishing, rotating, signing.
//!
//! RSA-2048 by aws-lc-rs, certificates by rcgen. The published shape is that of Entra's key document: `kid` equals
//! `x5t` (base64url SHA-1 of the certificate), and there is no `alg` member.

use std::sync::OnceLock;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use serde_json::{Value, json};

/// Keys that may be known at once, so that rotating for ever can't exhaust memory.
const MAX_KEYS: usize = 16;

/// Why a key could not be made, found or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The cryptography library refused.
    #[error("the cryptography library failed to generate, read or use an RSA key")]
    Cryptography,
    /// The certificate could not be built.
    #[error("the key's certificate could not be built: {0}")]
    Certificate(#[from] rcgen::Error),
    /// No key has this id.
    #[error("no key has the kid `{0}`")]
    Unknown(String),
    /// The last published key, or the one that signs, can't be dropped.
    #[error("the key `{0}` signs at the moment; rotate before dropping it")]
    InUse(String),
    /// More keys than are kept.
    #[error("there are {MAX_KEYS} keys already; drop some first")]
    TooMany,
    /// A header asked for an algorithm that an RSA key can't be made to sign with.
    #[error("can't sign with alg `{0}`; RS256, RS384, RS512, PS256, PS384, PS512, HS256 and none are possible")]
    Algorithm(String),
}

/// One RSA key with its certificate.
pub(crate) struct SigningKey {
    kid: String,
    pair: RsaKeyPair,
    pkcs8: Vec<u8>,
    certificate: Vec<u8>,
    pub(crate) published: bool,
}

impl SigningKey {
    pub(crate) fn generate(published: bool) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Cryptography)?;
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
            .map_err(|_| KeyError::Cryptography)?
            .as_ref()
            .to_vec();
        let certificate = self_signed(&pkcs8)?;
        Self::from_parts(pkcs8, certificate, published)
    }

    /// A key as it was kept: PKCS#8 and the certificate, both DER.
    pub(crate) fn from_parts(pkcs8: Vec<u8>, certificate: Vec<u8>, published: bool) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| KeyError::Cryptography)?;
        let kid = URL_SAFE_NO_PAD.encode(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate));
        Ok(Self {
            kid,
            pair,
            pkcs8,
            certificate,
            published,
        })
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The compact serialisation (RFC 7515, section 7.1) of this header and these claims, signed as the header's
    /// `alg` says. Entra only ever uses RS256; the others exist to forge what a verifier must refuse: `HS256` keyed
    /// with the public key, and `none`.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> Result<String, KeyError> {
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = match header["alg"].as_str().unwrap_or("RS256") {
            "RS256" => self.rsa(&RSA_PKCS1_SHA256, &token)?,
            "RS384" => self.rsa(&RSA_PKCS1_SHA384, &token)?,
            "RS512" => self.rsa(&RSA_PKCS1_SHA512, &token)?,
            "PS256" => self.rsa(&RSA_PSS_SHA256, &token)?,
            "PS384" => self.rsa(&RSA_PSS_SHA384, &token)?,
            "PS512" => self.rsa(&RSA_PSS_SHA512, &token)?,
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.public_pem().as_bytes());
                hmac::sign(&key, token.as_bytes()).as_ref().to_vec()
            }
            "none" => Vec::new(),
            other => return Err(KeyError::Algorithm(other.to_owned())),
        };
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(token)
    }

    /// The public half, for checking what this key signed.
    pub(crate) fn verifying_key(&self) -> DecodingKey {
        let public = self.pair.public_key();
        DecodingKey::from_rsa_raw_components(
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        )
    }

    fn rsa(&self, encoding: &'static dyn RsaEncoding, message: &str) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| KeyError::Cryptography)?;
        Ok(signature)
    }

    /// The public key as PEM (SubjectPublicKeyInfo), which the classic key confusion attack takes for an HMAC secret.
    fn public_pem(&self) -> String {
        let Ok(der) = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(self.pair.public_key()) else {
            return String::new();
        };
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in STANDARD.encode(der.as_ref()).as_bytes().chunks(64) {
            pem.extend(line.iter().map(|byte| char::from(*byte)));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }

    /// The public half as Kubernetes publishes its own (RFC 7517).
    pub(crate) fn plain_jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    fn jwk(&self, issuer: &str) -> Value {
        let mut jwk = self.plain_jwk();
        // Entra names no algorithm.
        if let Value::Object(members) = &mut jwk {
            members.remove("alg");
        }
        jwk["x5t"] = json!(self.kid);
        jwk["x5c"] = json!([STANDARD.encode(&self.certificate)]);
        jwk["cloud_instance_name"] = json!(crate::oauth::CLOUD_INSTANCE_NAME);
        jwk["issuer"] = json!(issuer);
        jwk
    }
}

fn self_signed(pkcs8: &[u8]) -> Result<Vec<u8>, KeyError> {
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256)?;
    let mut parameters = CertificateParams::default();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "usher development signing key");
    // Nobody checks a signing certificate's dates (the key document is the authority on which keys are good), so
    // they span any laptop's clock.
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2100, 1, 1);
    Ok(parameters.self_signed(&pair)?.der().to_vec())
}

/// A key beside the ring that is made on first use, as most runs never need it.
#[derive(Default)]
pub(crate) struct LazyKey(OnceLock<SigningKey>);

impl LazyKey {
    pub(crate) fn get(&self) -> Result<&SigningKey, KeyError> {
        if self.0.get().is_none() {
            // Whoever comes second throws its key away.
            let _ = self.0.set(SigningKey::generate(false)?);
        }
        self.0.get().ok_or(KeyError::Cryptography)
    }

    /// The key if it was ever used: nothing can have been signed by one that wasn't.
    pub(crate) fn made(&self) -> Option<&SigningKey> {
        self.0.get()
    }
}

/// All keys of a dev cloud, and which of them signs.
pub(crate) struct KeyRing {
    keys: Vec<SigningKey>,
    signing: String,
}

impl KeyRing {
    /// Two published keys, as a verifier must never count on there being one.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        // Finding primes is most of what a first start does; two threads halve the wait.
        let keys = std::thread::scope(|scope| {
            let second = scope.spawn(|| SigningKey::generate(true));
            let first = SigningKey::generate(true)?;
            let second = second.join().map_err(|_| KeyError::Cryptography)??;
            Ok::<_, KeyError>(vec![first, second])
        })?;
        let signing = keys[0].kid.clone();
        Ok(Self { keys, signing })
    }

    /// Keys as they were kept, `None` when the one that signs isn't among them.
    pub(crate) fn from_parts(keys: Vec<SigningKey>, signing: String) -> Option<Self> {
        keys.iter()
            .any(|key| key.kid == signing)
            .then_some(Self { keys, signing })
    }

    pub(crate) fn keys(&self) -> &[SigningKey] {
        &self.keys
    }

    /// The key that signs what Entra would issue.
    pub(crate) fn signing(&self) -> &SigningKey {
        self.find(&self.signing)
            .expect("the signing key is always in the ring: `drop_key` refuses to remove it")
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// Lets a new key sign from now on. Unpublished, it is what a verifier sees that has not
    /// refreshed its keys yet, or whose refresh was too early.
    pub(crate) fn rotate(&mut self, published: bool) -> Result<(), KeyError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let key = SigningKey::generate(published)?;
        let kid = key.kid.clone();
        self.keys.push(key);
        self.signing = kid;
        Ok(())
    }

    /// Puts a key into the key document, or takes it out.
    pub(crate) fn publish(&mut self, kid: &str, published: bool) -> Result<(), KeyError> {
        let key = self
            .keys
            .iter_mut()
            .find(|key| key.kid == kid)
            .ok_or_else(|| KeyError::Unknown(kid.to_owned()))?;
        key.published = published;
        Ok(())
    }

    /// Forgets a key for good.
    pub(crate) fn drop_key(&mut self, kid: &str) -> Result<(), KeyError> {
        if kid == self.signing {
            return Err(KeyError::InUse(kid.to_owned()));
        }
        let before = self.keys.len();
        self.keys.retain(|key| key.kid != kid);
        if self.keys.len() == before {
            Err(KeyError::Unknown(kid.to_owned()))
        } else {
            Ok(())
        }
    }

    /// The key document (RFC 7517, section 5): the published keys.
    pub(crate) fn document(&self, issuer: &str) -> Value {
        let keys: Vec<Value> = self
            .keys
            .iter()
            .filter(|key| key.published)
            .map(|key| key.jwk(issuer))
            .collect();
        json!({ "keys": keys })
    }
}
