//! Runs one call of one tool in one fresh instance.
//!
//! **In** come the `.wasm` files and grants of a directory, and then, call by call, a [`Permit`](usher_policy::Permit) with
//! arguments. **Out** go a [`Catalog`] of tools, and for each call an [`Outcome`] or a [`Fault`].
//!
//! The room has two halves that never mix:
//!
//! - *Load* ([`Runtime::load`]): read, put object ids in the place of names of groups, compile or take from the compile cache,
//!   hold the imports against the grant, link exactly what the grant gives, ask for the tools in an instance without
//!   capabilities, check every description and compile every schema. What doesn't pass isn't served, and a [`LoadError`] says
//!   why and what to do. Everything else of the directory is.
//! - *Run* ([`Runtime::run`]): admission (so many calls at once, waiting is bounded), a store with the permit and the limits in
//!   it, an instance from the pre-linked component, the call, and away with the store.
//!
//! What a guest does wrong costs its own call: a loop is interrupted by epochs and ends at the deadline, memory and tables stop
//! at their limits, host calls and the bytes that cross are counted, a trap is a [`Fault`] whose details go to the operator's
//! log and never to the client.
//!
//! An instance is never used twice. The pool beneath resets memory by copy-on-write; `PAGEMAP_SCAN` is off since on this
//! version of wasmtime it can leave swapped-out dirty pages behind (bytecodealliance/wasmtime, pull request 14357).
#![deny(unsafe_code)]

mod admission;
mod bindings;
mod call;
mod catalog;
mod compile_cache;
mod component;
mod description;
mod engine;
mod examined;
mod fault;
mod imports;
mod limiter;
mod listing;
mod load;
mod load_error;
mod revision;
mod runtime;
mod schema;
mod settings;
mod source;
mod ticker;
mod tool;

pub use admission::AdmissionSettings;
pub use bindings::contract;
pub use call::{Outcome, Request};
pub use catalog::{Catalog, Refusal};
pub use examined::{Examined, ExaminedTool, Import};
pub use fault::{Fault, Limit};
pub use load_error::LoadError;
pub use revision::Revision;
pub use runtime::{Runtime, StartError};
pub use schema::Violation;
pub use settings::RuntimeSettings;
pub use source::{Source, grant_file};
pub use tool::Tool;
