//! The server as a client meets it: over HTTP, with tokens that are signed and verified.
#![allow(clippy::unwrap_used)]

mod gate;
mod legacy;
mod messages;
mod modern;
mod open;
mod shutdown;
mod support;
