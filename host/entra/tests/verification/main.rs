//! Verification end to end: real RSA keys, a real JWKS server on loopback, a clock that the test moves.

#![allow(clippy::unwrap_used)]

mod cache;
mod callers;
mod catalogue;
mod keys;
mod reasons;
mod support;
