//! `cargo xtask dev`: from a checkout to a running host.

use std::process::Command;
#[cfg(not(unix))]
use std::process::ExitCode;

use crate::step::Step;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, build};

/// Builds what is out of date and becomes `usher dev`, with the arguments given.
pub(crate) fn run(workspace: &Workspace, mut arguments: Vec<String>) -> Outcome {
    if arguments.first().is_some_and(|first| first == "--") {
        arguments.remove(0);
    }
    build::host_and_tools(workspace, Profile::Dev, 4)?;

    Step::new(4, 4, "usher dev").doing("starting");
    let mut host = Command::new(workspace.usher(Profile::Dev));
    host.arg("dev");
    if !arguments
        .iter()
        .any(|argument| argument == "--tools" || argument.starts_with("--tools="))
    {
        host.arg("--tools").arg(workspace.tools());
    }
    host.args(arguments);
    become_it(host)
}

/// The host takes this process's place, so that signals and the terminal are its own.
#[cfg(unix)]
fn become_it(mut host: Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let error = host.exec();
    Err(anyhow::Error::new(error).context("the host can't be started"))
}

/// Where a process can't take another's place, wait for it: a console sends Ctrl-C to both.
#[cfg(not(unix))]
fn become_it(mut host: Command) -> Outcome {
    let status = host.status()?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}
