//! Progress: one plain line when a step starts to do something, one when it is done, with the time it took.
//!
//! Whole lines only, so that steps may run side by side, output of other programs may come in between, and a log reads
//! like the terminal did.

use std::time::{Duration, Instant};

/// A step of a command, `[2/4] Host`.
pub(crate) struct Step {
    prefix: String,
    started: Instant,
}

impl Step {
    /// Step `number` of `total`.
    pub(crate) fn new(number: usize, total: usize, name: &str) -> Self {
        Self {
            prefix: format!("[{number}/{total}] {name}"),
            started: Instant::now(),
        }
    }

    /// Says what the step does now.
    pub(crate) fn doing(&self, what: &str) {
        eprintln!("{}: {what} …", self.prefix);
    }

    /// Says that the step is done, with what it came to.
    pub(crate) fn done(&self, what: &str) {
        eprintln!("{}: {what} ({})", self.prefix, seconds(self.started.elapsed()));
    }

    /// Says that the step failed. The cause follows when the command ends: other steps may still be running.
    pub(crate) fn failed(&self) {
        eprintln!("{}: failed ({})", self.prefix, seconds(self.started.elapsed()));
    }

    /// Runs the step's work; says so if it fails.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let result = work(self);
        if result.is_err() {
            self.failed();
        }
        result
    }
}

/// `0.4 s`, `42 s`, `3 min 7 s`.
fn seconds(elapsed: Duration) -> String {
    let whole = elapsed.as_secs();
    match whole {
        0..10 => format!("{:.1} s", elapsed.as_secs_f64()),
        10..120 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_precise_as_they_are_short() {
        assert_eq!(seconds(Duration::from_millis(430)), "0.4 s");
        assert_eq!(seconds(Duration::from_millis(42_900)), "42 s");
        assert_eq!(seconds(Duration::from_secs(187)), "3 min 7 s");
    }
}
