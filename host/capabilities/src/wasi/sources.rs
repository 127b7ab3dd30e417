//! Where a call's time and chance come from.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::Misuse;

/// A source of time and chance other than the system's, so that a call can be run again with the same answers.
///
/// All that a component reads of `wasi:clocks` and `wasi:random` comes from here. Sleeping takes real time.
pub trait WasiSources: Send + Sync {
    /// The time since 1970-01-01T00:00:00Z.
    fn unix_time(&self) -> Duration;

    /// The time since a point of its own choosing; never less than before.
    fn monotonic(&self) -> Duration;

    /// Fills a piece of memory with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The sources of one call: those that were given, or the system's.
#[derive(Clone)]
pub(super) struct Sources {
    given: Option<Arc<dyn WasiSources>>,
    started: Instant,
}

/// Both clocks tell nanoseconds.
const RESOLUTION: Duration = Duration::from_nanos(1);

impl Sources {
    pub(super) fn new(given: Option<Arc<dyn WasiSources>>) -> Self {
        Self {
            given,
            started: Instant::now(),
        }
    }

    pub(super) fn fill(&self, bytes: &mut [u8]) -> wasmtime::Result<()> {
        match &self.given {
            Some(sources) => sources.fill(bytes),
            None => aws_lc_rs::rand::fill(bytes).map_err(|_| Misuse("the system has no random numbers".to_owned()))?,
        }
        Ok(())
    }
}

impl HostWallClock for Sources {
    fn resolution(&self) -> Duration {
        RESOLUTION
    }

    fn now(&self) -> Duration {
        match &self.given {
            Some(sources) => sources.unix_time(),
            // A clock before 1970 is a clock that isn't set.
            None => SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }
}

impl HostMonotonicClock for Sources {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        let elapsed = match &self.given {
            Some(sources) => sources.monotonic(),
            None => self.started.elapsed(),
        };
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    }
}
