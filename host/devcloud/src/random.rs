//! Random values in the shapes that Entra's opaque ones have.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` random bytes from the operating system's generator, base64url without padding.
pub(crate) fn opaque<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<N>())
}

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("aws-lc-rs aborts the process rather than return without randomness");
    bytes
}

/// A lifetime in seconds as Entra gives it: random between 60 and 90 minutes, so that nobody relies on one value
/// (Microsoft documentation, "Configurable token lifetimes").
pub(crate) fn lifetime() -> i64 {
    3600 + i64::from(u16::from_be_bytes(bytes::<2>()) % 1801)
}
