//! MCP over HTTP, behind the bearer gate.
//!
//! **In** come HTTP requests, a [`Verifier`](usher_entra::Verifier) that knows who sends them, [`Access`], which decides who
//! may use what, and one [`Catalog`](usher_runtime::Catalog) of tools after another with the
//! [`Runtime`](usher_runtime::Runtime) that runs them. **Out** go MCP answers, to clients of revision 2026-07-28 (no sessions) and of the revisions with `initialize`
//! (sessions) at one URL, and the documents that lead a client to sign in.
//!
//! The way of a request to the MCP endpoint, in this order:
//!
//! ```text
//! endpoint   Host and Origin as configured, or 403 ............................................ doors
//!            a verified bearer token, or 401, 403, 503 with a challenge ....................... gate
//!            its session, if it names one, is the caller's own, or 404 ........................ sessions
//!            a body within bounds, or 413 ..................................................... endpoint
//!            the tools that are served now, for all that follows .............................. current, attached
//!            a call whose rule takes more than the token: decide, or 401, 403 with a challenge . envelope, access
//!            a call without a session in which everything fits: answered right here .......... direct
//! rmcp       the protocol: versions, headers against body, JSON-RPC, event streams
//! handler    tools/list: what the policy lets the caller see; whether that is all ............. tools, access, notices
//!            tools/call: look up, authorize, check the arguments, run, translate the outcome .. call, access, content
//! endpoint   a call that ended for want of a sign-in, or of claims: 401 with a challenge ...... gate, challenges
//!            what rmcp says in plain text is said again as JSON-RPC ........................... replies
//! ```
//!
//! A new catalog takes the place of the one before as a whole (`current`). Requests that run keep the one that they came to, and
//! clients whose own list is another now are told so (`changes`). What is decided is counted where it is (`metrics`).
//!
//! A caller who can't go on is told so in the way that gets them further. If their client can bring what is missing by itself,
//! it gets a status with a challenge: 403 with all scopes, 401 for a new sign-in, 401 with claims for clients that handle them.
//! If a person must act, the answer is a result with status 200 that says what to do (`words`). If the host couldn't find
//! something out, it says that, and never "no". The operator reads the cause in the log.
//!
//! What this room never does: it decides about tools by nothing but the body that is dispatched and the verified caller, and
//! never by a header that names a tool; it tells nobody whether a tool that they can't use exists; it takes no part of a URL
//! that it hands out from a request; it logs no token, no argument and no result. A failure of a tool is an answer with
//! status 200, since a client may take a failing status for the end of the connection.
#![forbid(unsafe_code)]

mod access;
mod attached;
mod bodies;
mod call;
mod challenges;
mod changes;
mod client;
mod consented;
mod content;
mod current;
mod direct;
mod doors;
mod endpoint;
mod envelope;
mod gate;
mod gauges;
mod handler;
mod headers;
mod metrics;
mod notices;
mod numbers;
mod replies;
mod server;
mod sessions;
mod settings;
mod standing;
mod subscriptions;
mod tools;
mod wellknown;
mod words;

pub use access::Access;
pub use consented::PATH as CONSENTED_PATH;
pub use content::call_tool_result;
pub use server::{ServeError, Server};
pub use settings::{ServerSettings, SettingsError};
