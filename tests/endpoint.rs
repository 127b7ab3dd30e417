//! The endpoint as its clients meet it: the real host, over HTTP, and the clients that people use.
//!
//! ```text
//! sign-in    from a URL and nothing else to a token that works; and every token that must not work
//! clients    the official Python client and MCP Inspector, unchanged
//! protocol   what MCP demands of a server, request by request
//! msal       Microsoft's own library against the development Entra
//! arguments  what becomes of arguments that don't fit
//! ```
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arguments;
mod clients;
mod msal;
mod protocol;
#[path = "sign-in/mod.rs"]
mod sign_in;
