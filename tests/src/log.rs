//! The operator's log of this process, for tests that read it.

use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::transcripts;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Has everything from level `info` kept from now on.
pub fn keep() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::INFO)
            .with_writer(Kept)
            .init();
    });
}

/// The messages that tools of a component wrote, and what the host says about them: one JSON object a line.
#[must_use]
pub fn of_component(component: &str) -> Vec<Value> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    String::from_utf8(lines)
        .unwrap()
        .lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("a line of the log was forged: {error}: {line}"))
        })
        .filter(|line: &Value| line["target"] == "usher::tool" && line["fields"]["component"] == component)
        .collect()
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        transcripts::said(&String::from_utf8_lossy(bytes));
        LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}
