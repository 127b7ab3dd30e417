//! What the server counts: calls, tokens, and what clients are told.
//!
//! A tool's own numbers are found once, when the tool is translated, so that counting a call is adding to a number. Names of
//! tools come from the catalog alone, and every other label is one of a few words that are written here or where they are
//! decided: no client can make a new time series. Nobody's identity is in a label.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of a call's duration, in seconds: from a tool that only computes to one that waits for another service.
const DURATIONS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// The server's numbers. A clone counts the same.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    calls: Family<Call, Counter>,
    durations: Family<OfTool, Histogram, fn() -> Histogram>,
    unknown_tools: Counter,
    tokens: Family<Token, Counter>,
    verified: Counter,
    list_changed: Family<Told, Counter>,
    catalogs: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    tool: Arc<str>,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTool {
    tool: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Token {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Told {
    to: &'static str,
}

/// Who is told that their list has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listener {
    /// A session of a revision with `initialize`.
    Session,
    /// A subscription of revision 2026-07-28.
    Subscription,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let tokens = Family::<Token, Counter>::default();
        Self {
            calls: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            unknown_tools: Counter::default(),
            verified: tokens.get_or_create_owned(&Token { outcome: "verified" }),
            tokens,
            list_changed: Family::default(),
            catalogs: Counter::default(),
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "calls",
            "Calls of tools that are served, by how they ended",
            self.calls.clone(),
        );
        registry.register_with_unit(
            "call_duration",
            "How long calls ran, with the wait for a place",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register(
            "unknown_tool_calls",
            "Calls of tools that there aren't",
            self.unknown_tools.clone(),
        );
        registry.register(
            "tokens",
            "Requests by what their bearer token was found to be",
            self.tokens.clone(),
        );
        registry.register(
            "list_changed_sent",
            "Clients told that their list of tools has changed",
            self.list_changed.clone(),
        );
        registry.register(
            "catalogs",
            "Catalogs that were put into service since the first",
            self.catalogs.clone(),
        );
    }

    /// The numbers of a tool.
    pub(crate) fn of_tool(&self, name: &str) -> ToolMetrics {
        let tool: Arc<str> = name.into();
        let call = |outcome| Call {
            tool: Arc::clone(&tool),
            outcome,
        };
        ToolMetrics {
            complete: self.calls.get_or_create_owned(&call("complete")),
            duration: self.durations.get_or_create_owned(&OfTool {
                tool: Arc::clone(&tool),
            }),
            calls: self.calls.clone(),
            tool,
        }
    }

    /// A call named a tool that there isn't.
    pub(crate) fn unknown_tool(&self) {
        self.unknown_tools.inc();
    }

    /// A token was good.
    pub(crate) fn token_verified(&self) {
        self.verified.inc();
    }

    /// A request was refused for its token, or for want of one.
    pub(crate) fn token_refused(&self, outcome: &'static str) {
        self.tokens.get_or_create(&Token { outcome }).inc();
    }

    /// A client was told that its list has changed.
    pub(crate) fn list_changed_sent(&self, to: Listener) {
        let to = match to {
            Listener::Session => "session",
            Listener::Subscription => "subscription",
        };
        self.list_changed.get_or_create(&Told { to }).inc();
    }

    /// A catalog has taken the place of another.
    pub(crate) fn catalog_swapped(&self) {
        self.catalogs.inc();
    }
}

/// The numbers of one tool. They go on when the tool is loaded anew.
#[derive(Debug)]
pub(crate) struct ToolMetrics {
    tool: Arc<str>,
    /// By far the most frequent outcome, at hand.
    complete: Counter,
    duration: Histogram,
    calls: Family<Call, Counter>,
}

impl ToolMetrics {
    /// A call ended before the tool ran.
    pub(crate) fn ended(&self, outcome: &'static str) {
        let tool = Arc::clone(&self.tool);
        self.calls.get_or_create(&Call { tool, outcome }).inc();
    }

    /// A call ended that was handed to the runtime.
    pub(crate) fn ran(&self, outcome: &'static str, duration: Duration) {
        self.duration.observe(duration.as_secs_f64());
        if outcome == "complete" {
            self.complete.inc();
        } else {
            self.ended(outcome);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    fn text(metrics: &Metrics) -> String {
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    }

    #[test]
    fn calls_are_counted_by_tool_and_outcome() {
        let metrics = Metrics::new();
        let tool = metrics.of_tool("add");
        tool.ran("complete", Duration::from_millis(2));
        tool.ran("complete", Duration::from_millis(2));
        tool.ran("deadline", Duration::from_secs(3));
        tool.ended("denied");
        let text = text(&metrics);
        for line in [
            r#"calls_total{tool="add",outcome="complete"} 2"#,
            r#"calls_total{tool="add",outcome="deadline"} 1"#,
            r#"calls_total{tool="add",outcome="denied"} 1"#,
            r#"call_duration_seconds_count{tool="add"} 3"#,
            r#"call_duration_seconds_bucket{le="0.0025",tool="add"} 2"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    #[test]
    fn a_tool_that_is_loaded_anew_goes_on_counting() {
        let metrics = Metrics::new();
        metrics.of_tool("add").ran("complete", Duration::ZERO);
        metrics.of_tool("add").ran("complete", Duration::ZERO);
        assert!(text(&metrics).contains(r#"calls_total{tool="add",outcome="complete"} 2"#));
    }

    #[test]
    fn a_tool_that_was_never_called_is_counted_from_zero() {
        let metrics = Metrics::new();
        let _tool = metrics.of_tool("add");
        assert!(text(&metrics).contains(r#"calls_total{tool="add",outcome="complete"} 0"#));
    }
}
