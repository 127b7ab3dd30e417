//! The official Python client of MCP with httpx to drive it, and MSAL, Microsoft's own library for Entra.

use std::path::PathBuf;
use std::process::Command;

use super::venv;
use crate::process;
use crate::step::Step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../../test-tools/python-requirements.txt");

/// Gives a Python interpreter that has the packages `mcp` and `msal`.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<PathBuf> {
    step.run(|step| {
        let python = venv::set_up(workspace, "python", REQUIREMENTS, step)?.join("python");
        let versions = process::output_of(Command::new(&python).args([
            "-c",
            "from importlib.metadata import version; print(f\"mcp {version('mcp')}, msal {version('msal')}\")",
        ]))?;
        step.done(versions.trim());
        Ok(python)
    })
}
