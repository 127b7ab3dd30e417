//! Verified tokens, remembered by SHA-256 so that a client's second request costs a hash and a look-up.
//!
//! An entry is good until the token's `exp`, without skew, and for as long as the key that verified it may verify
//! tokens. Between `exp` and the end of the skew a token is verified anew each time. Rejections are not remembered: an
//! attacker could fill the cache with them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA256, digest};
use moka::{Expiry, sync::Cache};

use crate::{BearerToken, Caller, Clock, jwks::SigningKey};

/// The longest that an entry is kept, whatever `exp` says: the longest-lived tokens that Entra issues live 28 hours, and
/// a day is as long as keys are believed without being confirmed.
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The SHA-256 of a token. The token itself isn't kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    pub(crate) fn of(token: &BearerToken) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.expose().as_bytes()).as_ref());
        Self(hash)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[derive(Clone)]
struct Verified {
    caller: Arc<Caller>,
    key: Arc<SigningKey>,
}

pub(crate) struct TokenCache {
    entries: Cache<TokenHash, Verified>,
    clock: Arc<dyn Clock>,
}

impl TokenCache {
    pub(crate) fn new(max_entries: u64, clock: Arc<dyn Clock>) -> Self {
        let entries = Cache::builder()
            .max_capacity(max_entries)
            .expire_after(AtExp(Arc::clone(&clock)))
            .build();
        Self { entries, clock }
    }

    pub(crate) fn get(&self, token: &TokenHash) -> Option<Arc<Caller>> {
        let Verified { caller, key } = self.entries.get(token)?;
        let alive = self.clock.unix_now() < caller.expires_at() && key.is_usable(self.clock.elapsed());
        alive.then_some(caller)
    }

    pub(crate) fn insert(&self, token: TokenHash, caller: Arc<Caller>, key: Arc<SigningKey>) {
        if self.clock.unix_now() < caller.expires_at() {
            self.entries.insert(token, Verified { caller, key });
        }
    }
}

/// Frees an entry at its token's `exp`. [`TokenCache::get`] compares again: this frees memory, that is the rule.
struct AtExp(Arc<dyn Clock>);

impl AtExp {
    fn left(&self, verified: &Verified) -> Duration {
        Duration::from_secs(verified.caller.expires_at().saturating_sub(self.0.unix_now())).min(MAX_AGE)
    }
}

impl Expiry<TokenHash, Verified> for AtExp {
    fn expire_after_create(&self, _: &TokenHash, verified: &Verified, _: Instant) -> Option<Duration> {
        Some(self.left(verified))
    }

    fn expire_after_update(
        &self,
        _: &TokenHash,
        verified: &Verified,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(self.left(verified))
    }
}
