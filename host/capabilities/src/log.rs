//! `usher:host/log`: messages for the operator's log.

use std::sync::Arc;

use usher_policy::{Grant, ToolPolicy};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::log as wit;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted, not_granted};
use crate::services::Services;

/// Messages of one call that are written; the rest is dropped, and the drop is logged once.
const MESSAGES: u32 = 64;
/// Characters of one message that are written.
const LENGTH: usize = 2_000;

pub(crate) struct Log;

impl Capability for Log {
    const NAME: &'static str = "log";
    const GRANT_LINE: &'static str = "log = true";

    const ANSWERS: bool = false;

    fn admit(grant: &Grant, _services: &Services) -> Result<(), NotAdmitted> {
        if grant.capabilities.log {
            Ok(())
        } else {
            Err(not_granted::<Self>())
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<CallContext>>(linker, get)
    }
}

impl wit::Host for CallContext {
    async fn log(&mut self, level: wit::Level, message: String) -> wasmtime::Result<()> {
        let host_call = self.enter::<Log>("log", &(&level, &message))?;
        let level = match level {
            wit::Level::Debug => Level::Debug,
            wit::Level::Info | wit::Level::Notice => Level::Info,
            wit::Level::Warning => Level::Warning,
            wit::Level::Error | wit::Level::Critical | wit::Level::Alert | wit::Level::Emergency => Level::Error,
        };
        let written = async {
            let tool = Arc::clone(self.tool());
            self.messages.write(&tool, level, &message);
        };
        host_call.answer(written).await
    }
}

/// The levels that the operator's log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

/// The messages of one call, counted.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    written: u32,
}

impl Messages {
    /// Writes a message as one bounded line, unless there were too many.
    pub(crate) fn write(&mut self, policy: &ToolPolicy, level: Level, message: &str) {
        self.written = self.written.saturating_add(1);
        let (tool, component) = (policy.tool(), policy.component());
        if self.written > MESSAGES {
            if self.written == MESSAGES + 1 {
                tracing::warn!(target: "usher::tool", tool, component, "further messages of this call are dropped");
            }
            return;
        }
        let message = one_line(message);
        match level {
            Level::Debug => tracing::debug!(target: "usher::tool", tool, component, "{message}"),
            Level::Info => tracing::info!(target: "usher::tool", tool, component, "{message}"),
            Level::Warning => tracing::warn!(target: "usher::tool", tool, component, "{message}"),
            Level::Error => tracing::error!(target: "usher::tool", tool, component, "{message}"),
        }
    }
}

/// A message as one bounded line without control characters, so that a guest can't forge lines of the log or drive a terminal.
fn one_line(message: &str) -> String {
    let mut line: String = message
        .chars()
        .take(LENGTH)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if message.chars().nth(LENGTH).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_bounded_line() {
        assert_eq!(one_line("a\nERROR forged\r\u{1b}[31m\u{85}b"), "a ERROR forged  [31m b");
        assert_eq!(one_line(&"x".repeat(LENGTH)).len(), LENGTH);
        assert_eq!(one_line(&"x".repeat(LENGTH + 1)).chars().count(), LENGTH + 1);
    }
}
