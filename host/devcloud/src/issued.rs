//! What was handed out, or shown here, and must never be seen anywhere else: for tests that look for it in logs and answers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

/// How many are remembered; the oldest are forgotten first. A token has about 1.5 KB, so that they come to some 30 MB at most.
const LIMIT: usize = 20_000;

/// Tokens, authorization codes and assertions, the oldest first.
#[derive(Default)]
pub(crate) struct Issued(Mutex<VecDeque<String>>);

impl Issued {
    /// Remembers one, and gives it back.
    pub(crate) fn keep(&self, secret: String) -> String {
        let mut kept = self.lock();
        if kept.len() == LIMIT {
            kept.pop_front();
        }
        kept.push_back(secret.clone());
        secret
    }

    /// All that are remembered.
    pub(crate) fn list(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        // A panic while the lock was held can't have left it half changed: each change is one insertion or removal.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_when_there_are_too_many() {
        let issued = Issued::default();
        for number in 0..=LIMIT {
            issued.keep(number.to_string());
        }
        let kept = issued.list();
        assert_eq!((kept.len(), kept.first().map(String::as_str)), (LIMIT, Some("1")));
    }
}
