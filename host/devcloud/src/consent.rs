//! Who has agreed to the API's app acting for them at other APIs.
//!
//! As if an administrator had consented for everybody at the start; the persona without consent is the exception.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use crate::oauth::scopes::Audience;
use crate::personas::{PERSONAS, Persona, Trouble};

/// The other APIs that the app goes to.
pub(crate) const DOWNSTREAM: [Audience; 2] = [Audience::Graph, Audience::Ledger];

/// By exception: for whom, and for which API, consent is missing.
pub(crate) struct Consents(Mutex<BTreeSet<(&'static str, Audience)>>);

impl Consents {
    pub(crate) fn new() -> Self {
        let without = PERSONAS
            .iter()
            .filter(|persona| persona.trouble == Some(Trouble::NoConsent));
        let missing = without.flat_map(|persona| DOWNSTREAM.map(|audience| (persona.name, audience)));
        Self(Mutex::new(missing.collect()))
    }

    /// Whether this person agreed to the app asking that API on their behalf.
    pub(crate) fn has(&self, persona: &Persona, audience: Audience) -> bool {
        !self.lock().contains(&(persona.name, audience))
    }

    /// Grants or withdraws consent.
    pub(crate) fn set(&self, persona: &'static Persona, audience: Audience, granted: bool) {
        if granted {
            self.lock().remove(&(persona.name, audience));
        } else {
            self.lock().insert((persona.name, audience));
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(&'static str, Audience)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
