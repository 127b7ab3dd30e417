//! The official Python client of MCP, and httpx to drive it.

use std::path::PathBuf;
use std::process::Command;

use super::venv;
use crate::process;
use crate::step::Step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../../test-tools/python-requirements.txt");

/// Gives a Python interpreter that has the package `mcp`.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<PathBuf> {
    step.run(|step| {
        let python = venv::set_up(workspace, "python", REQUIREMENTS, step)?.join("python");
        let version = process::output_of(Command::new(&python).args([
            "-c",
            "import importlib.metadata; print(importlib.metadata.version('mcp'))",
        ]))?;
        step.done(&format!("mcp {}", version.trim()));
        Ok(python)
    })
}
