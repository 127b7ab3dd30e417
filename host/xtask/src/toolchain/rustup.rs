//! `rustup target add`: the way on an ordinary developer's machine.

use std::process::Command;
use std::time::Duration;

use super::{Answer, TARGET, installed};
use crate::process;
use crate::step::Step;

/// How long rustup may take when there is another way: it retries for long where it may not reach its server.
const LIMIT: Duration = Duration::from_secs(60);

/// How long it may take when a person picked it: a slow line loads the 20 MB within that.
const LIMIT_WHEN_PICKED: Duration = Duration::from_secs(600);

/// Lets rustup add the target to the active toolchain, then looks whether that is the one that cargo uses: where
/// another rustc comes first on PATH, it isn't.
pub(super) fn add(picked: bool, step: &Step) -> Answer {
    if !process::is_on_path("rustup") {
        return Answer::Without("rustup isn't installed, so it can't add the target".into());
    }
    step.doing(&format!("rustup target add {TARGET}"));
    let limit = if picked { LIMIT_WHEN_PICKED } else { LIMIT };
    match process::output_within(&mut command(), limit) {
        Ok(_) => installed::find(),
        Err(error) => Answer::Without(format!("rustup could not add the target: {error}")),
    }
}

fn command() -> Command {
    let mut command = Command::new("rustup");
    // Only the target is asked for: never a toolchain, nor a rustup of a newer version.
    command
        .args(["target", "add", TARGET])
        .env("RUSTUP_AUTO_INSTALL", "0")
        .env("RUSTUP_MAX_RETRIES", "1");
    command
}
