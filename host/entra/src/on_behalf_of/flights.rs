//! One flight for many askers: who wants what is already being fetched waits for it.

use std::{
    collections::HashMap,
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// What is being fetched.
pub(super) struct Flights<K, V>(Mutex<HashMap<K, watch::Receiver<Option<V>>>>);

/// What an asker gets.
pub(super) enum Seat<V> {
    /// It is there already.
    Arrived(V),
    /// It will be; the sender goes away without a value if the flight panics.
    Waiting(watch::Receiver<Option<V>>),
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Send + Sync + 'static,
{
    /// Joins the flight for `key`; or, if there is none, takes what `known` has; or launches one, as a task of its own,
    /// which no asker's giving up ends.
    ///
    /// `known` is asked under the lock that a flight needs in order to end. A flight that keeps what it fetched before
    /// it ends is therefore never followed by another for the same.
    pub(super) fn board<F>(
        self: &Arc<Self>,
        key: &K,
        known: impl FnOnce() -> Option<V>,
        launch: impl FnOnce() -> F,
    ) -> Seat<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flying = self.lock();
        if let Some(seat) = flying.get(key) {
            return Seat::Waiting(seat.clone());
        }
        if let Some(value) = known() {
            return Seat::Arrived(value);
        }
        let (sender, seat) = watch::channel(None);
        flying.insert(key.clone(), seat.clone());
        let landing = Landing {
            flights: Arc::clone(self),
            key: key.clone(),
        };
        let flight = launch();
        tokio::spawn(async move {
            let value = flight.await;
            drop(landing);
            sender.send_replace(Some(value));
        });
        Seat::Waiting(seat)
    }
}

impl<K, V> Flights<K, V> {
    /// A poisoned lock is no obstacle: each change of the map is one call.
    fn lock(&self) -> MutexGuard<'_, HashMap<K, watch::Receiver<Option<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a flight however it ends, by panic too.
struct Landing<K: Eq + Hash, V> {
    flights: Arc<Flights<K, V>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    fn waiting<V>(seat: Seat<V>) -> watch::Receiver<Option<V>> {
        match seat {
            Seat::Waiting(seat) => seat,
            Seat::Arrived(_) => panic!("nothing can have arrived"),
        }
    }

    async fn value(mut seat: watch::Receiver<Option<u32>>) -> Option<u32> {
        seat.wait_for(Option::is_some).await.ok().and_then(|value| *value)
    }

    #[tokio::test]
    async fn askers_for_the_same_share_a_flight_and_others_have_their_own() {
        let flights = Arc::new(Flights::<&str, u32>::default());
        let (go, ready) = oneshot::channel::<()>();
        let first = waiting(flights.board(
            &"a",
            || None,
            || async move {
                ready.await.unwrap();
                1
            },
        ));
        let second = waiting(flights.board(&"a", || None, || async { panic!("a is in flight") }));
        let other = waiting(flights.board(&"b", || None, || async { 2 }));
        assert_eq!(value(other).await, Some(2));
        drop(first);
        go.send(()).unwrap();
        assert_eq!(value(second).await, Some(1), "the first asker's giving up ends nothing");
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn what_is_known_is_not_fetched() {
        let flights = Arc::new(Flights::<&str, u32>::default());
        let seat = flights.board(&"a", || Some(3), || async { panic!("it is known") });
        assert!(matches!(seat, Seat::Arrived(3)));
    }

    #[tokio::test]
    async fn a_flight_that_panics_fails_its_askers_and_nobody_after_them() {
        let flights = Arc::new(Flights::<&str, u32>::default());
        let seat = waiting(flights.board(&"a", || None, || async { panic!("as it should, in this test") }));
        assert_eq!(value(seat).await, None);
        let seat = waiting(flights.board(&"a", || None, || async { 4 }));
        assert_eq!(value(seat).await, Some(4));
    }
}
