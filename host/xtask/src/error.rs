//! How a failure is told: what was wrong, then each cause, on lines of their own; and the exit codes.

use std::fmt;
use std::process::ExitCode;

/// Exit code for a command line that makes no sense.
pub(crate) const USAGE: u8 = 2;

/// A command line that makes no sense; ends with [`USAGE`].
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Refuses arguments that a command doesn't know.
pub(crate) fn no_arguments(command: &str, arguments: &[String]) -> anyhow::Result<()> {
    match arguments.first() {
        None => Ok(()),
        Some(first) => Err(UsageError(format!("`cargo xtask {command}` doesn't know `{first}`")).into()),
    }
}

/// Prints an error with its causes and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("\nerror: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        let mut lines = cause.lines();
        eprintln!("  because {}", lines.next().unwrap_or_default());
        for line in lines {
            eprintln!("          {line}");
        }
    }
    if error.is::<UsageError>() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::FAILURE
    }
}
