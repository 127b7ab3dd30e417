//! Sealed continuations: a guest may keep one and hand it to a client, but can neither read nor forge one, and it is of no use to
//! another caller, component, interface, container, partition or query.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use usher_entra::UserKey;

/// The key of the seals. Replicas share one, so that a page can be fetched from any of them.
pub struct SealKey([u8; SealKey::LENGTH]);

/// Why a key can't be used.
#[derive(Debug, Error)]
pub enum SealKeyError {
    /// The wrong length.
    #[error("the key of the seals must have {expected} bytes, not {0}", expected = SealKey::LENGTH)]
    Length(usize),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

impl SealKey {
    /// The length of a key, in bytes.
    pub const LENGTH: usize = 32;

    /// A key from outside.
    ///
    /// # Errors
    /// The wrong length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealKeyError> {
        Ok(Self(bytes.try_into().map_err(|_| SealKeyError::Length(bytes.len()))?))
    }

    /// A fresh key.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub fn random() -> Result<Self, SealKeyError> {
        let mut key = [0; Self::LENGTH];
        rand::fill(&mut key).map_err(|_| SealKeyError::Random)?;
        Ok(Self(key))
    }

    /// The bytes, for the one place that keeps them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// What a continuation is bound to.
pub(crate) struct Binding<'a> {
    pub user: UserKey,
    /// By name, whatever its revision: a page can be followed over a reload.
    pub component: &'a str,
    pub interface: &'static str,
    pub container: &'a str,
    /// The levels of the partition key; none for the whole container.
    pub partition: &'a [String],
    pub query: &'a str,
    pub parameters: &'a str,
}

impl Binding<'_> {
    /// One digest of all parts; each part by its length first, so that no two bindings look alike.
    fn digest(&self) -> digest::Digest {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(self.user.tenant().as_bytes());
        context.update(self.user.object().as_bytes());
        context.update(&(self.partition.len() as u64).to_le_bytes());
        let parts = [
            self.component,
            self.interface,
            self.container,
            self.query,
            self.parameters,
        ];
        for part in parts.into_iter().chain(self.partition.iter().map(String::as_str)) {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        context.finish()
    }
}

pub(crate) struct Seal(LessSafeKey);

impl Seal {
    pub(crate) fn new(key: &SealKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM_SIV, &key.0).expect("the length is the algorithm's own");
        Self(LessSafeKey::new(key))
    }

    /// Seals a continuation. None if the system gives no random bytes: then there is no further page.
    pub(crate) fn seal(&self, binding: &Binding<'_>, continuation: &str) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut sealed = continuation.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(binding.digest()),
                &mut sealed,
            )
            .ok()?;
        let mut token = nonce.to_vec();
        token.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(token))
    }

    /// Opens a continuation. None if it wasn't sealed here for this very binding.
    pub(crate) fn open(&self, binding: &Binding<'_>, token: &str) -> Option<String> {
        let mut token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = token.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.0.open_in_place(nonce, Aad::from(binding.digest()), sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn binding(caller: &usher_entra::Caller) -> Binding<'_> {
        Binding {
            user: caller.key(),
            component: "expenses",
            interface: "my-documents",
            container: "expenses",
            partition: &[],
            query: "SELECT 1",
            parameters: "{}",
        }
    }

    fn caller(object: u128) -> usher_entra::Caller {
        usher_entra::Caller::testing(&Uuid::from_u128(object).to_string()).build()
    }

    #[test]
    fn a_continuation_opens_for_the_binding_that_it_was_sealed_for_and_no_other() {
        let seal = Seal::new(&SealKey::random().unwrap());
        let (alice, bob) = (caller(1), caller(2));
        let token = seal.seal(&binding(&alice), "row 50").unwrap();
        assert_eq!(seal.open(&binding(&alice), &token).as_deref(), Some("row 50"));
        assert_eq!(seal.open(&binding(&bob), &token), None);
        assert_eq!(
            seal.open(
                &Binding {
                    interface: "all-documents",
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        assert_eq!(
            seal.open(
                &Binding {
                    component: "another",
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        assert_eq!(
            seal.open(
                &Binding {
                    partition: &["eur".to_owned()],
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        assert_eq!(
            seal.open(
                &Binding {
                    container: "other",
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        assert_eq!(
            seal.open(
                &Binding {
                    query: "SELECT 2",
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        assert_eq!(
            seal.open(
                &Binding {
                    parameters: "{ }",
                    ..binding(&alice)
                },
                &token
            ),
            None
        );
        let other = Seal::new(&SealKey::random().unwrap());
        assert_eq!(other.open(&binding(&alice), &token), None);
    }

    #[test]
    fn a_continuation_can_be_neither_read_nor_altered() {
        let seal = Seal::new(&SealKey::random().unwrap());
        let alice = caller(1);
        let token = seal.seal(&binding(&alice), "a category of somebody else").unwrap();
        let raw = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!raw.windows(8).any(|window| window == b"category"));
        for at in 0..raw.len() {
            let mut altered = raw.clone();
            altered[at] ^= 1;
            assert_eq!(seal.open(&binding(&alice), &URL_SAFE_NO_PAD.encode(altered)), None);
        }
        for garbage in ["", "!", "AAAA", "%00"] {
            assert_eq!(seal.open(&binding(&alice), garbage), None);
        }
    }
}
