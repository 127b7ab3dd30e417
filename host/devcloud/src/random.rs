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
    between(3600, 5400)
}

/// A lifetime in seconds for a client that handles claims challenges, and so can be called back: 20 to 28 hours
/// (Microsoft documentation, "Continuous access evaluation").
pub(crate) fn long_lifetime() -> i64 {
    between(20 * 3600, 28 * 3600)
}

fn between(least: i64, most: i64) -> i64 {
    least + i64::from(u32::from_be_bytes(bytes::<4>())) % (most - least + 1)
}
