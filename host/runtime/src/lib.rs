//! Runs one call of one tool in one fresh instance.
//!
//! **In** come components with their grants, each a [`Source`], and then, call by call, a [`Permit`](usher_policy::Permit) with
//! arguments. **Out** go [`Revision`]s that make up a [`Catalog`] of tools, and for each call an [`Outcome`] or a [`Fault`]. Which
//! files those are and when they are read is the registry's business.
//!
//! The room has two halves that never mix:
//!
//! - *Load* ([`Runtime::load_revision`]): put object ids in the place of names of groups, compile or take from the compile cache,
//!   hold the imports against the grant, link exactly what the grant gives, ask for the tools in an instance without
//!   capabilities, check every description and compile every schema. What doesn't pass isn't served, and a [`LoadError`] says
//!   why and what to do.
//! - *Run* ([`Runtime::run`]): admission (so many calls at once, waiting is bounded), a store with the permit and the limits in
//!   it, an instance from the pre-linked component, the call, and away with the store.
//!
//! For authors there is a third way, [`Runtime::record`] and [`Runtime::replay`]: the same run, with its host calls on tape and
//! what it took.
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
mod foreign;
mod imports;
mod limiter;
mod listing;
mod load;
mod load_error;
mod measures;
mod metrics;
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
pub use catalog::{Catalog, Progress, Refusal};
pub use compile_cache::{CacheError, CacheSettings, PrecompileError, Precompiled, Precompiler};
pub use engine::KEPT_MEMORY_MIB;
pub use examined::{Examined, ExaminedTool, Import, Kind};
pub use fault::{Fault, Limit};
pub use foreign::Unserved;
pub use load_error::LoadError;
pub use measures::{Measured, Measures};
pub use revision::Revision;
pub use runtime::{Runtime, StartError};
pub use schema::Violation;
pub use settings::RuntimeSettings;
pub use source::{Source, component_name, grant_file, sha256};
pub use tool::Tool;
