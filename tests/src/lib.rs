//! The harness of the end-to-end tests.
//!
//! A promise is proved in one of two ways, and this crate has what each needs:
//!
//! - *On a stage*: [`Stage`] puts components of the test's choice beside a well-behaved neighbour into a runtime of this
//!   process, over a store in a temporary folder. There a test reads the runtime's own answers: which limit, which fault.
//! - *Against the host*: [`Host`] starts the real binary with a folder of its own on ports of its own, and a test speaks to it
//!   over HTTP as a client would, kills it, and starts it again.
//!
//! What tests run was built before they start: `cargo xtask test` builds it and says where it is. [`built`] is the one place
//! that looks for it. Nothing here sleeps to wait for something: [`wait`] asks again until a deadline.
//!
//! The harness panics where a test can't go on; the panic is the test's failure, and says what to do.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a harness fails by panicking"
)]

pub mod built;
pub mod callers;
pub mod control;
mod folder;
pub mod golden;
pub mod grant;
mod guest;
pub mod host;
pub mod log;
pub mod mcp;
mod neighbour;
pub mod python;
pub mod secrecy;
pub mod stage;
pub mod transcripts;
pub mod wait;

pub use folder::Folder;
pub use grant::Grant;
pub use guest::{Slot, described, guest};
pub use host::Host;
pub use neighbour::Neighbour;
pub use stage::Stage;
