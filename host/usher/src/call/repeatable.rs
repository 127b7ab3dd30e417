//! Time and chance that can be repeated.
//!
//! The clock begins where it is told to and goes on by a millisecond at each look, so that it says the same in every run of the
//! same work. A tool that waits must see that it did, though: where a long time passes between two looks, the clock goes on by
//! that too, and the recording has it as a [`Pause`].

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use usher_capabilities::WasiSources;

/// What the clock goes on by at each look.
const STEP: Duration = Duration::from_millis(1);
/// What is waiting, and not working.
const LONG: Duration = Duration::from_millis(100);

/// A long time between two looks at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// Which look it was that came late, counted from 1.
    look: u64,
    /// How late.
    milliseconds: u64,
}

/// The clock and the random numbers of one call.
pub(super) struct Repeatable {
    start: Duration,
    state: Mutex<State>,
}

struct State {
    looks: u64,
    passed: Duration,
    last: Option<Instant>,
    pauses: Pauses,
    random: u64,
}

enum Pauses {
    /// They are noticed.
    Noticed(Vec<Pause>),
    /// They are known.
    Known(Vec<Pause>),
}

impl Repeatable {
    /// For a call that is made. `start` is a time since 1970.
    pub(super) fn new(start: Duration, seed: u64) -> Self {
        Self::with(start, seed, Pauses::Noticed(Vec::new()))
    }

    /// For a call that is repeated.
    pub(super) fn again(start: Duration, seed: u64, pauses: Vec<Pause>) -> Self {
        Self::with(start, seed, Pauses::Known(pauses))
    }

    fn with(start: Duration, seed: u64, pauses: Pauses) -> Self {
        Self {
            start,
            state: Mutex::new(State {
                looks: 0,
                passed: Duration::ZERO,
                last: None,
                pauses,
                random: seed,
            }),
        }
    }

    /// The pauses.
    pub(super) fn pauses(&self) -> Vec<Pause> {
        match &self.state().pauses {
            Pauses::Noticed(pauses) | Pauses::Known(pauses) => pauses.clone(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way, so what a poisoned lock guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self, now: Instant) -> Duration {
        self.looks += 1;
        self.passed += STEP;
        let look = self.looks;
        let waited = match &mut self.pauses {
            Pauses::Noticed(pauses) => {
                let waited = self
                    .last
                    .map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
                let milliseconds = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
                if waited >= LONG {
                    pauses.push(Pause { look, milliseconds });
                    milliseconds
                } else {
                    0
                }
            }
            Pauses::Known(pauses) => pauses
                .iter()
                .find(|pause| pause.look == look)
                .map_or(0, |pause| pause.milliseconds),
        };
        self.last = Some(now);
        self.passed = self.passed.saturating_add(Duration::from_millis(waited));
        self.passed
    }

    /// `SplitMix64` (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): the same numbers from the same seed, and
    /// secret from nobody.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl WasiSources for Repeatable {
    fn unix_time(&self) -> Duration {
        self.start + self.state().look(Instant::now())
    }

    fn monotonic(&self) -> Duration {
        self.state().look(Instant::now())
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.state();
        for piece in bytes.chunks_mut(8) {
            let random = state.next().to_le_bytes();
            piece.copy_from_slice(&random[..piece.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_one_others() {
        let random = |seed| {
            let mut bytes = [0; 21];
            Repeatable::new(Duration::ZERO, seed).fill(&mut bytes);
            bytes
        };
        assert_eq!(random(7), random(7));
        assert_ne!(random(7), random(8));
    }

    #[test]
    fn a_clock_says_again_what_it_said_waiting_included() {
        let begun = Instant::now();
        let looks = [0, 1, 2_000, 2_001].map(|at| begun + Duration::from_millis(at));
        let said = |clock: &Repeatable, moved: Duration| -> Vec<Duration> {
            looks.iter().map(|at| clock.state().look(*at + moved)).collect()
        };
        let first = Repeatable::new(Duration::ZERO, 0);
        let says = said(&first, Duration::ZERO);
        assert_eq!(says, [1, 2, 2_002, 2_003].map(Duration::from_millis));
        let again = Repeatable::again(Duration::ZERO, 0, first.pauses());
        assert_eq!(said(&again, Duration::from_secs(60)), says);
    }
}
