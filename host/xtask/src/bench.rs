//! `cargo xtask bench`: what a call costs. Slow to build, since only the release profile tells.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::error::UsageError;
use crate::guests::Output;
use crate::samples::Builders;
use crate::step::Step;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, build, cargo, guests, samples, toolchain};

/// The parts that can be measured by themselves.
const DOCUMENTS: &str = "documents";
const LANGUAGES: &str = "languages";
const RELOAD: &str = "reload";

/// Builds what is measured and measures it: all, or one part. Fails if a figure misses its target.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => build_and_measure(workspace, None),
        [LANGUAGES] => build_and_measure(workspace, Some(LANGUAGES)),
        [RELOAD] => build_and_measure(workspace, Some(RELOAD)),
        // It runs in the measuring program itself: neither the host nor a tool is needed.
        [DOCUMENTS] => measure(workspace, &Step::new(1, 1, "Measurements"), Some(DOCUMENTS)),
        [first, ..] => Err(UsageError(format!("`cargo xtask bench` doesn't know `{first}`")).into()),
    }
}

fn build_and_measure(workspace: &Workspace, part: Option<&str>) -> Outcome {
    let in_all_languages = part != Some(RELOAD);
    let steps = if in_all_languages { 10 } else { 5 };
    let step = |number, name| Step::new(number, steps, name);
    build::host_and_tools(workspace, Profile::Release, steps)?;
    let guests_step = step(4, "Components that do little");
    let toolchain = toolchain::set_up(&guests_step)?;
    guests::build_test_guests(workspace, &toolchain, Output::Progress, &guests_step)?;
    if in_all_languages {
        let builders = Builders::set_up(workspace, 5, steps)?;
        samples::build_all(workspace, Profile::Release, &builders, 8, steps)?;
    }
    measure(workspace, &step(steps, "Measurements"), part)
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
        .env("USHER_TEST_SAMPLES_DIR", workspace.samples())
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
