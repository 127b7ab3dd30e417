//! Panics with a message that the client must not read.

use usher_sdk::prelude::*;

/// Panics.
#[tool]
fn panics_with_secret() -> Result<String, Error> {
    panic!("the password is SECRET-7f3a");
}

usher_sdk::export!(panics_with_secret);
