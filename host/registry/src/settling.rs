//! When a change is over.
//!
//! A file that is being written changes from look to look. It is taken as it is once it was the same over a debounce, with all
//! that belongs to it. Changes that are seen together go live together; but one file that never rests doesn't hold up the others
//! for ever.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::folder::Fingerprint;

/// How long what has settled waits for what hasn't.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen to change, and since when it hasn't any more.
pub(crate) struct Settling {
    debounce: Duration,
    waiting: BTreeMap<String, Waiting>,
}

struct Waiting {
    /// What was seen at the last look. None: it is gone.
    seen: Option<Fingerprint>,
    /// Since when it is so.
    since: Instant,
    /// Since when it differs from what is known.
    first: Instant,
}

/// Components whose files have changed and settled.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Their names, and what was seen. None: it is gone.
    pub(crate) components: BTreeMap<String, Option<Fingerprint>>,
    /// When the first of the changes was made, as far as is known.
    pub(crate) first: Option<Instant>,
}

impl Settling {
    pub(crate) fn new(debounce: Duration) -> Self {
        Self {
            debounce,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes in a look: what is `known` was acted upon, the rest is new, and was changed last at `changed`. Gives what is to be acted
    /// upon now.
    pub(crate) fn look(
        &mut self,
        known: &BTreeMap<String, Fingerprint>,
        seen: &BTreeMap<String, Fingerprint>,
        changed: Instant,
        now: Instant,
    ) -> Settled {
        self.waiting.retain(|name, _| known.get(name) != seen.get(name));
        for name in known.keys().chain(seen.keys()) {
            let seen = seen.get(name);
            if known.get(name) == seen {
                continue;
            }
            let waiting = self.waiting.entry(name.clone()).or_insert_with(|| Waiting {
                seen: seen.cloned(),
                since: changed,
                first: changed,
            });
            if waiting.seen.as_ref() != seen {
                waiting.seen = seen.cloned();
                waiting.since = changed;
            }
        }
        let is_settled = |waiting: &Waiting| waiting.since + self.debounce <= now;
        let all = self.waiting.values().all(is_settled);
        let oldest = self
            .waiting
            .values()
            .filter(|waiting| is_settled(waiting))
            .map(|waiting| waiting.since)
            .min();
        if !all && oldest.is_none_or(|oldest| oldest + self.debounce + PATIENCE > now) {
            return Settled::default();
        }
        let mut settled = Settled::default();
        for (name, waiting) in self.waiting.extract_if(.., |_, waiting| is_settled(waiting)) {
            settled.first = Some(settled.first.map_or(waiting.first, |first| first.min(waiting.first)));
            settled.components.insert(name, waiting.seen);
        }
        settled
    }

    /// When to look again, if something changed that hasn't been acted upon.
    pub(crate) fn look_at(&self, now: Instant) -> Option<Instant> {
        let due = self.waiting.values().map(|waiting| waiting.since + self.debounce);
        let next = due.clone().filter(|due| *due > now).min();
        // All have settled but for those that were given up upon: those change again at the next look.
        next.or_else(|| due.min().map(|due| due + PATIENCE))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DEBOUNCE: Duration = Duration::from_millis(100);

    /// Looks of which each says what lies in the folder: a name and a text a component.
    struct Trial {
        folder: tempfile::TempDir,
        settling: Settling,
        known: BTreeMap<String, Fingerprint>,
        begun: Instant,
    }

    impl Trial {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                settling: Settling::new(DEBOUNCE),
                known: BTreeMap::new(),
                begun: Instant::now(),
            }
        }

        fn look(&mut self, at: u64, files: &[(&str, usize)]) -> Vec<String> {
            self.look_after(at, at, files)
        }

        /// The last change was made before the look.
        fn look_after(&mut self, changed: u64, at: u64, files: &[(&str, usize)]) -> Vec<String> {
            let mut seen = BTreeMap::new();
            for (name, size) in files {
                // What is the same is the same file; another size is another.
                let path = self.folder.path().join(format!("{name}-{size}.wasm"));
                if !path.exists() {
                    std::fs::write(&path, vec![0; *size]).unwrap();
                }
                seen.insert((*name).to_owned(), crate::folder::fingerprint(&path).unwrap());
            }
            let [changed, now] = [changed, at].map(|at| self.begun + Duration::from_millis(at));
            let settled = self.settling.look(&self.known, &seen, changed, now);
            for (name, fingerprint) in &settled.components {
                match fingerprint {
                    Some(fingerprint) => self.known.insert(name.clone(), fingerprint.clone()),
                    None => self.known.remove(name),
                };
            }
            settled.components.into_keys().collect()
        }
    }

    #[test]
    fn a_file_is_taken_once_it_has_not_changed_over_a_debounce() {
        let mut trial = Trial::new();
        assert!(trial.look(0, &[("a", 1)]).is_empty());
        assert!(trial.look(90, &[("a", 2)]).is_empty(), "it is still being written");
        assert!(trial.look(180, &[("a", 2)]).is_empty());
        assert_eq!(trial.look(190, &[("a", 2)]), ["a"]);
        assert!(trial.look(500, &[("a", 2)]).is_empty(), "once");
    }

    #[test]
    fn the_debounce_begins_when_a_file_was_changed_not_when_that_was_seen() {
        let mut trial = Trial::new();
        assert!(trial.look_after(10, 40, &[("a", 1)]).is_empty());
        assert_eq!(
            trial.settling.look_at(trial.begun),
            Some(trial.begun + Duration::from_millis(110))
        );
        assert!(trial.look(100, &[("a", 1)]).is_empty());
        assert_eq!(trial.look(110, &[("a", 1)]), ["a"]);
    }

    #[test]
    fn a_file_that_is_gone_for_a_moment_never_went() {
        let mut trial = Trial::new();
        trial.look(0, &[("a", 1)]);
        trial.look(100, &[("a", 1)]);
        assert!(trial.look(200, &[]).is_empty());
        assert!(trial.look(250, &[("a", 1)]).is_empty());
        assert!(trial.look(400, &[("a", 1)]).is_empty());
        assert!(trial.settling.look_at(trial.begun).is_none());
        assert!(trial.look(500, &[]).is_empty());
        assert_eq!(trial.look(600, &[]), ["a"], "and now it did");
    }

    #[test]
    fn what_changes_together_goes_live_together() {
        let mut trial = Trial::new();
        assert!(trial.look(0, &[("a", 1)]).is_empty());
        assert!(trial.look(90, &[("a", 1), ("b", 1)]).is_empty());
        assert!(trial.look(110, &[("a", 1), ("b", 1)]).is_empty(), "a waits for b");
        assert_eq!(trial.look(190, &[("a", 1), ("b", 1)]), ["a", "b"]);
    }

    #[test]
    fn a_file_that_never_rests_holds_nothing_up_for_ever() {
        let mut trial = Trial::new();
        let mut taken = None;
        for look in 0..60 {
            let at = look * 50;
            let names = trial.look(at, &[("a", 1), ("b", usize::try_from(look).unwrap() + 1)]);
            if !names.is_empty() {
                assert_eq!(names, ["a"]);
                taken = Some(at);
                break;
            }
        }
        assert_eq!(taken, Some(2_100));
    }

    #[test]
    fn the_next_look_is_when_the_next_change_has_settled() {
        let mut trial = Trial::new();
        trial.look(0, &[("a", 1)]);
        trial.look(50, &[("a", 1), ("b", 1)]);
        assert_eq!(trial.settling.look_at(trial.begun), Some(trial.begun + DEBOUNCE));
    }
}
