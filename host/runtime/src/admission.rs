//! How many calls run at once, and how long the others wait.
//!
//! Two gates, one behind the other: the caller's own places first, so that a caller who sends a thousand calls queues behind
//! himself and not in front of others, then the places of all. Waiting is bounded in time and in number; what doesn't get in is
//! told that the server is busy.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use usher_entra::UserKey;

use crate::fault::Fault;

/// How many calls run and wait.
#[derive(Debug, Clone)]
pub struct AdmissionSettings {
    /// Calls that run at once. Default 256.
    pub at_once: u32,
    /// Calls of one caller that run at once. Default 16.
    pub per_caller: u32,
    /// Calls that wait, of all callers together. Default 4,096.
    pub waiting: u32,
    /// How long a call waits before it is told that the server is busy. Default 5 s.
    pub wait: Duration,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self {
            at_once: 256,
            per_caller: 16,
            waiting: 4_096,
            wait: Duration::from_secs(5),
        }
    }
}

pub(crate) struct Admission {
    settings: AdmissionSettings,
    all: Arc<Semaphore>,
    queue: Semaphore,
    callers: Arc<Mutex<HashMap<UserKey, Gate>>>,
}

/// A caller's own places. It is kept while one of his calls runs or waits.
struct Gate {
    places: Arc<Semaphore>,
    users: usize,
}

/// A place among the running calls, free again when it is dropped.
pub(crate) struct Place {
    // Order matters: the places are given back before the gate is looked at.
    _all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _presence: Presence,
}

/// Keeps a caller's gate in the map.
struct Presence {
    callers: Arc<Mutex<HashMap<UserKey, Gate>>>,
    key: UserKey,
}

impl Admission {
    pub(crate) fn new(settings: AdmissionSettings) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.at_once as usize)),
            queue: Semaphore::new(settings.waiting as usize),
            callers: Arc::default(),
            settings,
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too many wait, or when the wait is over.
    pub(crate) async fn enter(&self, key: UserKey) -> Result<Place, Fault> {
        let (places, presence) = self.present(key);
        if let (Ok(own), Ok(all)) = (
            Arc::clone(&places).try_acquire_owned(),
            Arc::clone(&self.all).try_acquire_owned(),
        ) {
            return Ok(Place {
                _all: all,
                _own: own,
                _presence: presence,
            });
        }
        let Ok(_waiting) = self.queue.try_acquire() else {
            return Err(Fault::Busy { own: false });
        };
        let mut own_wait = true;
        let both = async {
            let own = places.acquire_owned().await;
            own_wait = false;
            let all = Arc::clone(&self.all).acquire_owned().await;
            (own, all)
        };
        // The semaphores are never closed, so the only failure is that the time is over.
        match timeout(self.settings.wait, both).await {
            Ok((Ok(own), Ok(all))) => Ok(Place {
                _all: all,
                _own: own,
                _presence: presence,
            }),
            _ => Err(Fault::Busy { own: own_wait }),
        }
    }

    /// Calls that have a place.
    pub(crate) fn running(&self) -> usize {
        (self.settings.at_once as usize).saturating_sub(self.all.available_permits())
    }

    /// Calls that wait for one.
    pub(crate) fn waiting(&self) -> usize {
        (self.settings.waiting as usize).saturating_sub(self.queue.available_permits())
    }

    fn present(&self, key: UserKey) -> (Arc<Semaphore>, Presence) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = callers.entry(key).or_insert_with(|| Gate {
            places: Arc::new(Semaphore::new(self.settings.per_caller as usize)),
            users: 0,
        });
        gate.users += 1;
        let places = Arc::clone(&gate.places);
        drop(callers);
        (
            places,
            Presence {
                callers: Arc::clone(&self.callers),
                key,
            },
        )
    }

    #[cfg(test)]
    pub(crate) fn callers(&self) -> usize {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut gate) = callers.entry(self.key) {
            gate.get_mut().users -= 1;
            if gate.get().users == 0 {
                gate.remove();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_entra::Caller;

    use super::*;

    fn user(last: char) -> UserKey {
        Caller::testing(&format!("a11ce000-0000-4000-8000-00000000000{last}"))
            .build()
            .key()
    }

    fn admission(at_once: u32, per_caller: u32, waiting: u32, wait: Duration) -> Arc<Admission> {
        Arc::new(Admission::new(AdmissionSettings {
            at_once,
            per_caller,
            waiting,
            wait,
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn one_caller_never_takes_the_places_of_others() {
        let admission = admission(4, 2, 10, Duration::from_secs(5));
        let _first = admission.enter(user('1')).await.unwrap();
        let _second = admission.enter(user('1')).await.unwrap();
        assert!(matches!(
            admission.enter(user('1')).await,
            Err(Fault::Busy { own: true })
        ));
        assert!(admission.enter(user('2')).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_with_busy() {
        let admission = admission(1, 1, 10, Duration::from_secs(5));
        let _running = admission.enter(user('1')).await.unwrap();
        let before = tokio::time::Instant::now();
        assert!(matches!(
            admission.enter(user('2')).await,
            Err(Fault::Busy { own: false })
        ));
        assert_eq!(before.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_wait_than_may() {
        let admission = admission(1, 1, 1, Duration::from_secs(5));
        let _running = admission.enter(user('1')).await.unwrap();
        let waiting = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.enter(user('2')).await.is_ok() }
        });
        tokio::task::yield_now().await;
        let before = tokio::time::Instant::now();
        assert!(matches!(admission.enter(user('3')).await, Err(Fault::Busy { .. })));
        assert_eq!(before.elapsed(), Duration::ZERO, "it isn't kept waiting");
        assert!(!waiting.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_that_is_given_back_goes_to_who_waits() {
        let admission = admission(1, 1, 10, Duration::from_secs(5));
        let running = admission.enter(user('1')).await.unwrap();
        let waiting = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.enter(user('1')).await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert_eq!((admission.running(), admission.waiting()), (1, 1));
        drop(running);
        assert!(waiting.await.unwrap());
        assert_eq!((admission.running(), admission.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_caller_without_calls() {
        let admission = admission(1, 1, 10, Duration::from_millis(1));
        let place = admission.enter(user('1')).await.unwrap();
        assert!(admission.enter(user('2')).await.is_err());
        assert_eq!(admission.callers(), 1);
        drop(place);
        assert_eq!(admission.callers(), 0);
    }
}
