//! WASI 0.2, as far as a grant goes: clocks, random numbers, printing, and stand-ins that give nothing.
//!
//! For components that weren't written for this host, and for run times of languages that import WASI whether they use it or
//! not. The implementation is wasmtime's, except for random numbers; each [`WasiInterface`] is admitted and linked by itself,
//! like those of `usher:host`, and what isn't granted isn't linked. There are no preopened folders, no environment variables and
//! no arguments, so the file system that [`WasiKey::StandIns`] links has nothing in it; the sockets that it links are refusals
//! ([`absent`]), and HTTP is in no interface here.
//!
//! What a guest could use up of the host is bounded: handles that are open at once, random numbers by the call's budget of
//! host calls, printed lines like messages to `log`. Sleeping suspends the call, which its deadline and a cancel end as always.
//! Reading a clock isn't counted: it costs the guest's own time and nothing else.
//!
//! A call that never uses WASI has no state for it: it is made at the first use.

mod absent;
mod interface;
mod printed;
mod random;
mod sources;
mod state;

pub use interface::{WasiInterface, admit};
pub use sources::WasiSources;
pub(crate) use state::WasiState;
use usher_policy::WasiKey;
use wasmtime_wasi::I32Exit;

use crate::call_context::CallContext;

/// Finds the call in a store's data, for interfaces that are linked by a type and not by a function.
pub trait InCall: Send + 'static {
    /// The call.
    fn call(&mut self) -> &mut CallContext;
}

/// What a component used of WASI in a way that no implementation could answer. A trap.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(pub(crate) String);

/// Why a host function of WASI ended the call, if it did: for the operator.
#[must_use]
pub fn ended_by(error: &wasmtime::Error) -> Option<String> {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return Some(format!("the component ended itself with exit code {code}"));
    }
    if let Some(misuse) = error.downcast_ref::<Misuse>() {
        return Some(misuse.to_string());
    }
    error
        .downcast_ref::<wasmtime::component::ResourceTableError>()
        .map(|error| format!("a handle of WASI: {error}"))
}

/// What is written where a grant lacks a key.
fn grant_line(key: WasiKey) -> String {
    format!("{} = true # {}", key.name(), key.gives())
}
