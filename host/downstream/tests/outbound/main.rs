//! Requests to other services, against servers on loopback: an Entra that exchanges tokens, and services that are scripted
//! request by request and remember what they were asked.

#![allow(clippy::unwrap_used)]

mod downloads;
mod graph_requests;
mod http_credentials;
mod http_redirects;
mod http_requests;
mod lookup_failures;
mod memberships;
mod support;
