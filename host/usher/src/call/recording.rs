//! A recorded call: the file.
//!
//! JSON in one order, so that two recordings of the same behaviour differ in nothing but what is different. There is no time
//! in it but the component's clock, and no token.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use usher_capabilities::Entry;
use usher_runtime::{Fault, Outcome};

use super::bench::read;
use super::repeatable::Pause;

/// The version of the format.
const VERSION: u64 = 1;
/// Its key.
const MARK: &str = "usher-recording";

/// A recorded call.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Recording {
    #[serde(rename = "usher-recording")]
    pub version: u64,
    /// What was called.
    pub component: Component,
    /// The grant, line by line: which interfaces are linked, and the limits.
    pub grant: Vec<String>,
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// Who called: for the reader. What the component was told of it is among the host calls.
    pub caller: Caller,
    /// What the component's clock said.
    pub clock: Clock,
    /// What its random numbers were made from.
    pub seed: u64,
    /// What it asked of the host, and the answers.
    pub host_calls: Vec<Entry>,
    /// How it ended.
    pub ended: Ended,
}

/// The component that was recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Component {
    pub name: String,
    pub sha256: String,
}

/// Who called.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Caller {
    pub persona: String,
    pub tenant_id: String,
    pub object_id: String,
    pub display_name: Option<String>,
    pub username: Option<String>,
    pub roles: Vec<String>,
    pub scopes: Vec<String>,
}

/// A clock.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Clock {
    /// What it began with, in seconds since 1970.
    pub unix_seconds: u64,
    /// Where it jumped.
    pub pauses: Vec<Pause>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Ended {
    pub how: How,
    /// What stopped it, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What a client would read: `CallToolResult` of MCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// The ways that a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum How {
    /// The tool answered.
    Answered,
    /// The tool says that it didn't work.
    ToolError,
    /// The tool asks the client something.
    Asked,
    /// The tool was stopped, or broke.
    Fault,
}

impl Ended {
    /// How a run ended.
    pub(super) fn of(run: Result<Outcome, Fault>) -> Self {
        let how = match &run {
            Ok(Outcome::Complete { .. }) => How::Answered,
            Ok(Outcome::Error { .. }) => How::ToolError,
            Ok(Outcome::InputRequired(_)) => How::Asked,
            Err(_) => How::Fault,
        };
        match run {
            Ok(outcome) => Self {
                how,
                fault: None,
                result: Some(usher_server::call_tool_result(outcome)),
            },
            Err(fault) => Self {
                how,
                fault: Some(fault.kind().to_owned()),
                result: None,
            },
        }
    }
}

impl Recording {
    /// The version that is written.
    pub(super) const VERSION: u64 = VERSION;

    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read, or is no recording that this version knows.
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let is_none = || format!("{} is no recording of `usher call --record`", file.display());
        let value: Value = serde_json::from_str(&read(file)?).with_context(is_none)?;
        let version = value[MARK].as_u64().with_context(is_none)?;
        ensure!(
            version == VERSION,
            "{} is a recording of version {version}, and this host knows version {VERSION}: record it anew",
            file.display()
        );
        serde_json::from_value(value).with_context(is_none)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// It can't be written.
    pub(super) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self).context("a recording is JSON")?;
        fs::write(file, text + "\n").with_context(|| format!("{} can't be written", file.display()))
    }
}
