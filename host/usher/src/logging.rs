//! The log: lines on standard error.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::log_writer::{self, LogThread};

/// Starts logging. Lines that aren't written yet are when the thread is dropped.
///
/// # Errors
/// The filter doesn't read.
pub(crate) fn start(settings: &Log) -> anyhow::Result<LogThread> {
    let filter = EnvFilter::try_new(&settings.filter).with_context(|| {
        format!(
            "log.filter = {:?} doesn't read; write for example \"info\" or \"warn,usher=debug\"",
            settings.filter
        )
    })?;
    let (writer, thread) = log_writer::start(std::io::stderr()).context("no thread could be started for the log")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(thread)
}
