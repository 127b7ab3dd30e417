//! Refusals, remembered for a moment: a client that repeats a call must not repeat the request to Entra.
//!
//! A refusal is remembered for the assertion and the scope that were refused and stands in nobody else's way. What will
//! pass by itself is never remembered.
//!
//! Also here is what keeps a client from signing in again and again. Entra refuses a user who isn't assigned to an API,
//! or whose account is disabled, in the same way as one whose token has been revoked, and says so only in texts and
//! numbers. Signing in again cures the last of these and not the others. So when a token that the user got after the
//! refusal is refused in the same way, the answer is no longer to sign in again.

use std::time::Duration;

use moka::{policy::EvictionPolicy, sync::Cache};

use super::{ExchangeError, Flight, Remedy};
use crate::{DownstreamScope, SignedIn, UserKey};

/// Refusals and sign-ins remembered. One has a few hundred bytes; the least recently used goes first.
const MAX_ENTRIES: u64 = 10_000;

/// For `invalid_grant` that says no more: this assertion can never work. As long as Microsoft's own libraries.
const HOPELESS: Duration = Duration::from_secs(60);

/// For all else: short, because a consent that was just given, or a setting that was just corrected, should count.
const CURABLE: Duration = Duration::from_secs(10);

/// How long a sign-in that didn't help is remembered.
const SIGN_IN: Duration = Duration::from_secs(600);

/// How much earlier than it is issued a token may say that it was: Entra dates them back by five minutes.
const BACKDATED: u64 = 300;

pub(super) struct Refusals {
    refused: Cache<Flight, Refused>,
    sign_ins: Cache<(UserKey, DownstreamScope), SignIn>,
}

#[derive(Clone)]
struct Refused {
    error: ExchangeError,
    until: Duration,
}

/// That a user was sent to sign in again.
#[derive(Clone, Copy)]
struct SignIn {
    assertion: [u8; 32],
    /// In Unix seconds.
    at: u64,
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self {
            refused: Cache::builder()
                .max_capacity(MAX_ENTRIES)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(HOPELESS)
                .build(),
            sign_ins: Cache::builder()
                .max_capacity(MAX_ENTRIES)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(SIGN_IN)
                .build(),
        }
    }

    pub(super) fn get(&self, flight: &Flight, now: Duration) -> Option<ExchangeError> {
        let refused = self.refused.get(flight)?;
        (now < refused.until).then_some(refused.error)
    }

    pub(super) fn remember(&self, flight: &Flight, error: &ExchangeError, now: Duration) {
        if let Some(time) = time(error) {
            let refused = Refused {
                error: error.clone(),
                until: now.saturating_add(time),
            };
            self.refused.insert(flight.clone(), refused);
        }
    }

    /// Whether the user has signed in again since being told to, and is refused all the same. If not, the user is being
    /// told now, which is remembered.
    pub(super) fn is_repeated(&self, who: &SignedIn, scope: &DownstreamScope, unix_now: u64) -> bool {
        let key = (who.caller().key(), scope.clone());
        let told = self.sign_ins.get(&key);
        if let Some(told) = told.filter(|told| unix_now.saturating_sub(told.at) < SIGN_IN.as_secs()) {
            return told.assertion != *who.assertion().sha256()
                && who.caller().issued_at().saturating_add(BACKDATED) >= told.at;
        }
        let sign_in = SignIn {
            assertion: *who.assertion().sha256(),
            at: unix_now,
        };
        self.sign_ins.insert(key, sign_in);
        false
    }

    /// An exchange for the user has worked: the next refusal is a first one.
    pub(super) fn forget(&self, who: &SignedIn, scope: &DownstreamScope) {
        self.sign_ins.invalidate(&(who.caller().key(), scope.clone()));
    }
}

fn time(error: &ExchangeError) -> Option<Duration> {
    match error.remedy() {
        Remedy::Retry { .. } => None,
        Remedy::SignInAgain | Remedy::Blocked if is_hopeless(error) => Some(HOPELESS),
        _ => Some(CURABLE),
    }
}

fn is_hopeless(error: &ExchangeError) -> bool {
    let note = error.operator();
    note.error == "invalid_grant" && note.suberror.is_none()
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::{Caller, Cloud};

    const NOW: u64 = 1_796_000_000;

    fn alice(token_id: &str, issued_at: u64) -> SignedIn {
        SignedIn::testing(
            Caller::testing("alice")
                .with_token_id(token_id)
                .issued_at(issued_at)
                .build(),
        )
    }

    #[test]
    fn a_newer_token_that_is_refused_alike_is_a_repetition() {
        let refusals = Refusals::new();
        let scope = Cloud::Global.graph_scope();
        assert!(!refusals.is_repeated(&alice("old", NOW - 3000), &scope, NOW));
        assert!(
            !refusals.is_repeated(&alice("old", NOW - 3000), &scope, NOW + 1),
            "the same token"
        );
        assert!(
            !refusals.is_repeated(&alice("other client", NOW - 301), &scope, NOW + 2),
            "a token from before the refusal"
        );
        assert!(refusals.is_repeated(&alice("new", NOW - 295), &scope, NOW + 6));
        let bob = SignedIn::testing(Caller::testing("bob").issued_at(NOW).build());
        assert!(!refusals.is_repeated(&bob, &scope, NOW + 6), "another user");
        assert!(
            !refusals.is_repeated(&alice("newer", NOW + 600), &scope, NOW + 600),
            "after ten minutes, signing in again is tried anew"
        );
    }

    #[test]
    fn an_exchange_that_works_makes_the_next_refusal_a_first_one() {
        let refusals = Refusals::new();
        let scope = Cloud::Global.graph_scope();
        refusals.is_repeated(&alice("old", NOW - 3000), &scope, NOW);
        refusals.forget(&alice("new", NOW), &scope);
        assert!(!refusals.is_repeated(&alice("newer", NOW + 1), &scope, NOW + 1));
    }
}
