//! What rows of `all-documents` say of whose they are, where the grant lets them.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use usher_documents::{ContainerName, Owners};

use crate::seal::SealKey;

/// What keeps the key of pseudonyms apart from the key that it is derived from, and from others that are.
const PURPOSE: &[u8] = b"usher: pseudonyms of owners";
/// The bytes of a pseudonym: two people have the same with a probability of no consequence, and the rest of the digest tells
/// nothing more.
const PSEUDONYM_BYTES: usize = 16;

/// The last level of the partition key is the person.
pub(crate) fn by_object_id() -> Owners {
    Owners::new(|levels| levels.last().cloned().unwrap_or_default())
}

/// Makes pseudonyms: HMAC-SHA-256 (RFC 2104) of tenant and person, under a key that only this host's replicas have. Since there
/// are only so many object ids, a hash without a key could be tried out.
pub(crate) struct Pseudonyms(hmac::Key);

impl Pseudonyms {
    pub(crate) fn new(key: &SealKey) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.expose()), PURPOSE);
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// The owners of a container's rows. A person has another pseudonym in another container, so that two reports can't be joined.
    pub(crate) fn owners(&self, container: &ContainerName) -> Owners {
        let (key, container) = (self.0.clone(), container.clone());
        Owners::new(move |levels| {
            let mut context = hmac::Context::with_key(&key);
            for part in std::iter::once(container.as_str()).chain(levels.iter().map(String::as_str)) {
                context.update(&(part.len() as u64).to_le_bytes());
                context.update(part.as_bytes());
            }
            let digest = context.sign();
            URL_SAFE_NO_PAD.encode(&digest.as_ref()[..PSEUDONYM_BYTES])
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pseudonym(key: &SealKey, container: &str, levels: &[&str]) -> String {
        let owners = Pseudonyms::new(key).owners(&ContainerName::new(container).unwrap());
        let levels: Vec<String> = levels.iter().map(|level| (*level).to_owned()).collect();
        owners.tell(&levels)
    }

    #[test]
    fn a_pseudonym_is_a_persons_in_a_container_under_a_key() {
        let (key, other) = (
            SealKey::from_bytes(&[1; 32]).unwrap(),
            SealKey::from_bytes(&[2; 32]).unwrap(),
        );
        let alice = pseudonym(&key, "expenses", &["t", "alice"]);
        assert_eq!(alice, pseudonym(&key, "expenses", &["t", "alice"]));
        for different in [
            pseudonym(&key, "expenses", &["t", "bob"]),
            pseudonym(&key, "expenses", &["ta", "lice"]),
            pseudonym(&key, "notes", &["t", "alice"]),
            pseudonym(&other, "expenses", &["t", "alice"]),
        ] {
            assert_ne!(alice, different);
        }
    }
}
