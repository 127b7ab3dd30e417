//! Downstream tokens, kept in memory while they and the assertion that they were obtained with are good.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::{Expiry, policy::EvictionPolicy, sync::Cache};
use uuid::Uuid;

use super::answer::Granted;
use crate::{Assertion, DownstreamScope, DownstreamToken};

/// How long before its end a token is no longer used, as in Microsoft's own libraries: a request that it is attached to
/// should not meet its end.
const MARGIN: Duration = Duration::from_secs(300);

/// How long after a renewal was started another may be.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// What a token is kept under. Never the user alone: the same user may be signed in more weakly elsewhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenKey {
    tenant: Uuid,
    client_id: Uuid,
    assertion: [u8; 32],
    scope: DownstreamScope,
}

impl TokenKey {
    pub(super) fn new(assertion: &Assertion, client_id: Uuid, scope: &DownstreamScope) -> Self {
        Self {
            tenant: assertion.tenant(),
            client_id,
            assertion: *assertion.sha256(),
            scope: scope.clone(),
        }
    }

    pub(super) fn scope(&self) -> &DownstreamScope {
        &self.scope
    }
}

/// A token, how long it serves, and when it should be renewed; times on the clock's `elapsed`.
pub(super) struct Kept {
    token: DownstreamToken,
    serves: Duration,
    until: Duration,
    /// In milliseconds, since it moves on when a renewal starts.
    renew_at: AtomicU64,
}

impl Kept {
    pub(super) fn new(granted: Granted, assertion_left: Duration, now: Duration) -> Self {
        let serves = granted.expires_in.saturating_sub(MARGIN).min(assertion_left);
        let renew_in = granted.refresh_in.unwrap_or(granted.expires_in / 2);
        Self {
            token: granted.token,
            serves,
            until: now.saturating_add(serves),
            renew_at: AtomicU64::new(milliseconds(now.saturating_add(renew_in))),
        }
    }

    pub(super) fn token(&self) -> &DownstreamToken {
        &self.token
    }
}

pub(super) struct TokenCache(Cache<TokenKey, Arc<Kept>>);

impl TokenCache {
    pub(super) fn new(max_entries: u64) -> Self {
        // The least recently used goes first: a newcomer must not be turned away for being new, or its user's every call
        // would be an exchange.
        let entries = Cache::builder()
            .max_capacity(max_entries)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(AtTheEnd)
            .build();
        Self(entries)
    }

    pub(super) fn get(&self, key: &TokenKey, now: Duration) -> Option<Arc<Kept>> {
        self.0.get(key).filter(|kept| now < kept.until)
    }

    /// Whether to start a renewal now: true for one asker in a while.
    pub(super) fn is_due(&self, kept: &Kept, now: Duration) -> bool {
        let renew_at = kept.renew_at.load(Ordering::Relaxed);
        let next = milliseconds(now.saturating_add(RENEWAL_PAUSE));
        milliseconds(now) >= renew_at
            && kept
                .renew_at
                .compare_exchange(renew_at, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    pub(super) fn insert(&self, key: TokenKey, kept: Kept, now: Duration) {
        if now < kept.until {
            self.0.insert(key, Arc::new(kept));
        }
    }

    pub(super) fn remove(&self, key: &TokenKey) {
        self.0.invalidate(key);
    }
}

/// Frees an entry at its end. [`TokenCache::get`] compares again, by the host's clock: this frees memory, that is the
/// rule.
struct AtTheEnd;

impl Expiry<TokenKey, Arc<Kept>> for AtTheEnd {
    fn expire_after_create(&self, _: &TokenKey, kept: &Arc<Kept>, _: Instant) -> Option<Duration> {
        Some(kept.serves)
    }

    fn expire_after_update(&self, _: &TokenKey, kept: &Arc<Kept>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.serves)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn kept(expires_in: u64, refresh_in: Option<u64>, assertion_left: u64) -> Kept {
        let granted = Granted {
            token: DownstreamToken::new(SecretString::from("token")).unwrap(),
            expires_in: at(expires_in),
            refresh_in: refresh_in.map(at),
        };
        Kept::new(granted, at(assertion_left), at(1000))
    }

    #[test]
    fn a_token_serves_until_five_minutes_before_its_end_or_until_the_assertions_end() {
        assert_eq!(kept(4823, None, 10_000).until, at(1000 + 4523));
        assert_eq!(kept(4823, None, 600).until, at(1000 + 600));
        assert_eq!(kept(200, None, 600).until, at(1000));
        assert_eq!(kept(4823, None, u64::MAX).until, at(1000 + 4523));
    }

    #[test]
    fn a_token_is_renewed_when_entra_says_or_at_half_of_its_life() {
        assert_eq!(
            kept(86_400, Some(43_200), 90_000).renew_at.into_inner(),
            (1000 + 43_200) * 1000
        );
        assert_eq!(kept(4000, None, 90_000).renew_at.into_inner(), (1000 + 2000) * 1000);
    }

    #[test]
    fn one_asker_in_half_a_minute_starts_a_renewal() {
        let cache = TokenCache::new(1);
        let kept = kept(4000, None, 90_000);
        assert!(!cache.is_due(&kept, at(2999)));
        assert!(cache.is_due(&kept, at(3000)));
        assert!(!cache.is_due(&kept, at(3029)));
        assert!(cache.is_due(&kept, at(3030)));
    }
}
