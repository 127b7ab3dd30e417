//! `cargo xtask check`: what can be judged without running anything.
//!
//! Advisories are not among it: their database is a git repository elsewhere, and a check must not need more than the
//! package registries that a build needs.

use std::process::{Command, ExitCode};

use crate::error::no_arguments;
use crate::step::Step;
use crate::test_tools::cargo_deny;
use crate::workspace::Workspace;
use crate::{Outcome, cargo, process};

/// Formatting, dependencies, lints: the quickest first. Stops at the first that fails.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    no_arguments("check", &arguments)?;

    let mut format = cargo::command(workspace);
    format.args(["fmt", "--all", "--check"]);
    judge(&Step::new(1, 3, "Formatting"), &mut format)?;

    let step = Step::new(2, 3, "Dependencies");
    let program = cargo_deny::set_up(workspace, &step)?;
    let mut deny = Command::new(program);
    // Without the graphs, which for every crate that is there twice are ten times the rest: `cargo tree -i` draws them.
    deny.current_dir(&workspace.root).args([
        "--workspace",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    judge(&step, &mut deny)?;

    let mut clippy = cargo::command(workspace);
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    judge(&Step::new(3, 3, "Lints"), &mut clippy)?;
    Ok(ExitCode::SUCCESS)
}

fn judge(step: &Step, command: &mut Command) -> anyhow::Result<()> {
    step.run(|step| {
        step.doing(&process::line_of(command));
        process::run(command)?;
        step.done("passed");
        Ok(())
    })
}
