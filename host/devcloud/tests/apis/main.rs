//! The APIs that trust the development Entra, as a host meets them: Microsoft Graph and the ledger.
#![allow(clippy::unwrap_used)]

mod batch;
mod drive;
mod failures;
mod ledger;
mod mail;
mod memberships;
mod people;
mod stage;
#[allow(dead_code, reason = "the other tests of this crate need more of it")]
#[path = "../protocol/support.rs"]
mod support;
mod tokens;
