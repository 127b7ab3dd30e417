//! What was asked for, how often, and which of the next answers are to fail: what lets a test assert that a verifier
//! fetched the keys once, or survives their endpoint's absence.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// The endpoints that are counted and can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Endpoint {
    Discovery,
    Keys,
    Authorize,
    Token,
    Register,
}

const ENDPOINTS: usize = 5;

/// Counters and planned failures, by endpoint.
#[derive(Default)]
pub(crate) struct Traffic {
    arrived: [AtomicU64; ENDPOINTS],
    failures: Mutex<[Failure; ENDPOINTS]>,
}

#[derive(Clone, Copy, Default)]
struct Failure {
    status: StatusCode,
    remaining: u32,
}

/// How many requests each endpoint has had since the start, failed ones included.
#[derive(Debug, Serialize)]
pub(crate) struct Counters {
    discovery: u64,
    keys: u64,
    authorize: u64,
    token: u64,
    register: u64,
}

impl Traffic {
    /// Counts a request, and tells the status that it must fail with, if a failure is planned.
    pub(crate) fn arrive(&self, endpoint: Endpoint) -> Result<(), StatusCode> {
        self.arrived[endpoint as usize].fetch_add(1, Ordering::Relaxed);
        let mut failures = self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let failure = &mut failures[endpoint as usize];
        if failure.remaining == 0 {
            return Ok(());
        }
        failure.remaining -= 1;
        Err(failure.status)
    }

    /// Lets the next `times` requests to an endpoint fail.
    pub(crate) fn fail(&self, endpoint: Endpoint, status: StatusCode, times: u32) {
        let mut failures = self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        failures[endpoint as usize] = Failure {
            status,
            remaining: times,
        };
    }

    pub(crate) fn counters(&self) -> Counters {
        let of = |endpoint: Endpoint| self.arrived[endpoint as usize].load(Ordering::Relaxed);
        Counters {
            discovery: of(Endpoint::Discovery),
            keys: of(Endpoint::Keys),
            authorize: of(Endpoint::Authorize),
            token: of(Endpoint::Token),
            register: of(Endpoint::Register),
        }
    }
}
