//! The verification of bearer tokens, step by step: cheap checks, the key, the signature, and then the claims.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Client;
use tokio::task::JoinHandle;

use crate::{
    BearerToken, Caller, Clock, Hint, KeyStatus, Reason, Rejection, SettingsError, SignedIn, SystemClock,
    VerifierSettings,
    cache::{TokenCache, TokenHash},
    claims::Claims,
    jwks::{KeyStore, NoKey},
    jws::Jws,
};

/// The least that a client is told to wait: `Retry-After` counts in seconds, and 0 would ask for a storm.
const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Verifies the access tokens of one tenant for one API. Make one and share it.
pub struct Verifier {
    settings: VerifierSettings,
    keys: Arc<KeyStore>,
    cache: TokenCache,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier without keys yet: [`spawn_refresh`](Self::spawn_refresh) fetches them, or else the first token does.
    ///
    /// `client` should come from [`http_client`](crate::http_client()), which follows no redirects. An answer that
    /// comes from another address than the configured one is refused in any case.
    ///
    /// # Errors
    /// When a setting can't be worked with.
    pub fn new(settings: VerifierSettings, client: Client) -> Result<Self, SettingsError> {
        Self::with_clock(settings, client, Arc::new(SystemClock::new()))
    }

    /// As [`new`](Self::new), by another clock than the machine's.
    ///
    /// # Errors
    /// When a setting can't be worked with.
    pub fn with_clock(
        settings: VerifierSettings,
        client: Client,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SettingsError> {
        settings.validate()?;
        let keys = KeyStore::new(settings.jwks_uri.clone(), client, Arc::clone(&clock));
        let cache = TokenCache::new(settings.token_cache_entries, Arc::clone(&clock));
        Ok(Self {
            settings,
            keys,
            cache,
            clock,
        })
    }

    /// Who sent the token, together with the token.
    ///
    /// # Errors
    /// When the token is refused, or when the keys to verify it with can't be had; [`Rejection::answer`] tells them apart.
    pub async fn verify(&self, token: BearerToken) -> Result<SignedIn, Rejection> {
        let hash = TokenHash::of(&token);
        let caller = match self.cache.get(&hash) {
            Some(caller) => caller,
            None => self.verify_anew(&token, hash).await?,
        };
        Ok(SignedIn::new(caller, token, hash))
    }

    async fn verify_anew(&self, token: &BearerToken, hash: TokenHash) -> Result<Arc<Caller>, Rejection> {
        let jws = Jws::parse(token.expose())?;
        let key = self.keys.key(jws.key_id()).await.map_err(|none| match none {
            NoKey::Unknown => Reason::UnknownKey {
                hint: self.unverified_hint(&jws),
            },
            NoKey::Unavailable { retry_after } => Reason::KeysUnavailable {
                retry_after: retry_after.max(MIN_RETRY_AFTER),
            },
        })?;
        if !jws.is_signed_by(key.decoding()) {
            return Err(Reason::Signature {
                hint: self.unverified_hint(&jws),
            }
            .into());
        }
        let claims = Claims::parse(jws.payload())?;
        let caller = claims
            .judge(&self.settings, self.clock.unix_now(), |issuer| {
                key.serves(issuer, self.settings.tenant_id)
            })
            .map_err(|reason| Rejection::of_token(reason, claims.token_id()))?;
        let caller = Arc::new(caller);
        self.cache.insert(hash, Arc::clone(&caller), key);
        Ok(caller)
    }

    /// Starts fetching the keys: at once, then every hour, and sooner after a failure. Call it in a tokio runtime; it
    /// returns without waiting, so a host starts while Entra is away. Dropping what it returns stops it.
    #[must_use = "dropping the task stops it"]
    pub fn spawn_refresh(&self) -> RefreshTask {
        RefreshTask(tokio::spawn(Arc::clone(&self.keys).keep_fresh()))
    }

    /// Whether there are keys to verify with, and how old they are; for a readiness probe.
    #[must_use]
    pub fn keys_ready(&self) -> KeyStatus {
        self.keys.status()
    }

    /// A guess from claims that nobody has vouched for; for the log only, which says so.
    fn unverified_hint(&self, jws: &Jws<'_>) -> Option<Hint> {
        Claims::parse(jws.payload()).ok()?.hint(&self.settings)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The background refresh of the keys, for as long as this is held.
#[derive(Debug)]
pub struct RefreshTask(JoinHandle<()>);

impl Drop for RefreshTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}
