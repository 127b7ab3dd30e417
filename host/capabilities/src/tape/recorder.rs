//! Writes down the host calls of one call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::entry::{Entry, Question};

/// Keeps the host calls of one call, for whoever holds another handle of it.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Taped>>>);

/// A host call that was made.
#[derive(Debug, Clone)]
pub struct Taped {
    /// What was asked and answered.
    pub entry: Entry,
    /// How long the host took.
    pub took: Duration,
    /// Whether the component could learn something from the answer: what a recording keeps.
    pub answers: bool,
}

impl Recorder {
    /// The host calls so far, in their order.
    #[must_use]
    pub fn taken(&self) -> Vec<Taped> {
        self.tape().clone()
    }

    pub(crate) fn add(&self, question: Question, answer: Value, took: Duration, answers: bool) {
        self.tape().push(Taped {
            entry: Entry { question, answer },
            took,
            answers,
        });
    }

    fn tape(&self) -> MutexGuard<'_, Vec<Taped>> {
        // A push leaves a list that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
