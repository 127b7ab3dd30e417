//! What a running query may still use: time, and memory for the values that it makes.
//!
//! Between two looks at the clock lies a bounded amount of work, so that no expression, however it is built, runs on for long
//! after its deadline or after its caller has gone.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::error::Stop;
use crate::error::Limit;

/// Bytes looked at between two looks at the clock: some tens of microseconds of work.
const CHECK_EVERY: u64 = 64 * 1024;

/// The budget of one page, or of one condition.
pub(crate) struct Budget<'a> {
    max_bytes: u64,
    deadline: Option<Instant>,
    cancelled: &'a AtomicBool,
    work: Cell<u64>,
    made: Cell<u64>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(max_bytes: u64, deadline: Option<Instant>, cancelled: &'a AtomicBool) -> Self {
        Self {
            max_bytes,
            deadline,
            cancelled,
            work: Cell::new(0),
            made: Cell::new(0),
        }
    }

    pub(super) fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Forgets the values of the row before.
    pub(super) fn next_row(&self, bytes: usize) -> Result<(), Stop> {
        self.made.set(0);
        self.work(bytes)
    }

    /// Counts bytes that are looked at.
    pub(super) fn work(&self, bytes: usize) -> Result<(), Stop> {
        let work = self.work.get() + bytes as u64 + 64;
        if work < CHECK_EVERY {
            self.work.set(work);
            return Ok(());
        }
        self.check()
    }

    /// Looks at the clock.
    pub(super) fn check(&self) -> Result<(), Stop> {
        self.work.set(0);
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Stop::Deadline),
            _ => Ok(()),
        }
    }

    /// Counts bytes of a value that is about to be made for the current row.
    pub(super) fn make(&self, bytes: usize) -> Result<(), Stop> {
        self.made.set(self.made.get() + bytes as u64);
        self.hold(self.made.get())?;
        self.work(bytes)
    }

    /// Checks how much is held.
    pub(super) fn hold(&self, bytes: u64) -> Result<(), Stop> {
        if bytes > self.max_bytes {
            Err(Stop::Limit(Limit::BytesHeld(self.max_bytes)))
        } else {
            Ok(())
        }
    }
}
