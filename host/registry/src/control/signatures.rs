//! Signatures of components: detached, by keys that the operator lists, in the format of minisign.
//!
//! `minisign -S -m NAME.wasm` writes `NAME.wasm.minisig`. The key that made it is found by its id; the signature holds the
//! whole file (Ed25519 over BLAKE2b-512). Format: <https://jedisct1.github.io/minisign/#signature-format>.

use minisign_verify::{Error, PublicKey, Signature};
use thiserror::Error as ThisError;

/// The largest signature that is read, in bytes: four lines with two comments.
const SIGNATURE_BYTES: usize = 16 << 10;

/// Which signatures components need.
#[derive(Debug, Clone, Default)]
pub struct Signatures {
    required: bool,
    keys: Vec<PublicKey>,
}

/// Why keys can't be used.
#[derive(Debug, ThisError)]
pub enum KeyError {
    /// One isn't a key.
    #[error(
        "signatures.keys: {key:?} isn't a public key of minisign: {detail}. Take the second line of the .pub file, which begins with RW"
    )]
    NotAKey {
        /// What was given.
        key: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Signatures are required and nobody's would do.
    #[error("signatures.required is true, but signatures.keys lists no key: nothing could ever be served")]
    NoKeys,
}

/// Why a component isn't taken for its signature.
#[derive(Debug, ThisError, PartialEq, Eq)]
pub(super) enum SignatureError {
    #[error(
        "there is none, and this host serves signed components only; put NAME.wasm.minisig beside it (minisign -S -m NAME.wasm)"
    )]
    Missing,
    #[error("the file .minisig isn't a signature of minisign: {0}")]
    Malformed(String),
    #[error("it was made in minisign's old format, without a hash first; sign again with a minisign of today")]
    Legacy,
    #[error("it was made with a key that isn't in signatures.keys")]
    UnknownKey,
    #[error("the file isn't the one that was signed; sign this one, or put that one back")]
    AnotherFile,
}

impl Signatures {
    /// Takes public keys as minisign writes them: the second line of its `.pub` file. Without keys, and none required, no
    /// signature is looked at.
    ///
    /// # Errors
    /// A key isn't one, or there is none where signatures are required.
    pub fn new(required: bool, keys: &[String]) -> Result<Self, KeyError> {
        if required && keys.is_empty() {
            return Err(KeyError::NoKeys);
        }
        let parsed = keys.iter().map(|key| {
            PublicKey::from_base64(key.trim()).map_err(|error| KeyError::NotAKey {
                key: key.clone(),
                detail: error.to_string(),
            })
        });
        Ok(Self {
            required,
            keys: parsed.collect::<Result<_, _>>()?,
        })
    }

    /// Holds a component against its signature. One that is there must be good even where none is required.
    pub(super) fn verify(&self, wasm: &[u8], signature: Option<&[u8]>) -> Result<(), SignatureError> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let Some(bytes) = signature else {
            return if self.required {
                Err(SignatureError::Missing)
            } else {
                Ok(())
            };
        };
        let signature = read(bytes)?;
        let mut outcome = Err(SignatureError::UnknownKey);
        // Ids of keys are eight random bytes: two keys of one id are tried both.
        for key in &self.keys {
            match key.verify(wasm, &signature, false) {
                Ok(()) => return Ok(()),
                Err(Error::UnexpectedKeyId) => {}
                Err(Error::UnexpectedAlgorithm) => outcome = Err(SignatureError::Legacy),
                Err(_) => outcome = Err(SignatureError::AnotherFile),
            }
        }
        outcome
    }
}

fn read(bytes: &[u8]) -> Result<Signature, SignatureError> {
    if bytes.len() > SIGNATURE_BYTES {
        return Err(SignatureError::Malformed(format!("it has {} bytes", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| SignatureError::Malformed(error.to_string()))?;
    Signature::decode(text).map_err(|error| SignatureError::Malformed(error.to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use minisign::KeyPair;

    const WASM: &[u8] = b"\0asm the component";

    fn key() -> KeyPair {
        KeyPair::generate_unencrypted_keypair().unwrap()
    }

    fn sign(key: &KeyPair, bytes: &[u8]) -> Vec<u8> {
        minisign::sign(None, &key.sk, bytes, None, None)
            .unwrap()
            .into_string()
            .into_bytes()
    }

    fn by(required: bool, keys: &[&KeyPair]) -> Signatures {
        let keys: Vec<_> = keys.iter().map(|key| key.pk.to_base64()).collect();
        Signatures::new(required, &keys).unwrap()
    }

    #[test]
    fn a_signature_by_any_listed_key_is_good() {
        let (one, other) = (key(), key());
        let signatures = by(true, &[&one, &other]);
        for key in [&one, &other] {
            assert_eq!(signatures.verify(WASM, Some(&sign(key, WASM))), Ok(()));
        }
    }

    #[test]
    fn errors_when_one_is_required_and_there_is_none() {
        let key = key();
        assert_eq!(by(true, &[&key]).verify(WASM, None), Err(SignatureError::Missing));
        assert_eq!(by(false, &[&key]).verify(WASM, None), Ok(()));
    }

    #[test]
    fn errors_when_the_key_is_not_listed() {
        let (listed, other) = (key(), key());
        for required in [true, false] {
            assert_eq!(
                by(required, &[&listed]).verify(WASM, Some(&sign(&other, WASM))),
                Err(SignatureError::UnknownKey)
            );
        }
    }

    #[test]
    fn errors_when_the_signature_is_of_another_file() {
        let key = key();
        for required in [true, false] {
            assert_eq!(
                by(required, &[&key]).verify(b"\0asm another one", Some(&sign(&key, WASM))),
                Err(SignatureError::AnotherFile)
            );
        }
    }

    #[test]
    fn errors_when_the_trusted_comment_was_changed() {
        let key = key();
        let text = String::from_utf8(sign(&key, WASM)).unwrap();
        let forged = text.replace("trusted comment: ", "trusted comment: x");
        let forged = forged.replacen("untrusted comment: x", "untrusted comment: ", 1);
        assert_eq!(
            by(true, &[&key]).verify(WASM, Some(forged.as_bytes())),
            Err(SignatureError::AnotherFile)
        );
    }

    #[test]
    fn errors_when_it_is_no_signature() {
        let key = key();
        for bytes in [&b""[..], b"hello", &[0xff, 0xfe], &[b'a'; SIGNATURE_BYTES + 1]] {
            assert!(matches!(
                by(false, &[&key]).verify(WASM, Some(bytes)),
                Err(SignatureError::Malformed(_))
            ));
        }
    }

    #[test]
    fn errors_when_keys_could_never_let_anything_through() {
        assert!(matches!(Signatures::new(true, &[]), Err(KeyError::NoKeys)));
        let key = key();
        let secret = key.sk.to_box(None).unwrap().into_string();
        for text in ["", "RWQ", secret.lines().nth(1).unwrap()] {
            assert!(matches!(
                Signatures::new(false, &[text.to_owned()]),
                Err(KeyError::NotAKey { .. })
            ));
        }
    }
}
