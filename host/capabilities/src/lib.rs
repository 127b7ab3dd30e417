//! The host functions: one module an imported interface of `usher:host`, all of one shape.
//!
//! Each capability has three moments:
//!
//! 1. **admit**, at load: does the operator's grant give it, and can this host give what the grant says?
//! 2. **link**, at load: its functions go into the component's linker. What isn't admitted isn't linked, and what isn't linked
//!    can't be called.
//! 3. **call**: each function counts itself against the call's budget and asks the [`Permit`](usher_policy::Permit) in the
//!    [`CallContext`] before it does anything.
//!
//! **In** come calls of guests, with names of containers, ids, queries and bodies that are attackers' input. **Out** go values and
//! the contract's typed errors. What never goes out: a token, a secret, a partition key, a backend's own words. Whose items a
//! call reaches is computed here from the verified caller ([`Services::partition`]), and other services are asked in that caller's
//! name; no type that a guest can fill names a person.
//!
//! An author may have the host calls of one call on [`tape`]: recorded as they are answered, or answered from a recording, in
//! which case there is no permit and nothing is reached.
//!
//! Where a call fails since the person has to do something first (sign in again, consent, a second factor), the guest reads
//! `sign-in-required` and nothing more; what the person must do is [`CallContext::remedy`], for the server to say.
//!
//! Of WASI there are the interfaces of [`WasiInterface`], under keys of their own; see its module for what they give.
//!
//! Interfaces of the contract that aren't in [`Interface::ALL`] aren't offered by this host: a component that imports one is
//! refused at load.
#![forbid(unsafe_code)]

mod all_documents;
mod bindings;
mod call_context;
mod capability;
mod config;
mod documents;
mod documents_read;
mod documents_write;
mod downstream;
mod graph;
mod graph_write;
mod http;
mod identity;
mod interface;
mod log;
mod metrics;
mod my_documents;
mod my_documents_write;
mod owner;
mod seal;
mod services;
mod shared_documents;
mod shared_documents_write;
mod tape;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
mod wasi;

pub use call_context::{CallContext, HostCallsExhausted};
pub use capability::NotAdmitted;
pub use graph::NEEDS_GRAPH;
pub use interface::Interface;
pub use seal::{SealKey, SealKeyError};
pub use services::{Services, ServicesError};
pub use tape::{Departure, Entry, Question, Recorder, Replay, Taped};
pub use wasi::{InCall, WasiInterface, WasiSources, admit as admit_wasi, ended_by as ended_by_wasi};
