//! What Graph said about callers and groups, for as long as it may be believed.

use std::{collections::HashMap, sync::Arc, time::Duration};

use moka::{ops::compute::Op, policy::EvictionPolicy, sync::Cache};
use usher_entra::{Clock, UserKey};
use uuid::Uuid;

/// Groups remembered for one user, beyond which the oldest answers go, since tools may ask about any group. What was asked
/// at once is kept as a whole.
const MAX_GROUPS_A_USER: usize = 256;

/// One answer of Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) group: Uuid,
    pub(super) is_member: bool,
    /// When the question was sent, on the cache's clock. The answer is at least as new.
    pub(super) at: Duration,
}

/// The cache: answers by tenant and object id of the user, then by group.
pub(super) struct Answers {
    ttl: Duration,
    users: Cache<UserKey, Arc<[Answered]>>,
    clock: Arc<dyn Clock>,
}

impl Answers {
    /// A cache of at most `entries` answers, each believed for `ttl`; zero of either keeps nothing.
    pub(super) fn new(ttl: Duration, entries: u64, clock: Arc<dyn Clock>) -> Self {
        let users = Cache::builder()
            .max_capacity(entries)
            .weigher(|_, answers: &Arc<[Answered]>| u32::try_from(answers.len()).unwrap_or(u32::MAX))
            // Whoever just came in is the likeliest to ask again: an admission filter that prefers those who asked often
            // would make a new user's every call a lookup.
            .eviction_policy(EvictionPolicy::lru())
            // Frees memory; whether an answer may be believed is judged at each look.
            .time_to_live(ttl)
            .build();
        Self { ttl, users, clock }
    }

    /// The time now, as answers are dated.
    pub(super) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Calls `each` with the answer about each group, in order; false, and stops, at the first that isn't known.
    pub(super) fn each(&self, user: &UserKey, groups: &[Uuid], mut each: impl FnMut(Answered)) -> bool {
        if groups.is_empty() {
            return true;
        }
        let Some(answers) = self.users.get(user) else {
            return false;
        };
        let now = self.now();
        groups.iter().all(|group| {
            let answer = answers.iter().find(|answer| answer.group == *group);
            let fresh = answer.filter(|answer| self.is_fresh(answer, now));
            fresh.map(|answer| each(*answer)).is_some()
        })
    }

    /// Remembers new answers about a user beside those that are still good.
    pub(super) fn insert(&self, user: UserKey, new: &[Answered]) {
        if self.ttl.is_zero() {
            return;
        }
        let now = self.now();
        self.users.entry(user).and_compute_with(|entry| {
            let old = entry.map(moka::Entry::into_value);
            let mut merged: HashMap<Uuid, Answered> = HashMap::new();
            for answer in old.iter().flat_map(|old| old.iter()).chain(new) {
                if self.is_fresh(answer, now) {
                    let slot = merged.entry(answer.group).or_insert(*answer);
                    // Two questions may have been under way at once.
                    if slot.at <= answer.at {
                        *slot = *answer;
                    }
                }
            }
            let mut kept: Vec<_> = merged.into_values().collect();
            kept.sort_by_key(|answer| std::cmp::Reverse(answer.at));
            kept.truncate(MAX_GROUPS_A_USER.max(new.len()));
            Op::Put(Arc::from(kept))
        });
    }

    fn is_fresh(&self, answer: &Answered, now: Duration) -> bool {
        now.saturating_sub(answer.at) < self.ttl
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_entra::{Caller, SystemClock};

    use super::*;

    fn answers(entries: u64) -> Answers {
        Answers::new(Duration::from_secs(60), entries, Arc::new(SystemClock::new()))
    }

    fn answered(group: u128, is_member: bool, at: Duration) -> Answered {
        let group = Uuid::from_u128(group);
        Answered { group, is_member, at }
    }

    fn look(answers: &Answers, user: UserKey, group: u128) -> Option<bool> {
        let mut found = None;
        let known = answers.each(&user, &[Uuid::from_u128(group)], |answer| {
            found = Some(answer.is_member)
        });
        assert_eq!(known, found.is_some());
        found
    }

    fn user(name: &str) -> UserKey {
        Caller::testing(name).build().key()
    }

    #[test]
    fn new_answers_stand_beside_older_ones_and_replace_those_about_the_same_group() {
        let answers = answers(1_000);
        let (alice, at) = (user("alice"), answers.now());
        answers.insert(alice, &[answered(1, true, at), answered(2, false, at)]);
        answers.insert(alice, &[answered(2, true, at), answered(3, true, at)]);
        assert_eq!(look(&answers, alice, 1), Some(true));
        assert_eq!(look(&answers, alice, 2), Some(true));
        assert_eq!(look(&answers, alice, 3), Some(true));
        assert_eq!(look(&answers, alice, 4), None);
    }

    #[test]
    fn an_answer_that_was_asked_for_earlier_does_not_replace_a_later_one() {
        let answers = answers(1_000);
        let (alice, at) = (user("alice"), answers.now());
        answers.insert(alice, &[answered(1, false, at + Duration::from_secs(1))]);
        answers.insert(alice, &[answered(1, true, at)]);
        assert_eq!(look(&answers, alice, 1), Some(false));
    }

    #[test]
    fn memory_is_bounded_for_one_user_and_for_all() {
        let answers = answers(1_000);
        let (alice, at) = (user("alice"), answers.now());
        for group in 0..2_000 {
            answers.insert(alice, &[answered(group, true, at)]);
        }
        assert_eq!(answers.users.get(&alice).unwrap().len(), MAX_GROUPS_A_USER);
        for number in 0..2_000 {
            answers.insert(user(&format!("user {number}")), &[answered(1, true, at)]);
        }
        answers.users.run_pending_tasks();
        assert!(answers.users.weighted_size() <= 1_000);
        assert_eq!(look(&answers, user("user 1999"), 1), Some(true), "the newest is there");
    }
}
