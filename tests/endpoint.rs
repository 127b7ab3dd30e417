//! The endpoint as its clients meet it: the real host, over HTTP, and the clients that people use.
//!
//! ```text
//! sign-in    from a URL and nothing else to a token that works; and every token that must not work
//! clients    the official Python client and MCP Inspector, unchanged
//! protocol   what MCP demands of a server, request by request
//! msal       Microsoft's own library against the development Entra
//! arguments  what becomes of arguments that don't fit
//! graph      Microsoft Graph and another protected API on behalf of the caller: what the samples do, what no tool can
//! counts     what a call costs elsewhere: one exchange, one lookup, one fetch of keys, for however many askers
//! outages    what fails elsewhere in the middle of load: no wrong allow, no wrong deny, and recovery
//! three-readers  what the client, the operator and the tool read of each failure, as golden files
//! doctor     what `usher doctor` finds and says of it
//! step-up    who sees and calls a tool by scope, role and group, and how a client gets what it lacks
//! ```
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arguments;
mod clients;
mod counts;
mod doctor;
mod graph;
mod msal;
mod outages;
mod protocol;
#[path = "sign-in/mod.rs"]
mod sign_in;
#[path = "step-up/mod.rs"]
mod step_up;
#[path = "three-readers/mod.rs"]
mod three_readers;
