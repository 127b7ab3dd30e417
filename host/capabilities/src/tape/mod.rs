//! Host calls on tape: what a component asked of its host during one call, and what the host answered.
//!
//! The tape lies at the contract's boundary. A [`Recorder`] is told of every host function that a call uses: its arguments and its
//! answer as JSON, and how long it took. A [`Replay`] gives the recorded answers back, in their order, and reaches nothing: no
//! store, no other service, no token. A component that asks for something else than it did when it was recorded is not answered:
//! the call ends, and [`Departure`] says what it asked instead.
//!
//! What a component can't learn anything from (`log`) is told to a recorder, and is no part of an [`Entry`]'s sequence: another
//! message is no other behaviour. Time and chance of WASI aren't asked for by host functions of the contract;
//! [`WasiSources`](crate::WasiSources) repeats those.
//!
//! What no tape holds: a token, since no type of the contract can hold one.

mod bytes;
mod entry;
mod host_call;
mod recorder;
mod replay;

pub use entry::{Entry, Question};
pub(crate) use host_call::HostCall;
pub use recorder::{Recorder, Taped};
pub use replay::{Departure, Replay};
