//! What people have entered, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::personas::Persona;

/// Entries that are kept of each person.
const MAX_ENTRIES: usize = 1000;

/// The longest description, in bytes.
const MAX_DESCRIPTION: usize = 1000;

/// Everybody's entries, each by its owner's object id.
#[derive(Default)]
pub(crate) struct Entries(Mutex<HashMap<&'static str, Vec<Entry>>>);

/// What is sent to be entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEntry {
    description: String,
    amount: f64,
}

/// What was entered.
#[derive(Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: Uuid,
    description: String,
    amount: f64,
}

impl Entries {
    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Vec<Entry>>> {
        // A panic while the lock was held can't have left it half changed: each change is one insertion.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// One person's entries, oldest first.
    pub(crate) fn of(&self, persona: &'static Persona) -> Vec<Entry> {
        self.lock().get(persona.object_id).cloned().unwrap_or_default()
    }

    /// Enters something, or says why not.
    pub(crate) fn add(&self, persona: &'static Persona, entry: NewEntry) -> Result<Entry, String> {
        if entry.description.is_empty() || entry.description.len() > MAX_DESCRIPTION {
            return Err(format!("description must have between 1 and {MAX_DESCRIPTION} bytes"));
        }
        let mut people = self.lock();
        let entries = people.entry(persona.object_id).or_default();
        if entries.len() >= MAX_ENTRIES {
            return Err(format!("there are {MAX_ENTRIES} entries already"));
        }
        let entry = Entry {
            id: Uuid::new_v4(),
            description: entry.description,
            amount: entry.amount,
        };
        entries.push(entry.clone());
        Ok(entry)
    }
}
