//! What proves the client, as it goes into the token endpoint's form.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};

use super::certificate::SentForm;

/// `client_assertion_type` of RFC 7523 §2.2: the assertion is a JWT.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The form fields that authenticate the client at the token endpoint (RFC 6749 §2.3.1, RFC 7523 §2.2). Its `Debug`
/// prints the names of the fields only.
pub(crate) struct CredentialFields {
    proof: Proof,
    form: Option<SentForm>,
}

enum Proof {
    Secret(Arc<SecretString>),
    Assertion(Arc<SecretString>),
}

impl CredentialFields {
    pub(super) fn secret(secret: Arc<SecretString>) -> Self {
        Self {
            proof: Proof::Secret(secret),
            form: None,
        }
    }

    /// An assertion that somebody else issued.
    pub(super) fn assertion(assertion: Arc<SecretString>) -> Self {
        Self {
            proof: Proof::Assertion(assertion),
            form: None,
        }
    }

    /// An assertion that a certificate's key signed, in one of its forms.
    pub(super) fn signed(assertion: Arc<SecretString>, form: SentForm) -> Self {
        Self {
            proof: Proof::Assertion(assertion),
            form: Some(form),
        }
    }

    pub(super) fn form(&self) -> Option<&SentForm> {
        self.form.as_ref()
    }

    /// Name and value of each field, not yet encoded. The values are secret.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let (kind, proof) = match &self.proof {
            Proof::Secret(secret) => (None, ("client_secret", secret.expose_secret())),
            Proof::Assertion(assertion) => (
                Some(("client_assertion_type", JWT_BEARER)),
                ("client_assertion", assertion.expose_secret()),
            ),
        };
        kind.into_iter().chain([proof])
    }
}

impl fmt::Debug for CredentialFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
