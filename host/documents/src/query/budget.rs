//! What a running query may still use: time, and memory for the values that it makes.
//!
//! Between two looks at the clock lies a bounded amount of work, so that no expression, however it is built, runs on for long
//! after its deadline or after its caller has gone. There a query also pauses, if the backend wants to let others go first.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::error::Stop;
use super::functions::Patterns;
use crate::error::Limit;

/// Bytes looked at between two looks at the clock: some tens of microseconds of work.
const CHECK_EVERY: u64 = 64 * 1024;

/// The budget of one page, or of one condition.
pub(crate) struct Budget<'a> {
    max_bytes: u64,
    deadline: Instant,
    cancelled: &'a AtomicBool,
    pause: &'a dyn Fn(),
    work: Cell<u64>,
    made: Cell<u64>,
    now: SystemTime,
    patterns: RefCell<Patterns>,
}

impl<'a> Budget<'a> {
    /// `pause` is called before every look at the clock, and may take its time: it returns by the deadline, or once `cancelled` is
    /// set.
    pub(crate) fn new(max_bytes: u64, deadline: Instant, cancelled: &'a AtomicBool, pause: &'a dyn Fn()) -> Self {
        Self {
            max_bytes,
            deadline,
            cancelled,
            pause,
            work: Cell::new(0),
            made: Cell::new(0),
            now: SystemTime::now(),
            patterns: RefCell::default(),
        }
    }

    /// The same at another time of day: `now` is what the query takes for the present.
    #[cfg(test)]
    pub(super) fn at(self, now: SystemTime) -> Self {
        Self { now, ..self }
    }

    /// The present, which is one moment for a whole page: ticks of 100 nanoseconds since 1970.
    pub(super) fn now_ticks(&self) -> i64 {
        let since = self.now.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos() / 100).unwrap_or(i64::MAX)
    }

    /// Regular expressions that are compiled already.
    pub(super) fn patterns(&self) -> &RefCell<Patterns> {
        &self.patterns
    }

    /// What the values of the row amount to so far, for [`Self::release`].
    pub(super) fn mark(&self) -> u64 {
        self.made.get()
    }

    /// Forgets the values made since the mark: they are gone.
    pub(super) fn release(&self, mark: u64) {
        self.made.set(mark);
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

    /// Pauses if others go first, and looks at the clock.
    pub(super) fn check(&self) -> Result<(), Stop> {
        self.work.set(0);
        (self.pause)();
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        if Instant::now() >= self.deadline {
            return Err(Stop::Deadline);
        }
        Ok(())
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
