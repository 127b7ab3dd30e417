//! The tenant's signing keys: fetched, kept, and renewed, by the rules of Microsoft's "Signing key rollover in the
//! Microsoft identity platform".
//!
//! What comes in: a `kid` that a token names, which is anybody's input. What goes out: a key that the tenant published
//! within the last 24 hours, or that there is none, or that it can't be known at the moment. What this room never does:
//! fetch from another address than the configured one, hand out a key that is no longer published, or let a stranger
//! decide how often Entra is asked.
//!
//! * [`document`] reads a JWK set,
//! * [`fetch`] gets one over HTTP,
//! * [`schedule`] says when it may be asked for,
//! * this file keeps the current set and lets one flight serve all who wait.

mod document;
mod fetch;
mod schedule;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use reqwest::Client;
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

pub(crate) use document::SigningKey;
use schedule::{Permission, Schedule, Trigger};

use crate::Clock;

/// How long keys are believed after they were last seen published.
const HARD_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How often the background task asks, when it succeeds.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The tenant's keys as this host knows them.
pub(crate) struct KeyStore {
    address: Url,
    client: Client,
    clock: Arc<dyn Clock>,
    /// Locked only to read or replace the pointer; a token that is in the cache doesn't come here at all.
    current: RwLock<Arc<KeySet>>,
    /// Whoever holds this may fetch; whoever waits for it finds the outcome when it gets it.
    flight: Arc<Mutex<Schedule>>,
}

#[derive(Default)]
struct KeySet {
    keys: HashMap<String, Arc<SigningKey>>,
    fetched_at: Option<Duration>,
}

/// Why there is no key for a `kid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// The tenant doesn't publish it.
    Unknown,
    /// That can't be said, because the keys can't be fetched.
    Unavailable { retry_after: Duration },
}

/// Whether tokens can be verified, for a readiness probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStatus {
    usable: usize,
    age: Option<Duration>,
}

impl KeyStatus {
    /// Whether there is at least one key to verify with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.usable > 0
    }

    /// How many keys there are to verify with.
    #[must_use]
    pub fn usable(&self) -> usize {
        self.usable
    }

    /// How long ago the keys were fetched; `None` before the first time.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.age
    }
}

impl KeyStore {
    pub(crate) fn new(address: Url, client: Client, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            address,
            client,
            clock,
            current: RwLock::default(),
            flight: Arc::default(),
        })
    }

    /// The key of a `kid`. An unknown one leads to a fetch if the schedule allows it; those who ask meanwhile wait for
    /// the same fetch and share its outcome.
    pub(crate) async fn key(self: &Arc<Self>, kid: &str) -> Result<Arc<SigningKey>, NoKey> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        match flight.permission(self.clock.elapsed()) {
            Permission::Paused => Err(NoKey::Unknown),
            Permission::BackingOff { wait } => Err(NoKey::Unavailable { retry_after: wait }),
            Permission::Granted => {
                // In a task of its own: a client that hangs up must not abort a fetch, or it could start another one
                // with the next request, and so on without bound.
                let fetch = tokio::spawn(Arc::clone(self).fetch(flight, Trigger::UnknownKey));
                let outcome = fetch.await.unwrap_or(Err(schedule::MAX_BACK_OFF));
                match (self.known(kid), outcome) {
                    (Some(key), _) => Ok(key),
                    (None, Ok(())) => Err(NoKey::Unknown),
                    (None, Err(wait)) => Err(NoKey::Unavailable { retry_after: wait }),
                }
            }
        }
    }

    /// Fetches now, then every hour, and sooner after a failure. Never ends.
    pub(crate) async fn keep_fresh(self: Arc<Self>) {
        loop {
            let flight = Arc::clone(&self.flight).lock_owned().await;
            let pause = match Arc::clone(&self).fetch(flight, Trigger::Timer).await {
                Ok(()) => REFRESH_INTERVAL,
                Err(wait) => wait,
            };
            self.clock.sleep(pause).await;
        }
    }

    pub(crate) fn status(&self) -> KeyStatus {
        let now = self.clock.elapsed();
        let current = self.current();
        KeyStatus {
            usable: current.keys.values().filter(|key| key.is_usable(now)).count(),
            age: current.fetched_at.map(|at| now.saturating_sub(at)),
        }
    }

    /// The set as it is now. A poisoned lock is no obstacle: whoever panicked had either replaced the pointer or not.
    fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn known(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.current()
            .keys
            .get(kid)
            .filter(|key| key.is_usable(self.clock.elapsed()))
            .cloned()
    }

    /// One fetch. On failure the keys stay as they are, and the outcome is how long to wait.
    async fn fetch(self: Arc<Self>, mut flight: OwnedMutexGuard<Schedule>, trigger: Trigger) -> Result<(), Duration> {
        match fetch::fetch(&self.client, &self.address).await {
            Ok(published) => {
                let now = self.clock.elapsed();
                self.adopt(published, now);
                flight.succeeded(now, trigger);
                Ok(())
            }
            Err(error) => {
                let wait = flight.failed(self.clock.elapsed());
                tracing::warn!(
                    address = %self.address,
                    error = &error as &dyn std::error::Error,
                    usable_keys = self.status().usable(),
                    retry_after_s = wait.as_secs(),
                    "the tenant's signing keys could not be fetched; the last known good keys stay in use",
                );
                Err(wait)
            }
        }
    }

    /// Makes a fetched set the current one. A key that is in both is the same object in both, so that what was verified
    /// by it stays verified; a key that is gone is retired, and so is what was verified by it.
    fn adopt(&self, published: Vec<SigningKey>, now: Duration) {
        let until = now.saturating_add(HARD_TTL);
        let before = self.current();
        let mut keys = HashMap::with_capacity(published.len());
        for key in published {
            let key = match before.keys.get(key.kid()) {
                Some(known) if known.is_same(&key) => Arc::clone(known),
                _ => {
                    tracing::info!(kid = key.kid(), "a signing key of the tenant is new");
                    Arc::new(key)
                }
            };
            key.confirm(until);
            keys.insert(key.kid().to_owned(), key);
        }
        for (kid, key) in &before.keys {
            if !keys.get(kid).is_some_and(|kept| Arc::ptr_eq(kept, key)) {
                tracing::info!(kid, "a signing key of the tenant is no longer published");
                key.retire();
            }
        }
        let after = Arc::new(KeySet {
            keys,
            fetched_at: Some(now),
        });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = after;
    }
}
