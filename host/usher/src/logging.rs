//! The log: lines on standard error, written by a thread of its own, so that a reader who is slow doesn't stop calls at once.
//! No line is dropped: when the thread is far behind, who logs waits.

use std::io::{BufWriter, IsTerminal};

use anyhow::Context;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging. Lines that aren't written yet are when the guard is dropped.
///
/// # Errors
/// The filter doesn't read.
pub(crate) fn start(settings: &Log) -> anyhow::Result<WorkerGuard> {
    let filter = EnvFilter::try_new(&settings.filter).with_context(|| {
        format!(
            "log.filter = {:?} doesn't read; write for example \"info\" or \"warn,usher=debug\"",
            settings.filter
        )
    })?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .finish(BufWriter::new(std::io::stderr()));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(guard)
}
