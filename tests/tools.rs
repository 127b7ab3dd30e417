//! Tools are files: what their authors and operators do with them, with the real host.
//!
//! ```text
//! authoring       from nothing to a tool that is called: new, build, the loop at each save
//! languages       one sample in three languages, one set of promises
//! inspect         what a component can at most do, as a manager reads it
//! replay          a call without a server, recorded, and replayed to the byte
//! reload          a folder of components changes under load, in every way that folders change
//! change-control  what waits for the operator, what is refused, what comes back
//! foreign         components that were not written for this host
//! ```
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authoring;
#[path = "change-control/mod.rs"]
mod change_control;
mod foreign;
mod inspect;
mod languages;
mod reload;
mod replay;
