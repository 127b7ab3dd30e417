//! What a call took, for those who ask.

use std::time::Duration;

use crate::call::Outcome;
use crate::fault::Fault;

/// How a call ended, and what it took.
#[derive(Debug)]
pub struct Measured {
    /// As [`Runtime::run`](crate::Runtime::run) has it.
    pub ended: Result<Outcome, Fault>,
    /// What it took.
    pub measures: Measures,
}

/// What a call took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// From the empty store to the answer: making the instance, and the call.
    pub took: Duration,
    /// The most linear memory that it had, in bytes.
    pub memory_bytes: usize,
    /// The instructions of WebAssembly that it ran, as wasmtime counts its fuel: about one each, and the same for the same work.
    /// None unless [`RuntimeSettings::count_instructions`](crate::RuntimeSettings::count_instructions) is set, and for a call that its
    /// deadline ended.
    pub instructions: Option<u64>,
}
