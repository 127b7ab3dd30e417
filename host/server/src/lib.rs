//! MCP over HTTP, behind the bearer gate.
//!
//! **In** come HTTP requests, a [`Verifier`](usher_entra::Verifier) that knows who sends them, and the
//! [`Catalog`](usher_runtime::Catalog) of tools with the [`Runtime`](usher_runtime::Runtime) that runs them. **Out** go MCP
//! answers, to clients of revision 2026-07-28 (no sessions) and of the revisions with `initialize` (sessions) at one URL, and
//! the documents that lead a client to sign in.
//!
//! The way of a request to the MCP endpoint, in this order:
//!
//! ```text
//! endpoint   Host and Origin as configured, or 403 ............................................ doors
//!            a verified bearer token, or 401, 403, 503 with a challenge ....................... gate
//!            its session, if it names one, is the caller's own, or 404 ........................ sessions
//!            a body within bounds, or 413 ..................................................... endpoint
//! rmcp       the protocol: versions, headers against body, JSON-RPC, event streams
//! handler    tools/list: what the policy lets the caller see .................................. tools
//!            tools/call: look up, authorize, check the arguments, run, translate the outcome .. call, content
//! endpoint   what rmcp says in plain text is said again as JSON-RPC ........................... replies
//! ```
//!
//! What this room never does: it decides about tools by nothing but the body that is dispatched and the verified caller, and
//! never by a header that names a tool; it tells nobody whether a tool that they can't use exists; it takes no part of a URL
//! that it hands out from a request; it logs no token, no argument and no result. A failure of a tool is an answer with
//! status 200, since a client may take a failing status for the end of the connection.
#![forbid(unsafe_code)]

mod bodies;
mod call;
mod client;
mod content;
mod doors;
mod endpoint;
mod gate;
mod handler;
mod numbers;
mod replies;
mod server;
mod sessions;
mod settings;
mod subscriptions;
mod tools;
mod wellknown;

pub use server::{ServeError, Server};
pub use settings::{ServerSettings, SettingsError};
