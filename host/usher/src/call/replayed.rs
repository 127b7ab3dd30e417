//! A recorded call, made again.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use usher_capabilities::{Departure, Entry, Question, Replay};
use usher_runtime::{Measures, Source};

use super::bench::{Bench, request};
use super::difference::{self, Difference};
use super::live::took;
use super::recording::{Component, Ended, Recording};
use super::repeatable::Repeatable;
use super::shown;
use super::usage::{self, Used};
use crate::config::Config;
use crate::dev::cloud;

/// How a replay went.
pub(super) struct Report {
    tool: String,
    recorded: Component,
    now: Component,
    changes: Vec<Change>,
    ended: Option<Ended>,
    used: Vec<Used>,
    measures: Measures,
}

/// What is different.
enum Change {
    /// It can't be called as it was.
    NotCalled(String),
    /// It asked the host for something else.
    Asked(Departure),
    /// It didn't ask for what it had asked.
    NotAsked(Entry),
    /// It ended otherwise.
    Ended(Difference),
}

/// Makes a recorded call again.
///
/// # Errors
/// A file can't be read, or what the call needs can't be started.
pub(super) async fn run(mut config: Config, component: &Path, recording: &Path) -> anyhow::Result<Report> {
    let recording = Recording::read(recording)?;
    let grant = recording.grant.join("\n");
    config.add_containers_of_grant(&grant);
    let source = Source::read_with(component, Some(grant.into()))?;
    // Linked for real, over an empty store and a cloud that isn't there: nothing reaches them.
    let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
    let clock = Repeatable::again(
        Duration::from_secs(recording.clock.unix_seconds),
        recording.seed,
        recording.clock.pauses.clone(),
    );
    let (downstream, groups) = (cloud::downstream_of_none(&config)?, cloud::all_groups()?);
    let bench = Bench::start(&config, scratch.path(), &downstream, groups, Arc::new(clock))?;
    let report = replay(&bench, &source, recording).await;
    bench.close().await;
    Ok(report)
}

async fn replay(bench: &Bench, source: &Source, recording: Recording) -> Report {
    let mut report = Report {
        tool: recording.tool.clone(),
        recorded: recording.component,
        now: Component {
            name: source.name.clone(),
            sha256: source.digest(),
        },
        changes: Vec::new(),
        ended: None,
        used: Vec::new(),
        measures: Measures::default(),
    };
    let revision = match bench.load(source).await.revision {
        Ok(revision) => revision,
        Err(error) => return report.not_called(format!("under the recorded grant it is not loaded: {error}")),
    };
    let Some(tool) = revision.tools().iter().find(|tool| tool.name() == recording.tool) else {
        return report.not_called("it has no such tool any more".to_owned());
    };
    let given = Value::Object(recording.arguments);
    if let Err(violations) = tool.check_arguments(&given) {
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        return report.not_called(format!(
            "the arguments don't fit its schema any more: {}",
            lines.join("; ")
        ));
    }
    let replay = Replay::new(recording.host_calls);
    let measured = bench.runtime.replay(tool, request(tool, &given), replay.clone()).await;
    let ended = Ended::of(measured.ended);
    report.measures = measured.measures;
    report.used = usage::of(replay.answered().iter().map(|entry| (entry, None)));
    match replay.departure() {
        // How it ended, and what it didn't ask any more, is what came of that.
        Some(departure) => report.changes.push(Change::Asked(departure)),
        None => {
            report.changes.extend(replay.left().into_iter().map(Change::NotAsked));
            let ends = difference::between(&json!(recording.ended), &json!(ended));
            report.changes.extend(ends.into_iter().map(Change::Ended));
        }
    }
    report.ended = Some(ended);
    report
}

impl Report {
    fn not_called(mut self, why: String) -> Self {
        self.changes.push(Change::NotCalled(why));
        self
    }

    /// Whether the tool did as it was recorded.
    pub(super) fn is_same(&self) -> bool {
        self.changes.is_empty()
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let differences: Vec<Value> = self.changes.iter().map(Change::json).collect();
        json!({
            "component": self.now,
            "recorded-component": self.recorded,
            "tool": self.tool,
            "same": self.is_same(),
            "differences": differences,
            "ended": self.ended.as_ref().map(|ended| ended.how),
            "fault": self.ended.as_ref().and_then(|ended| ended.fault.clone()),
            "result": self.ended.as_ref().and_then(|ended| ended.result.clone()),
            "host-calls": usage::json(&self.used),
            "call-milliseconds": self.measures.took.as_secs_f64() * 1e3,
            "memory-bytes": self.measures.memory_bytes,
            "instructions": self.measures.instructions,
        })
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let short = |digest: &str| digest.get(..16).unwrap_or_default().to_owned();
        let (recorded, now) = (short(&self.recorded.sha256), short(&self.now.sha256));
        let build = if recorded == now {
            format!("revision {now}, as recorded")
        } else {
            format!("revision {now}; recorded was {recorded}")
        };
        let verdict = if self.is_same() { "the same" } else { "different" };
        let _ = writeln!(text, "{} of {} ({build}): {verdict}", self.tool, self.now.name);
        for change in &self.changes {
            text += "\n";
            text += &change.text();
        }
        if self.ended.is_some() {
            if self.is_same() || !self.used.is_empty() {
                let _ = write!(text, "\n{}", usage::text(&self.used));
            }
            let _ = write!(text, "\n{}", took(None, &self.measures));
        }
        text
    }
}

impl Change {
    fn json(&self) -> Value {
        match self {
            Self::NotCalled(why) => json!({ "what": "not-called", "why": why }),
            Self::Asked(Departure::Asked {
                number,
                asked,
                recorded,
            }) => {
                json!({ "what": "host-call", "number": number, "recorded": recorded, "now": asked })
            }
            Self::Asked(Departure::Beyond { number, asked }) => {
                json!({ "what": "host-call", "number": number, "recorded": null, "now": asked })
            }
            Self::Asked(Departure::Unreadable { number, asked, why }) => {
                json!({ "what": "answer", "number": number, "asked": asked, "why": why })
            }
            Self::NotAsked(entry) => {
                json!({ "what": "host-call", "recorded": entry.question, "now": null })
            }
            Self::Ended(Difference { at, recorded, now }) => {
                json!({ "what": "ended", "at": at, "recorded": recorded, "now": now })
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::NotCalled(why) => shown::lines(why),
            Self::Asked(Departure::Asked {
                number,
                asked,
                recorded,
            }) => {
                let mut text = format!("Host call {number}: the tool asks for something else.\n");
                text += &question(recorded, asked);
                text
            }
            Self::Asked(Departure::Beyond { number, asked }) => format!(
                "Host call {number}: the recording has no further one.\n{}",
                both(None, Some(asked.to_string()))
            ),
            Self::Asked(unreadable @ Departure::Unreadable { .. }) => shown::lines(&unreadable.to_string()),
            Self::NotAsked(entry) => format!(
                "The tool no longer asks for this.\n{}",
                both(Some(entry.question.to_string()), None)
            ),
            Self::Ended(Difference { at, recorded, now }) => {
                let text = |value: &Option<Value>| value.as_ref().map(|value| format!("{value:#}"));
                format!("It ends otherwise: {at}\n{}", both(text(recorded), text(now)))
            }
        }
    }
}

/// How a question differs: by argument where it is of the same function.
fn question(recorded: &Question, asked: &Question) -> String {
    let same = recorded.interface == asked.interface && recorded.function == asked.function;
    if !same {
        return both(Some(recorded.to_string()), Some(asked.to_string()));
    }
    let mut text = format!("  {}.{}\n", asked.interface, asked.function);
    for difference in difference::between(&json!(recorded.arguments), &json!(asked.arguments)) {
        let value = |value: Option<Value>| value.map(|value| value.to_string());
        let _ = writeln!(text, "  argument {}", difference.at);
        text += &both(value(difference.recorded), value(difference.now));
    }
    text
}

/// What was and what is, one below the other.
fn both(recorded: Option<String>, now: Option<String>) -> String {
    let mut text = String::new();
    for (label, value) in [("recorded", recorded), ("now", now)] {
        let value = value.unwrap_or_else(|| "nothing".to_owned());
        for (at, line) in shown::lines(&value).lines().enumerate() {
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(text, "    {label:<8}  {line}");
        }
    }
    text
}
