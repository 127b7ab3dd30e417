//! What was built for the tests before they started.

use std::path::PathBuf;

/// The host's binary.
#[must_use]
pub fn usher() -> PathBuf {
    named("USHER_BIN")
}

/// The folder of the tools, each with its grant.
#[must_use]
pub fn tools() -> PathBuf {
    named("USHER_TOOLS_DIR")
}

/// The folder of the samples, each with its grant.
#[must_use]
pub fn samples() -> PathBuf {
    named("USHER_TEST_SAMPLES_DIR")
}

/// The folder of the programs that misbehave.
#[must_use]
pub fn test_guests() -> PathBuf {
    named("USHER_TEST_GUESTS_DIR")
}

/// What a variable of `cargo xtask test` names. Panics if it isn't set or names nothing.
#[must_use]
pub fn named(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{variable} isn't set, so what this test needs isn't built: run `cargo xtask test`"));
    assert!(
        path.exists(),
        "{variable} is {}, which isn't there: run `cargo xtask test`",
        path.display()
    );
    path
}
