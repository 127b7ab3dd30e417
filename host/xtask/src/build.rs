//! `cargo xtask build` and `cargo xtask tools`.

use std::process::ExitCode;

use crate::error::{UsageError, no_arguments};
use crate::guests::Output;
use crate::step::Step;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, cargo, guests, parallel, toolchain};

/// `cargo xtask build [--release]`.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    let profile = match arguments.as_slice() {
        [] => Profile::Dev,
        [flag] if flag == "--release" => Profile::Release,
        other => {
            return Err(UsageError(format!("`cargo xtask build` doesn't know `{}`", other.join(" "))).into());
        }
    };
    host_and_tools(workspace, profile, 3)?;
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask tools`.
pub(crate) fn run_tools(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    no_arguments("tools", &arguments)?;
    let toolchain = toolchain::set_up(&Step::new(1, 2, "WebAssembly target"))?;
    guests::build_tools(workspace, &toolchain, Output::Progress, &Step::new(2, 2, "Tools"))?;
    Ok(ExitCode::SUCCESS)
}

/// Builds both, side by side, as the first three of `steps` steps.
pub(crate) fn host_and_tools(workspace: &Workspace, profile: Profile, steps: usize) -> anyhow::Result<()> {
    parallel::both(
        || {
            let toolchain = toolchain::set_up(&Step::new(1, steps, "WebAssembly target"))?;
            guests::build_tools(workspace, &toolchain, Output::Problems, &Step::new(3, steps, "Tools"))
        },
        || cargo::build_host(workspace, profile, &Step::new(2, steps, "Host")),
    )?;
    Ok(())
}
