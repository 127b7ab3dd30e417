//! How many subscriptions are open: each holds a connection for as long as its client likes, so there are only so many.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use usher_entra::UserKey;

/// Counts open subscriptions, in all and by caller.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    max: usize,
    max_per_caller: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    per_caller: HashMap<UserKey, usize>,
}

/// A subscription's place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    subscriptions: &'a Subscriptions,
    caller: UserKey,
}

impl Subscriptions {
    pub(crate) fn new(max: usize, max_per_caller: usize) -> Self {
        Self {
            max,
            max_per_caller,
            open: Mutex::default(),
        }
    }

    /// A place for one more subscription of a caller. None if all places are taken.
    pub(crate) fn enter(&self, caller: UserKey) -> Option<Place<'_>> {
        let mut open = self.open();
        let own = open.per_caller.get(&caller).copied().unwrap_or(0);
        if open.all >= self.max || own >= self.max_per_caller {
            return None;
        }
        open.all += 1;
        open.per_caller.insert(caller, own + 1);
        Some(Place {
            subscriptions: self,
            caller,
        })
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.open().all
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing in here panics half-way, so what a poisoned lock guards is whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.subscriptions.open();
        open.all -= 1;
        if let Some(own) = open.per_caller.get_mut(&self.caller) {
            *own -= 1;
            if *own == 0 {
                open.per_caller.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use usher_entra::Caller;

    use super::*;

    fn user(name: &str) -> UserKey {
        Caller::testing(name).build().key()
    }

    #[test]
    fn a_caller_over_the_limit_gets_no_place_and_others_do() {
        let subscriptions = Subscriptions::new(10, 1);
        let first = subscriptions.enter(user("alice"));
        assert!(first.is_some() && subscriptions.enter(user("alice")).is_none());
        assert!(subscriptions.enter(user("bob")).is_some());
    }

    #[test]
    fn a_full_server_gives_no_place_to_anybody() {
        let subscriptions = Subscriptions::new(1, 1);
        let first = subscriptions.enter(user("alice"));
        assert!(first.is_some() && subscriptions.enter(user("bob")).is_none());
    }

    #[test]
    fn a_subscription_that_ended_makes_room() {
        let subscriptions = Subscriptions::new(1, 1);
        drop(subscriptions.enter(user("alice")));
        assert!(subscriptions.enter(user("alice")).is_some());
        assert!(subscriptions.open().per_caller.is_empty());
    }
}
