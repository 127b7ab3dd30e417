//! What MCP demands of a server over HTTP, held against the real host.
//!
//! The rules are those of the revisions 2026-07-28 (no sessions, each request speaks for itself) and 2025-11-25 (`initialize` and
//! sessions). Tests of both eras are named for the rule; [`wire`] has the requests, [`stage`] the hosts, for all tests of this
//! program.

mod bodies;
mod crowd;
mod direct;
mod doors;
mod hidden;
mod legacy;
mod life;
mod lists;
mod metrics;
mod modern;
pub(crate) mod stage;
pub(crate) mod wire;
