//! The log: lines on standard error.
//!
//! A line is written before what it is about goes on: whoever has an answer can find its audit line, even if the host is killed
//! right after. That costs a call a system call, and a reader of the log who stops reading stops the host: it is a pipe to be
//! kept empty.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging.
///
/// # Errors
/// The filter doesn't read.
pub(crate) fn start(settings: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter).with_context(|| {
        format!(
            "log.filter = {:?} doesn't read; write for example \"info\" or \"warn,usher=debug\"",
            settings.filter
        )
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
