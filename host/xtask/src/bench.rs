//! `cargo xtask bench`: what a call costs. Slow to build, since only the release profile tells.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::error::no_arguments;
use crate::guests::Output;
use crate::step::Step;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, build, cargo, guests, toolchain};

/// How many steps there are.
const STEPS: usize = 5;

/// Builds what is measured and measures it. Fails if a figure misses its target.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    no_arguments("bench", &arguments)?;
    build::host_and_tools(workspace, Profile::Release, STEPS)?;
    let step = Step::new(4, STEPS, "Component that does nothing");
    let toolchain = toolchain::set_up(&step)?;
    guests::build_test_guests(workspace, &toolchain, Output::Progress, &step)?;

    let step = Step::new(STEPS, STEPS, "Measurements");
    let mut bench = cargo::command(workspace);
    bench
        .args(["run", "--release", "--package", "usher-bench"])
        .env("USHER_BIN", workspace.usher(Profile::Release))
        .env("USHER_TOOLS_DIR", workspace.tools())
        .env("USHER_TEST_GUESTS_DIR", workspace.test_guests())
        .env("USHER_BENCH_OUT", workspace.root.join("target/bench.json"));
    step.doing("cargo run --release --package usher-bench");
    let status = bench.status().context("cargo can't be started")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
