//! Who is calling: what verification found out, and all that the rest of the host knows of a token.

use std::fmt;

use uuid::Uuid;

/// A user or application whose token was verified.
///
/// Only [`Verifier::verify`](crate::Verifier::verify) makes one, so whoever holds a `Caller` holds the proof. It has no
/// token in it. Its `Debug` prints `tid`, `oid`, `azp` and `uti` and nothing else, so it may be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    pub(crate) kind: CallerKind,
    pub(crate) key: UserKey,
    /// Hyphenated lower case, the canonical text of `key`: one user has one spelling wherever the id is a string.
    pub(crate) tenant_id: Box<str>,
    pub(crate) object_id: Box<str>,
    pub(crate) display_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) client_id: Box<str>,
    pub(crate) token_id: Option<String>,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) announces_claims_challenges: bool,
}

/// VS Code's client id. It announces that it handles claims challenges, which its sign-in to Microsoft's own services
/// does, but ignores the challenges of MCP servers: the connection would be dropped.
const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

/// Whether a person or an application is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// A person, through a client: the token carries delegated scopes (`scp`).
    User,
    /// An application by itself: the token carries application roles and no scope.
    Application,
}

/// The identity that data and limits belong to: tenant and object id together, the only pair of claims that is unique
/// and never reassigned (Microsoft identity platform, "Secure applications and APIs by validating claims").
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserKey {
    tenant: Uuid,
    object: Uuid,
}

impl UserKey {
    pub(crate) fn new(tenant: Uuid, object: Uuid) -> Self {
        Self { tenant, object }
    }

    /// The tenant (`tid`).
    #[must_use]
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// The user or service principal in it (`oid`).
    #[must_use]
    pub fn object(&self) -> Uuid {
        self.object
    }
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserKey({}/{})", self.tenant, self.object)
    }
}

impl Caller {
    /// Whether this is a person or an application.
    #[must_use]
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// The tenant (`tid`), a GUID in hyphenated lower case.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The user or service principal (`oid`), a GUID in hyphenated lower case.
    #[must_use]
    pub fn object_id(&self) -> &str {
        &self.object_id
    }

    /// The user's name for display (`name`). Mutable and not unique: never a key, never a ground for access.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// The user's sign-in name (`preferred_username`). Mutable and reassignable: never a key, never a ground for access.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The app roles in the token (`roles`): assigned to the user, or granted to the application.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// The delegated scopes by their short names (`scp`); empty for an application.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The client that asked for the token (`azp`), a GUID in hyphenated lower case.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The token's identifier (`uti`): what to log so that Entra's sign-in logs can be searched for the token.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// When the token expires (`exp`), in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// When the token was issued (`iat`), in seconds since 1970-01-01 UTC; 0 if the token doesn't say.
    pub(crate) fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// Whether the client can be sent a claims challenge (401 with `error="insufficient_claims"`): it says so itself, by
    /// the capability `cp1` in `xms_cc` ("Claims challenges, claims requests, and client capabilities"), and isn't known
    /// not to. Others would ask for a token again and again.
    #[must_use]
    pub fn handles_claims_challenges(&self) -> bool {
        self.announces_claims_challenges && &*self.client_id != VS_CODE
    }

    /// The identity for limits, sessions and partitions.
    #[must_use]
    pub fn key(&self) -> UserKey {
        self.key
    }

    /// Whether the token carries this delegated scope, by its short name. Exact, with regard to case.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// Whether the token carries this app role. Exact, with regard to case.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own == role)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("tid", &self.tenant_id)
            .field("oid", &self.object_id)
            .field("azp", &self.client_id)
            .field("uti", &self.token_id)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "testing")]
pub use testing::CallerBuilder;

#[cfg(feature = "testing")]
mod testing {
    use super::{Caller, CallerKind, UserKey};
    use uuid::Uuid;

    /// Makes callers for the tests of other crates. See [`Caller::testing`].
    #[derive(Debug, Clone)]
    pub struct CallerBuilder(Caller);

    impl Caller {
        /// Starts a user of a test tenant, without scopes or roles, whose token never expires.
        ///
        /// `object_id` is a GUID; any other text stands for a GUID that is made from it, so that `"alice"` is always
        /// the same user and never `"bob"`.
        #[must_use]
        pub fn testing(object_id: &str) -> CallerBuilder {
            let key = UserKey::new(
                Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111),
                guid(object_id),
            );
            CallerBuilder(Caller {
                kind: CallerKind::User,
                key,
                tenant_id: key.tenant().to_string().into(),
                object_id: key.object().to_string().into(),
                display_name: None,
                username: None,
                roles: Vec::new(),
                scopes: Vec::new(),
                client_id: "aebc6443-996d-45c2-90f0-388ff96faa56".into(),
                token_id: None,
                issued_at: 0,
                expires_at: u64::MAX,
                announces_claims_challenges: false,
            })
        }
    }

    fn guid(text: &str) -> Uuid {
        Uuid::try_parse(text).unwrap_or_else(|_| {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest.as_ref()[..16]);
            Uuid::from_bytes(bytes)
        })
    }

    impl CallerBuilder {
        /// Adds an app role.
        #[must_use]
        pub fn with_role(mut self, role: &str) -> Self {
            self.0.roles.push(role.to_owned());
            self
        }

        /// Adds a delegated scope, by its short name.
        #[must_use]
        pub fn with_scope(mut self, scope: &str) -> Self {
            self.0.scopes.push(scope.to_owned());
            self
        }

        /// Puts the caller into another tenant; the text is read as that of [`Caller::testing`] is.
        #[must_use]
        pub fn in_tenant(mut self, tenant_id: &str) -> Self {
            self.0.key = UserKey::new(guid(tenant_id), self.0.key.object());
            self.0.tenant_id = self.0.key.tenant().to_string().into();
            self
        }

        /// Makes the caller an application instead of a user.
        #[must_use]
        pub fn as_application(mut self) -> Self {
            self.0.kind = CallerKind::Application;
            self
        }

        /// Sets the client that asked for the token (`azp`).
        #[must_use]
        pub fn through_client(mut self, client_id: &str) -> Self {
            self.0.client_id = client_id.into();
            self
        }

        /// Sets the display name.
        #[must_use]
        pub fn named(mut self, display_name: &str) -> Self {
            self.0.display_name = Some(display_name.to_owned());
            self
        }

        /// Sets the sign-in name.
        #[must_use]
        pub fn with_username(mut self, username: &str) -> Self {
            self.0.username = Some(username.to_owned());
            self
        }

        /// Sets the token's identifier (`uti`).
        #[must_use]
        pub fn with_token_id(mut self, token_id: &str) -> Self {
            self.0.token_id = Some(token_id.to_owned());
            self
        }

        /// Sets when the token was issued, in Unix seconds.
        #[must_use]
        pub fn issued_at(mut self, unix_seconds: u64) -> Self {
            self.0.issued_at = unix_seconds;
            self
        }

        /// Makes the client announce that it handles claims challenges (`xms_cc`).
        #[must_use]
        pub fn announcing_claims_challenges(mut self) -> Self {
            self.0.announces_claims_challenges = true;
            self
        }

        /// Sets when the token expires, in Unix seconds.
        #[must_use]
        pub fn expiring_at(mut self, unix_seconds: u64) -> Self {
            self.0.expires_at = unix_seconds;
            self
        }

        /// The caller.
        #[must_use]
        pub fn build(self) -> Caller {
            self.0
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_name_stands_for_one_user_and_a_guid_for_itself() {
            let alice = Caller::testing("alice").with_role("Admin").with_scope("a").build();
            assert_eq!(alice.key(), Caller::testing("alice").build().key());
            assert_ne!(alice.key(), Caller::testing("bob").build().key());
            assert_ne!(alice.key(), Caller::testing("alice").in_tenant("other").build().key());
            assert!(alice.has_role("Admin") && alice.has_scope("a"));
            let id = "a11ce000-0000-4000-8000-000000000001";
            assert_eq!(Caller::testing(id).build().object_id(), id);
        }

        #[test]
        fn a_client_gets_claims_challenges_if_it_announces_them_and_is_not_vs_code() {
            let other = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
            let through = |client: &str| Caller::testing("alice").through_client(client);
            assert!(!through(other).build().handles_claims_challenges());
            let announced = through(other).announcing_claims_challenges();
            assert!(announced.build().handles_claims_challenges());
            let vs_code = through(super::super::VS_CODE).announcing_claims_challenges();
            assert!(!vs_code.build().handles_claims_challenges());
        }
    }
}
