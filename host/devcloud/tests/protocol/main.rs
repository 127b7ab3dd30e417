//! The protocol as a client and a verifier see it: real HTTP against a started server.
#![allow(clippy::unwrap_used)]

mod authorize;
mod client_authentication;
mod client_credentials;
mod consent;
mod control;
mod failures;
mod federation;
mod instance;
mod issued;
mod managed_identity;
mod metadata_documents;
mod on_behalf_of;
mod personas;
mod registration;
mod restart;
mod sign_in;
mod start;
mod step_up;
mod support;
mod token_errors;
