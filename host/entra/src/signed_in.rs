//! A caller together with the token that proved it, for as long as a request lives.

use std::{fmt, sync::Arc};

use uuid::Uuid;

use crate::{BearerToken, Caller, cache::TokenHash};

/// A verified bearer token, kept to be exchanged on behalf of its user and for nothing else. Only
/// [`Verifier::verify`](crate::Verifier::verify) makes one, and only this room can read it. Its `Debug` prints nothing of
/// the token, and its memory is wiped when it is dropped.
pub struct Assertion {
    token: BearerToken,
    sha256: TokenHash,
    tenant: Uuid,
    expires_at: u64,
}

impl Assertion {
    /// The SHA-256 of the token: what is kept for it may be found by this, never by the user alone. A token of a weaker
    /// sign-in must not be served what a stronger one obtained.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        self.sha256.bytes()
    }

    /// The tenant that issued it (`tid`), whose token endpoint alone can exchange it.
    #[must_use]
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// When it expires (`exp`), in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    pub(crate) fn expose(&self) -> &str {
        self.token.expose()
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion")
    }
}

/// A caller with the token that proved it: they can't be mixed up, since they travel together. A clone is two counters.
#[derive(Debug, Clone)]
pub struct SignedIn {
    caller: Arc<Caller>,
    assertion: Arc<Assertion>,
}

impl SignedIn {
    pub(crate) fn new(caller: Arc<Caller>, token: BearerToken, sha256: TokenHash) -> Self {
        let assertion = Assertion {
            token,
            sha256,
            tenant: caller.key().tenant(),
            expires_at: caller.expires_at(),
        };
        Self {
            caller,
            assertion: Arc::new(assertion),
        }
    }

    /// Who is calling.
    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// The token, to be exchanged.
    #[must_use]
    pub fn assertion(&self) -> &Arc<Assertion> {
        &self.assertion
    }

    /// Somebody signed in without a token, for the tests of other crates. The assertion is made up, distinct for each
    /// user and each token id, and no token endpoint would exchange it.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn testing(caller: Caller) -> Self {
        let token = BearerToken::testing(&format!(
            "testing.{}.{}.{}",
            caller.tenant_id(),
            caller.object_id(),
            caller.token_id().unwrap_or_default(),
        ));
        let sha256 = TokenHash::of(&token);
        Self::new(Arc::new(caller), token, sha256)
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;

    #[test]
    fn assertions_differ_between_users_and_print_nothing() {
        let alice = SignedIn::testing(Caller::testing("alice").build());
        let bob = SignedIn::testing(Caller::testing("bob").build());
        assert_ne!(alice.assertion().sha256(), bob.assertion().sha256());
        let again = SignedIn::testing(Caller::testing("alice").build());
        assert_eq!(alice.assertion().sha256(), again.assertion().sha256());
        assert!(!format!("{alice:?}").contains("testing."), "{alice:?}");
    }
}
