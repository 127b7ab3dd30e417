//! What a component prints: lines for the operator's log.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use usher_policy::ToolPolicy;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi_io::bytes::Bytes;
use wasmtime_wasi_io::poll::Pollable;
use wasmtime_wasi_io::streams::{OutputStream, StreamError};

use crate::log::{Level, Messages};

/// Bytes that are taken at once.
const AT_ONCE: usize = 64 << 10;
/// Bytes of a line that are kept until it ends; more than a message of the log shows.
const KEPT: usize = 8 << 10;

/// One of the two streams that a program prints to.
#[derive(Clone)]
pub(super) struct Printed {
    lines: Arc<Mutex<Lines>>,
    level: Level,
}

struct Lines {
    tool: Arc<ToolPolicy>,
    messages: Messages,
    /// A line that hasn't ended, by stream.
    begun: [Vec<u8>; 2],
}

impl Printed {
    /// Standard output and standard error of a call.
    pub(super) fn streams(tool: &Arc<ToolPolicy>) -> (Self, Self) {
        let lines = Arc::new(Mutex::new(Lines {
            tool: Arc::clone(tool),
            messages: Messages::default(),
            begun: [Vec::new(), Vec::new()],
        }));
        let stream = |level| Self {
            lines: Arc::clone(&lines),
            level,
        };
        (stream(Level::Info), stream(Level::Warning))
    }

    fn print(&self, bytes: &[u8]) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.print(self.level, bytes);
    }
}

impl Lines {
    fn print(&mut self, level: Level, bytes: &[u8]) {
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            let begun = &mut self.begun[usize::from(level == Level::Warning)];
            let room = KEPT.saturating_sub(begun.len());
            begun.extend_from_slice(&piece[..piece.len().min(room)]);
            if pieces.peek().is_some() {
                self.end(level);
            }
        }
    }

    fn end(&mut self, level: Level) {
        let line = std::mem::take(&mut self.begun[usize::from(level == Level::Warning)]);
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            self.messages.write(&self.tool, level, &line);
        }
    }
}

/// A last line without an end is a line.
impl Drop for Lines {
    fn drop(&mut self) {
        self.end(Level::Info);
        self.end(Level::Warning);
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        self.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(AT_ONCE)
    }
}

impl AsyncWrite for Printed {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
