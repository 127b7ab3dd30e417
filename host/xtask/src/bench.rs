//! `cargo xtask bench`: what a call costs. Slow to build, since only the release profile tells.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::error::UsageError;
use crate::guests::Output;
use crate::step::Step;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, build, cargo, guests, toolchain};

/// How many steps there are.
const STEPS: usize = 5;
/// The parts that can be measured by themselves.
const DOCUMENTS: &str = "documents";
const RELOAD: &str = "reload";

/// Builds what is measured and measures it: all, or the document store alone, or changes of tools alone. Fails if a figure misses its target.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => build_and_measure(workspace, None),
        [RELOAD] => build_and_measure(workspace, Some(RELOAD)),
        // It runs in the measuring program itself: neither the host nor a tool is needed.
        [DOCUMENTS] => measure(workspace, &Step::new(1, 1, "Measurements"), Some(DOCUMENTS)),
        [first, ..] => Err(UsageError(format!("`cargo xtask bench` doesn't know `{first}`")).into()),
    }
}

fn build_and_measure(workspace: &Workspace, part: Option<&str>) -> Outcome {
    build::host_and_tools(workspace, Profile::Release, STEPS)?;
    let step = Step::new(4, STEPS, "Component that does nothing");
    let toolchain = toolchain::set_up(&step)?;
    guests::build_test_guests(workspace, &toolchain, Output::Progress, &step)?;

    measure(workspace, &Step::new(STEPS, STEPS, "Measurements"), part)
}

/// Runs the measuring program.
fn measure(workspace: &Workspace, step: &Step, part: Option<&str>) -> Outcome {
    let out = part.map_or("bench.json".to_owned(), |part| format!("bench-{part}.json"));
    let mut bench = cargo::command(workspace);
    bench
        .args(["run", "--release", "--package", "usher-bench", "--"])
        .args(part)
        .env("USHER_BIN", workspace.usher(Profile::Release))
        .env("USHER_TOOLS_DIR", workspace.tools())
        .env("USHER_TEST_GUESTS_DIR", workspace.test_guests())
        .env("USHER_BENCH_OUT", workspace.root.join("target").join(out));
    step.doing("cargo run --release --package usher-bench");
    let status = bench.status().context("cargo can't be started")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
