//! The promises that take the real host, each in a folder of its own.
#![allow(clippy::unwrap_used)]

mod cancellation;
mod durability;
mod failures;
#[path = "first-run/mod.rs"]
mod first_run;
