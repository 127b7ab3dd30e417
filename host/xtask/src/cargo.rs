//! Calling cargo from a program that cargo started.

use std::process::Command;

use crate::process;
use crate::step::Step;
use crate::workspace::{Profile, Workspace};

/// Cargo in the root of the workspace, as if it were called from a shell: without the variables that `cargo run` set to
/// describe this program, which build scripts might take for their own.
pub(crate) fn command(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", &workspace.target);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_the_running_crate) {
            command.env_remove(name);
        }
    }
    command
}

fn describes_the_running_crate(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || [
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PRIMARY_PACKAGE",
            "OUT_DIR",
        ]
        .contains(&variable)
}

/// Builds the host's binary. The one to develop with does without Azure Cosmos DB, whose SDK takes minutes to compile.
pub(crate) fn build_host(workspace: &Workspace, profile: Profile, step: &Step) -> anyhow::Result<()> {
    step.run(|step| {
        let mut build = command(workspace);
        build.args(["build", "--package", "usher"]);
        match profile {
            Profile::Dev => build.args(["--no-default-features", "--features", "dev"]),
            Profile::Release => build.arg("--release"),
        };
        step.doing("cargo build");
        process::run(&mut build)?;
        step.done("built");
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_own_cargo_settings_pass_through() {
        assert!(!describes_the_running_crate("CARGO_HOME"));
        assert!(!describes_the_running_crate("CARGO_BUILD_JOBS"));
        assert!(describes_the_running_crate("CARGO_PKG_NAME"));
        assert!(describes_the_running_crate("CARGO_MANIFEST_DIR"));
    }
}
