//! The protocol as a client and a verifier see it: real HTTP against a started server.
#![allow(clippy::unwrap_used)]

mod authorize;
mod control;
mod metadata_documents;
mod registration;
mod restart;
mod sign_in;
mod start;
mod support;
mod token_errors;
