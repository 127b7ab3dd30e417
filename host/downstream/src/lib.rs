//! Requests to other services, made by the host with the host's credentials on behalf of a caller.
//!
//! **In** come a [`SignedIn`](usher_entra::SignedIn) caller, what the tool wants to send, the tool's
//! [`Allowance`](usher_policy::Allowance) where the choice is wide, and a deadline. **Out** go answers as plain data, or a
//! [`DownstreamError`], which knows what each of its readers must be told.
//!
//! Two services live here:
//!
//! - [`Graph`]: Microsoft Graph. It answers whether a caller is in a group, from a cache that is asked before every listing
//!   and every call, and it sends the requests that a grant lists.
//! - [`Http`]: every other origin that a grant names. It attaches the credential that the grant chose: a token on behalf of
//!   the caller, a token of the host's own identity, or a secret header.
//!
//! ```text
//! tool ── path, query, body ──► Graph ──┐                      ┌──► graph.microsoft.com
//! tool ── url, headers, body ─► Http ───┤ token from OnBehalfOf├──► a granted origin
//! server ── groups? ──► Graph (cache) ──┘                      └─(never)─► an address inside the host's network
//! ```
//!
//! What this room never does: it gives no token or secret to whom it answers, logs none, and follows no redirect with one
//! to where the grant wouldn't send it. It never takes a failure for an answer: "couldn't find out" is an error, "is not a
//! member" a fact. It never repeats a request that may have changed something. It holds no answer without a bound, in size
//! or in time.
#![forbid(unsafe_code)]

mod answer;
mod content;
mod error;
mod graph;
mod guard;
mod http;
mod on_behalf;
mod patience;

pub use bytes::Bytes;
pub use usher_policy::Method;

pub use crate::{
    error::DownstreamError,
    graph::{Body, Graph, GraphRequest, GraphResponse, GraphSettings},
    http::{Http, HttpRequest, HttpResponse, HttpSettings, HttpSettingsError},
};
