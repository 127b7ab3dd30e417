//! Exchanges end to end: a token endpoint on loopback that answers in Entra's own shapes, and a clock that the test moves.

#![allow(clippy::unwrap_used)]

mod askers;
mod claims;
mod credentials;
mod keeping;
mod refusals;
mod request;
mod rows;
mod secrecy;
mod support;
mod unavailability;
