//! From a URL and nothing else to a token that works; and every token that must not work.
//!
//! [`flow`] does what a client does, step by step, with each of the three ways in which a client can be known; [`refused`] holds
//! the endpoint against what nobody should get away with. Whatever was issued on the way is [`issued::Issued`], and must not be
//! in anything that the host has written.

mod browser;
pub(crate) mod challenge;
mod flow;
pub(crate) mod issued;
mod refused;
mod restart;
