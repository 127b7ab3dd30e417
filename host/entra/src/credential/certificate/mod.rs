//! A certificate as the client's credential: assertions signed with its key (RFC 7523; "Microsoft identity platform
//! application authentication certificate credentials").
//!
//! What comes in: a file, PEM or PKCS #12, which may be replaced at any time. What goes out: assertions for one token
//! endpoint and one client. What this room never does: write the key anywhere, or give up a working key because of a bad
//! file.
//!
//! * [`key_pair`] finds the key and its certificate in the bytes of a file,
//! * [`file`] reads that file again when it has changed,
//! * [`assertion`] makes and signs the JWT,
//! * this file keeps the current key with what was signed by it.

mod assertion;
mod file;
mod key_pair;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::{Duration, Instant},
};

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

pub(super) use assertion::Form;
use file::{CertificateFile, Look};
pub use key_pair::CertificateFileProblem;
use key_pair::KeyPair;

use super::{CredentialDescription, CredentialError, CredentialFields, description::moment};
use crate::Clock;

/// How long an assertion is used again. It is valid for ten minutes, and the last of them is left for clocks that differ
/// and for requests under way.
const ASSERTION_REUSE: Duration = Duration::from_secs(9 * 60);

/// How often the file is looked at, at most: calls come by the thousand, and a change may take a moment.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// How long before a certificate's end the operator is warned.
const WARN_BEFORE_END: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often the operator is warned of it.
const WARN_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the client's certificate is.
#[derive(Debug, Clone)]
pub struct CertificateSettings {
    /// PEM with the private key and the certificate, in any order, and the rest of the chain if it is to be sent; or
    /// PKCS #12 (`.pfx`, `.p12`). Which it is shows in its content.
    pub file: PathBuf,
    /// The password of a PKCS #12 file, where it has one. A PEM file with a password is refused.
    pub password: Option<SecretString>,
    /// Whether the certificate's chain goes with each assertion (`x5c`), as an app registration needs that trusts a
    /// subject name and issuer instead of one certificate.
    pub send_chain: bool,
}

/// The certificate credential.
pub(super) struct Certificate {
    settings: Arc<CertificateSettings>,
    clock: Arc<dyn Clock>,
    /// Locked only to read or replace the pointer.
    current: RwLock<Arc<Signer>>,
    file: tokio::sync::Mutex<Watch>,
}

/// When the file is looked at next, and what it was like the last time.
struct Watch {
    file: CertificateFile,
    next: Duration,
}

/// A key with what depends on it. A new key starts anew with all of it.
pub(super) struct Signer {
    key: KeyPair,
    state: Mutex<SignerState>,
}

#[derive(Default)]
struct SignerState {
    form: Form,
    signed: HashMap<(String, Uuid), Signed>,
    warned_at: Option<Duration>,
}

struct Signed {
    assertion: Arc<SecretString>,
    form: Form,
    until: Duration,
}

/// In which form an assertion was sent, and by which key: what a refusal of it is about.
pub(in crate::credential) struct SentForm {
    signer: Arc<Signer>,
    form: Form,
}

impl Certificate {
    /// Reads the file, which must be good now; later it needn't be.
    pub(super) fn load(settings: CertificateSettings, clock: Arc<dyn Clock>) -> Result<Self, CredentialError> {
        let settings = Arc::new(settings);
        let (file, key) = CertificateFile::open(&settings, clock.unix_now())?;
        let watch = Watch {
            file,
            next: clock.elapsed() + LOOK_INTERVAL,
        };
        let certificate = Self {
            settings,
            clock,
            current: RwLock::new(Signer::new(key)),
            file: tokio::sync::Mutex::new(watch),
        };
        certificate.warn_of_end(&certificate.current());
        Ok(certificate)
    }

    /// An assertion for a token endpoint, from memory if there is one of the last nine minutes.
    pub(super) async fn fields(
        &self,
        token_endpoint: &Url,
        client_id: Uuid,
        deadline: Instant,
    ) -> Result<CredentialFields, CredentialError> {
        // Whoever finds somebody else looking goes on with the key that there is; so does who runs out of time.
        if let Ok(watch) = self.file.try_lock() {
            let _ = tokio::time::timeout_at(deadline.into(), self.look(watch)).await;
        }
        let signer = self.current();
        signer.key.check_validity(self.clock.unix_now())?;
        self.warn_of_end(&signer);
        signer.assertion(token_endpoint, client_id, &self.settings, self.clock.as_ref())
    }

    /// The token endpoint doesn't know the signature or thumbprint of what was sent (AADSTS700027). Some tenants did so
    /// to every assertion of the newer form: true when the older one is to be tried, which is then remembered.
    pub(super) fn rejected(sent: &SentForm) -> bool {
        let mut state = sent.signer.state();
        match sent.form {
            Form::Ps256 => {
                if state.form == Form::Ps256 {
                    tracing::warn!(
                        thumbprint = sent.signer.key.thumbprint(),
                        "Entra refused the client assertion signed {} (AADSTS700027); the next is signed {}",
                        Form::Ps256,
                        Form::Rs256,
                    );
                }
                state.form = Form::Rs256;
                true
            }
            // Neither is known, so that it wasn't the form: the certificate isn't uploaded. Once it is, the newer form is
            // the one to use.
            Form::Rs256 => {
                state.form = Form::Ps256;
                false
            }
        }
    }

    /// Looks at the file even if it was looked at just now, and signs something.
    pub(super) async fn probe(&self) -> Result<Vec<String>, CredentialError> {
        let mut watch = self.file.lock().await;
        watch.next = Duration::ZERO;
        let bad_file = self.look(watch).await;
        let signer = self.current();
        let now = self.clock.unix_now();
        signer.key.check_validity(now)?;
        signer.key.sign(Form::Ps256, &assertion::Claims::example(), false)?;
        let mut warnings = Vec::new();
        if let Some(error) = bad_file {
            warnings.push(format!(
                "The certificate's file was replaced by one that can't be used, so the one before is still in use: {error}. {}",
                error.fix()
            ));
        }
        if signer.key.ends_within(WARN_BEFORE_END, now) {
            warnings.push(format!(
                "The client's certificate expires at {}: make a new one, upload it to the app registration, and replace the file.",
                moment(signer.key.not_after())
            ));
        }
        Ok(warnings)
    }

    pub(super) fn describe(&self) -> CredentialDescription {
        let signer = self.current();
        let form = signer.state().form;
        CredentialDescription::Certificate {
            file: self.settings.file.clone(),
            subject: signer.key.subject().to_owned(),
            thumbprint: signer.key.thumbprint().to_owned(),
            thumbprint_sha256: signer.key.thumbprint_sha256().to_owned(),
            not_after: signer.key.not_after(),
            signature: form.name(),
        }
    }

    pub(super) fn thumbprint(&self) -> String {
        self.current().key.thumbprint().to_owned()
    }

    fn current(&self) -> Arc<Signer> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again if it is time and it has changed. A bad file is told about once, and changes nothing.
    async fn look(&self, mut watch: tokio::sync::MutexGuard<'_, Watch>) -> Option<CredentialError> {
        let now = self.clock.elapsed();
        if now < watch.next {
            return None;
        }
        watch.next = now + LOOK_INTERVAL;
        match watch.file.look(&self.settings, self.clock.unix_now()).await {
            Look::Unchanged { bad } => bad,
            Look::Replaced(key) => {
                tracing::info!(
                    file = %self.settings.file.display(),
                    thumbprint = key.thumbprint(),
                    not_after = moment(key.not_after()),
                    "the client's certificate was replaced",
                );
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Signer::new(*key);
                None
            }
            Look::Bad(error) => {
                tracing::warn!(
                    error = %error,
                    fix = error.fix(),
                    thumbprint = self.current().key.thumbprint(),
                    "the client's certificate file has changed and can't be used; the certificate before stays in use",
                );
                Some(error)
            }
        }
    }

    fn warn_of_end(&self, signer: &Signer) {
        if !signer.key.ends_within(WARN_BEFORE_END, self.clock.unix_now()) {
            return;
        }
        let now = self.clock.elapsed();
        let mut state = signer.state();
        if state.warned_at.is_none_or(|at| now >= at + WARN_INTERVAL) {
            state.warned_at = Some(now);
            tracing::warn!(
                file = %self.settings.file.display(),
                thumbprint = signer.key.thumbprint(),
                not_after = moment(signer.key.not_after()),
                "the client's certificate expires soon: upload a new one to the app registration and replace the file",
            );
        }
    }
}

impl Signer {
    fn new(key: KeyPair) -> Arc<Self> {
        Arc::new(Self {
            key,
            state: Mutex::default(),
        })
    }

    /// A poisoned lock is no obstacle: each change to the state is one assignment or insertion.
    fn state(&self) -> MutexGuard<'_, SignerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock is held while signing, so that a hundred who need an assertion cost one signature.
    fn assertion(
        self: Arc<Self>,
        token_endpoint: &Url,
        client_id: Uuid,
        settings: &CertificateSettings,
        clock: &dyn Clock,
    ) -> Result<CredentialFields, CredentialError> {
        let mut state = self.state();
        let form = state.form;
        let now = clock.elapsed();
        state
            .signed
            .retain(|_, signed| now < signed.until && signed.form == form);
        let place = (token_endpoint.as_str().to_owned(), client_id);
        let assertion = match state.signed.get(&place) {
            Some(signed) => Arc::clone(&signed.assertion),
            None => {
                let claims = assertion::Claims::new(token_endpoint, client_id, clock.unix_now());
                let assertion = Arc::new(self.key.sign(form, &claims, settings.send_chain)?);
                state.signed.insert(
                    place,
                    Signed {
                        assertion: Arc::clone(&assertion),
                        form,
                        until: now + ASSERTION_REUSE,
                    },
                );
                assertion
            }
        };
        drop(state);
        Ok(CredentialFields::signed(assertion, SentForm { signer: self, form }))
    }
}
