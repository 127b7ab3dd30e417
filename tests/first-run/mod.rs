//! One command, and what a person reads when something is in its way.

mod check;
mod configuration;
mod start;
mod token;

use std::process::Output;

/// What a program said to a person who looks for the mistake.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A refusal is one sentence with exit code 1: no panic, no backtrace, no debug form.
#[track_caller]
fn assert_refused(output: &Output, parts: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    for inside in ["panicked", "backtrace", "RUST_BACKTRACE", "Os {"] {
        assert!(!said.contains(inside), "{inside:?} is in: {said}");
    }
}
