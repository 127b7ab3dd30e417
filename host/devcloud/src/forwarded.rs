//! Requests that came through a TLS terminator on this machine.
//!
//! Microsoft's own client libraries refuse an authority that isn't `https`. A proxy in front of this server makes it one,
//! and says so in `X-Forwarded-Proto`; the documents that it fetches then name addresses that lead through it. The
//! issuer stays what it is. Nothing depends on the header but the spelling of addresses that the asker gets to see.

use axum::http::{HeaderMap, header};

use crate::addresses::Addresses;

/// The base of all endpoints as the sender of this request knows it, without a trailing slash.
pub(crate) fn authority(addresses: &Addresses, headers: &HeaderMap) -> String {
    let text = |value: &header::HeaderValue| value.to_str().ok().map(str::to_owned);
    let through_tls = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"));
    // The host is a loopback name: the guard lets no other in.
    match headers.get(header::HOST).and_then(text) {
        Some(host) if through_tls => format!("https://{host}"),
        _ => addresses.authority().to_owned(),
    }
}
