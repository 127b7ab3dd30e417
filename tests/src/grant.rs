//! Grants, as the operator of a stage would write them.

use std::fmt::Write as _;

use crate::callers::SCOPE;

/// A grant that is being written.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    top: String,
    capabilities: String,
    tools: String,
    limits: String,
}

impl Grant {
    /// Serves these tools to everybody who has [`SCOPE`], and grants nothing.
    #[must_use]
    pub fn of(tools: &[&str]) -> Self {
        let mut text = String::new();
        for tool in tools {
            write!(text, "[tools.{tool:?}]\nallow = {{ scope = {SCOPE:?} }}\n").unwrap();
        }
        Self {
            tools: text,
            ..Self::default()
        }
    }

    /// Serves a tool to those whom a rule lets, such as `{ group = "usher-admins" }`.
    #[must_use]
    pub fn serves(mut self, tool: &str, rule: &str) -> Self {
        writeln!(self.tools, "[tools.{tool:?}]\nallow = {rule}").unwrap();
        self
    }

    /// Adds a line above all tables.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.top.push_str(line);
        self.top.push('\n');
        self
    }

    /// Adds a line under `[capabilities]`.
    #[must_use]
    pub fn gives(mut self, line: &str) -> Self {
        self.capabilities.push_str(line);
        self.capabilities.push('\n');
        self
    }

    /// Adds a line under `[limits]`.
    #[must_use]
    pub fn limit(mut self, line: &str) -> Self {
        self.limits.push_str(line);
        self.limits.push('\n');
        self
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}[capabilities]\n{}\n{}\n[limits]\n{}",
            self.top, self.capabilities, self.tools, self.limits
        )
    }
}
