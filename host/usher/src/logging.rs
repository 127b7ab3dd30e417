//! The log: lines on standard error.
//!
//! A line is written before what it is about goes on: whoever has an answer can find its audit line, even if the host is killed
//! right after. That costs a call a system call, and a reader of the log who stops reading stops the host: it is a pipe to be
//! kept empty.
//!
//! Each line is one write to the descriptor, which the system keeps whole up to 4 KiB on a pipe. The standard library's handle
//! would take a lock around it, and threads that write at the same time would put each other to sleep at each call.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;

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
    let standard_error = std::io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .context("standard error is closed")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(File::from(standard_error))
        .with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
