//! componentize-py, from PyPI, which builds the samples in Python: the version that `usher build` asks for.

use std::path::PathBuf;

use super::venv;
use crate::step::Step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../../test-tools/componentize-py-requirements.txt");

/// Gives the program.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<PathBuf> {
    step.run(|step| {
        let program = venv::set_up(workspace, "componentize-py", REQUIREMENTS, step)?.join("componentize-py");
        step.done(REQUIREMENTS.trim());
        Ok(program)
    })
}
