//! Log notifications to clients (`notifications/message`), and who wants them.
//!
//! | revision | who gets one | by which way |
//! |---|---|---|
//! | with `initialize` | a session, unless its `logging/setLevel` asked for graver messages only | the session's stream (GET) |
//! | 2026-07-28 | a request whose `_meta` names a level that isn't graver; nobody is told unasked | the answer, which becomes an event stream |
//!
//! A client that has no stream open, or hasn't asked, learns the same from the result's `_meta`, under [`INCOMPLETE`].
#![allow(deprecated)] // Logging is, in 2026-07-28; it is what both eras have to tell a client something.

use std::sync::atomic::{AtomicU8, Ordering};

use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam, RequestMetaObject};
use rmcp::service::{Peer, RoleServer};
use serde_json::Value;

/// The key in the `_meta` of a list that may lack something: why, as a sentence.
pub(crate) const INCOMPLETE: &str = "usher/incomplete";

/// Who says it.
const LOGGER: &str = "usher";

/// From which level on a session wants messages.
#[derive(Debug)]
pub(crate) struct Threshold(AtomicU8);

impl Threshold {
    /// Everything, until the client says otherwise.
    pub(crate) fn new() -> Self {
        Self(AtomicU8::new(LoggingLevel::Debug as u8))
    }

    /// What `logging/setLevel` asks for.
    pub(crate) fn set(&self, level: LoggingLevel) {
        self.0.store(level as u8, Ordering::Relaxed);
    }

    /// Whether a request wants warnings: by what it says itself if it is self-contained, else by its session's level.
    pub(crate) fn wants_warnings(&self, meta: &RequestMetaObject, is_self_contained: bool) -> bool {
        let from = if is_self_contained {
            meta.log_level().map(|level| level as u8)
        } else {
            Some(self.0.load(Ordering::Relaxed))
        };
        from.is_some_and(|from| from <= LoggingLevel::Warning as u8)
    }
}

/// Sends a warning to a client that wants it.
pub(crate) async fn warn(client: &Peer<RoleServer>, text: &str) {
    let message = LoggingMessageNotificationParam::new(LoggingLevel::Warning, Value::from(text)).with_logger(LOGGER);
    if let Err(error) = client.notify_logging_message(message).await {
        tracing::debug!(target: "usher::protocol", %error, "a client could not be sent a log message");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asking(meta: Value) -> RequestMetaObject {
        serde_json::from_value(meta).unwrap()
    }

    #[test]
    fn a_session_gets_warnings_until_it_asks_for_graver_messages_only() {
        let (threshold, meta) = (Threshold::new(), asking(json!({})));
        assert!(threshold.wants_warnings(&meta, false));
        for (level, wants) in [
            (LoggingLevel::Emergency, false),
            (LoggingLevel::Error, false),
            (LoggingLevel::Warning, true),
            (LoggingLevel::Info, true),
        ] {
            threshold.set(level);
            assert_eq!(threshold.wants_warnings(&meta, false), wants, "{level:?}");
        }
    }

    #[test]
    fn a_self_contained_request_gets_warnings_only_if_it_asks_for_them_itself() {
        let threshold = Threshold::new();
        assert!(!threshold.wants_warnings(&asking(json!({})), true));
        let level = |level: &str| asking(json!({ "io.modelcontextprotocol/logLevel": level }));
        assert!(threshold.wants_warnings(&level("debug"), true) && threshold.wants_warnings(&level("warning"), true));
        assert!(!threshold.wants_warnings(&level("error"), true) && !threshold.wants_warnings(&level("loud"), true));
    }
}
