//! Errors on demand.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// An answer in place of the emulator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interference {
    /// How many requests get it.
    pub times: u32,
    /// The HTTP status, such as 429.
    pub status: u16,
    /// `x-ms-substatus`.
    pub substatus: u32,
    /// `x-ms-retry-after-ms`.
    pub retry_after_ms: Option<u32>,
}

impl Interference {
    /// As a container answers whose throughput is used up.
    /// Source: Azure Cosmos DB, "HTTP status codes" 429, substatus 3200.
    pub fn throttled(times: u32, retry_after_ms: u32) -> Self {
        Self {
            times,
            status: 429,
            substatus: 3200,
            retry_after_ms: Some(retry_after_ms),
        }
    }
}

/// The ones to come.
#[derive(Default)]
pub(crate) struct Interferences(Mutex<VecDeque<Interference>>);

impl Interferences {
    pub(crate) fn add(&self, interference: Interference) {
        self.queue().push_back(interference);
    }

    /// The next request's, if there is one.
    pub(crate) fn next(&self) -> Option<Interference> {
        let mut queue = self.queue();
        while let Some(first) = queue.front_mut() {
            if first.times > 0 {
                first.times -= 1;
                return Some(*first);
            }
            queue.pop_front();
        }
        None
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Interference>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
