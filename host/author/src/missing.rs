//! What has to be installed before a project builds.

use std::fmt;

/// A thing that a build needs and the machine lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What it is: "the Rust target wasm32-unknown-unknown".
    pub what: String,
    /// The command that installs it, or what else to do: "rustup target add wasm32-unknown-unknown".
    pub how: String,
}

impl Missing {
    /// A missing thing, and how to get it.
    pub(crate) fn new(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            how: how.into(),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {}", self.what, self.how.replace('\n', "\n    "))
    }
}

/// All of them, as a person reads it.
pub(crate) fn list(missing: &[Missing]) -> String {
    let mut text = String::from("this machine lacks what the build needs:");
    for missing in missing {
        text.push_str(&format!("\n  {missing}"));
    }
    text
}
