//! A call that is made.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use usher_capabilities::Recorder;
use usher_devcloud::{DevCloud, DevCloudSettings, PERSONAS};
use usher_entra::SignedIn;
use usher_policy::Denied;
use usher_runtime::{LoadError, Measures, Revision, Source, Tool};
use uuid::Uuid;

use super::bench::{Bench, read, request};
use super::person::{self, Decided};
use super::recording::{Caller, Clock, Component, Ended, How, Recording};
use super::repeatable::Repeatable;
use super::usage::{self, Used};
use super::{Arguments, shown};
use crate::config::Config;
use crate::dev::cloud::DevelopmentCloud;

/// What came of a call that was run.
pub(super) struct Report {
    component: Component,
    tool: String,
    persona: String,
    ended: Ended,
    /// What the operator would read of a fault.
    detail: Option<String>,
    used: Vec<Used>,
    loaded: Duration,
    measures: Measures,
    recorded: Option<PathBuf>,
}

/// Why a call wasn't run.
pub(super) struct Stopped {
    kind: &'static str,
    why: String,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Stopped {
    fn new(kind: &'static str, why: impl Into<String>) -> Self {
        Self { kind, why: why.into() }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({ "ended": self.kind, "why": self.why })
    }
}

/// Who wants what of whom.
struct Call<'a> {
    arguments: &'a Arguments,
    source: &'a Source,
    tool: &'a str,
    persona: &'a str,
    clock: &'a Repeatable,
    start: u64,
    seed: u64,
}

/// Makes the call.
///
/// # Errors
/// A file can't be read or written, or what the call needs can't be started.
pub(super) async fn run(mut config: Config, arguments: &Arguments) -> anyhow::Result<Result<Report, Stopped>> {
    let source = match source(arguments)? {
        Ok(source) => source,
        Err(stopped) => return Ok(Err(stopped)),
    };
    if let Some(grant) = &source.grant {
        config.add_containers_of_grant(grant);
    }
    let persona = arguments.persona.as_deref().unwrap_or_default();
    if !PERSONAS.iter().any(|known| known.name == persona) {
        let known: Vec<&str> = PERSONAS.iter().map(|known| known.name).collect();
        let why = format!("there is no persona {persona:?}; there are {}", known.join(", "));
        return Ok(Err(Stopped::new("unknown-persona", why)));
    }
    let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
    let folder = match &arguments.data {
        Some(data) => {
            crate::stack::make_folder(data)?;
            data.as_path()
        }
        None => scratch.path(),
    };

    let now = arguments.now.unwrap_or_else(OffsetDateTime::now_utc);
    let start = u64::try_from(now.unix_timestamp()).context("--now is before 1970")?;
    let seed = arguments.seed.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
    let clock = Arc::new(Repeatable::new(Duration::from_secs(start), seed));

    let bound = DevCloud::bind(([127, 0, 0, 1], 0).into()).await?;
    // Nobody listens there: tokens are for this endpoint, and no client comes.
    let endpoint = format!("{}/mcp", bound.authority());
    let cloud = bound.open(DevCloudSettings {
        state_dir: arguments.data.clone(),
        ..DevCloudSettings::new(endpoint)
    })?;
    let description = cloud.description();
    let known = DevelopmentCloud(&description);
    let (downstream, groups) = (known.downstream(&config)?, known.groups()?);
    let bench = Bench::start(&config, folder, &downstream, groups.clone(), Arc::clone(&clock))?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(cloud.serve(stop.clone()));

    let call = Call {
        arguments,
        source: &source,
        tool: arguments.tool.as_deref().unwrap_or_default(),
        persona,
        clock: &clock,
        start,
        seed,
    };
    let authority = description["authority"].as_str().unwrap_or_default();
    let who = person::sign_in(call.persona, authority, &known.sign_in()?.verification).await?;
    let made = match who {
        Ok(who) => make(&call, &bench, &who, &groups).await,
        Err(rejection) => Ok(Err(Stopped::new(
            "sign-in-refused",
            format!("the host refuses the sign-in of {}: {rejection}", call.persona),
        ))),
    };
    bench.close().await;
    stop.cancel();
    // Its connections are idle, and nobody waits for them.
    serving.abort();
    made
}

/// Reads component and grant.
fn source(arguments: &Arguments) -> anyhow::Result<Result<Source, Stopped>> {
    let read = match &arguments.grant {
        Some(grant) => Source::read_with(&arguments.file, Some(read(grant)?.into())),
        None => Source::read(&arguments.file),
    };
    Ok(read.map_err(|error| Stopped::new("not-loaded", error.to_string())))
}

/// Decides and, if it may be, runs the call.
async fn make(
    call: &Call<'_>,
    bench: &Bench,
    who: &SignedIn,
    groups: &BTreeMap<String, Uuid>,
) -> anyhow::Result<Result<Report, Stopped>> {
    let loaded = bench.load(call.source).await;
    let revision = match loaded.revision {
        Ok(revision) => revision,
        Err(error) => return Ok(Err(not_loaded(call, &error))),
    };
    let tool = match find(&revision, call.tool) {
        Ok(tool) => tool,
        Err(stopped) => return Ok(Err(stopped)),
    };
    let decided = person::decide(who, tool, bench.graph.as_deref()).await;
    let permit = match decided.decision {
        Ok(permit) => permit,
        Err(ref denied) => return Ok(Err(denial(call, who, tool, denied, &decided, groups))),
    };
    let given = Value::Object(call.arguments.args.clone().unwrap_or_default());
    if let Err(violations) = tool.check_arguments(&given) {
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let why = format!(
            "the arguments don't fit the schema of {}:\n{}",
            call.tool,
            lines.join("\n")
        );
        return Ok(Err(Stopped::new("bad-arguments", why)));
    }
    let recorder = Recorder::default();
    let measured = bench
        .runtime
        .record(tool, permit, request(tool, &given), recorder.clone())
        .await;
    let detail = measured.ended.as_ref().err().map(usher_runtime::Fault::detail);
    let taken = recorder.taken();
    let report = Report {
        component: Component {
            name: revision.name().to_owned(),
            sha256: revision.digest().to_owned(),
        },
        tool: call.tool.to_owned(),
        persona: call.persona.to_owned(),
        ended: Ended::of(measured.ended),
        detail,
        used: usage::of(taken.iter().map(|taped| (&taped.entry, Some(taped.took)))),
        loaded: loaded.took,
        measures: measured.measures,
        recorded: call.arguments.record.clone(),
    };
    if let Some(file) = &call.arguments.record {
        let entries = taken.into_iter().filter(|taped| taped.answers).map(|taped| taped.entry);
        recording(call, who, &report, entries.collect()).write(file)?;
    }
    Ok(Ok(report))
}

fn recording(
    call: &Call<'_>,
    who: &SignedIn,
    report: &Report,
    host_calls: Vec<usher_capabilities::Entry>,
) -> Recording {
    let caller = who.caller();
    let grant = call.source.grant.as_deref().unwrap_or_default();
    Recording {
        version: Recording::VERSION,
        component: report.component.clone(),
        grant: grant.lines().map(str::to_owned).collect(),
        tool: call.tool.to_owned(),
        arguments: call.arguments.args.clone().unwrap_or_default(),
        caller: Caller {
            persona: call.persona.to_owned(),
            tenant_id: caller.tenant_id().to_owned(),
            object_id: caller.object_id().to_owned(),
            display_name: caller.display_name().map(str::to_owned),
            username: caller.username().map(str::to_owned),
            roles: caller.roles().to_vec(),
            scopes: caller.scopes().to_vec(),
        },
        clock: Clock {
            unix_seconds: call.start,
            pauses: call.clock.pauses(),
        },
        seed: call.seed,
        host_calls,
        ended: report.ended.clone(),
    }
}

fn not_loaded(call: &Call<'_>, error: &LoadError) -> Stopped {
    let file = call.arguments.file.display();
    let mut why = format!("{file} is not loaded: {error}");
    if matches!(error, LoadError::NoGrant { .. }) {
        let _ = write!(
            why,
            "\n`usher grant {file}` writes the narrowest one, to be looked through."
        );
    }
    Stopped::new("not-loaded", why)
}

/// Finds a tool that the grant serves.
fn find<'a>(revision: &'a Revision, name: &str) -> Result<&'a Tool, Stopped> {
    if let Some(tool) = revision.tools().iter().find(|tool| tool.name() == name) {
        return Ok(tool);
    }
    let has = &revision.examined().tools;
    if has.iter().any(|tool| tool.description.name == name) {
        let why = format!(
            "the grant has no rule for {name}, so nobody may call it. Write one such as\n[tools.{name}]\nallow = {{ scope = \"user_impersonation\" }}"
        );
        return Err(Stopped::new("denied", why));
    }
    let names: Vec<&str> = has.iter().map(|tool| tool.description.name.as_str()).collect();
    let why = format!("{} has no tool {name:?}; it has {}", revision.name(), names.join(", "));
    Err(Stopped::new("unknown-tool", why))
}

/// Why there is no permit, with the rule and what is known of the caller.
fn denial(
    call: &Call<'_>,
    who: &SignedIn,
    tool: &Tool,
    denied: &Denied,
    decided: &Decided,
    groups: &BTreeMap<String, Uuid>,
) -> Stopped {
    let (persona, name, caller) = (call.persona, call.tool, who.caller());
    let (kind, first) = match denied {
        Denied::Hidden => ("denied", format!("{persona} may not call {name}: its rule says no")),
        Denied::NeedsScopes(missing) => (
            "needs-scopes",
            format!(
                "{persona} may not call {name} without the scopes {}, too",
                missing.join(", ")
            ),
        ),
        Denied::Undecided => (
            "undecided",
            format!("whether {persona} may call {name} can't be found out"),
        ),
    };
    let none_or = |words: &[String]| match words {
        [] => "none".to_owned(),
        words => words.join(", "),
    };
    let memberships: Vec<String> = tool
        .policy()
        .groups()
        .map(|id| {
            let named = groups.iter().find(|(_, known)| **known == id);
            let group = named.map_or_else(|| id.to_string(), |(name, _)| name.clone());
            match decided.memberships.get(id) {
                Some(true) => format!("in {group}"),
                Some(false) => format!("not in {group}"),
                None => format!("not known about {group}"),
            }
        })
        .collect();
    let mut why = format!(
        "{first}\n  rule    {}\n  scopes  {}\n  roles   {}",
        rule(call.source, name),
        none_or(caller.scopes()),
        none_or(caller.roles())
    );
    if !memberships.is_empty() {
        let _ = write!(why, "\n  groups  {}", memberships.join(", "));
    }
    if let Some(unknown) = &decided.unknown {
        let _ = write!(why, "\n  Graph   {unknown}");
    }
    Stopped::new(kind, why)
}

/// A tool's rule, as the grant has it.
fn rule(source: &Source, tool: &str) -> String {
    let grant: Option<toml::Table> = toml::from_str(source.grant.as_deref().unwrap_or_default()).ok();
    let rule = grant
        .as_ref()
        .and_then(|grant| grant.get("tools")?.get(tool)?.get("allow"));
    rule.map(ToString::to_string).unwrap_or_default()
}

impl Report {
    /// Whether the tool answered.
    pub(super) fn is_fine(&self) -> bool {
        self.ended.how == How::Answered
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "component": self.component,
            "tool": self.tool,
            "as": self.persona,
            "ended": self.ended.how,
            "fault": self.ended.fault,
            "detail": self.detail,
            "result": self.ended.result,
            "host-calls": usage::json(&self.used),
            "load-milliseconds": self.loaded.as_secs_f64() * 1e3,
            "call-milliseconds": self.measures.took.as_secs_f64() * 1e3,
            "memory-bytes": self.measures.memory_bytes,
            "instructions": self.measures.instructions,
            "recorded": self.recorded,
        })
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = self.ended.result.as_ref().map(shown::result).unwrap_or_default();
        let how = match (self.ended.how, &self.detail) {
            (How::Answered, _) => "answered".to_owned(),
            (How::ToolError, _) => "says that it didn't work".to_owned(),
            (How::Asked, _) => "asks the client a question".to_owned(),
            (How::Fault, detail) => format!("failed: {}", detail.as_deref().unwrap_or_default()),
        };
        let revision = self.component.sha256.get(..16).unwrap_or_default();
        let _ = write!(
            text,
            "\n{} of {} (revision {revision})\ncalled by {}: {}\n\n{}\n",
            self.tool,
            self.component.name,
            self.persona,
            how.trim_end(),
            usage::text(&self.used)
        );
        text += &took(Some(self.loaded), &self.measures);
        if let Some(file) = &self.recorded {
            let _ = writeln!(text, "recorded in {}", file.display());
        }
        text
    }
}

/// What a call took, in a line.
pub(super) fn took(loaded: Option<Duration>, measures: &Measures) -> String {
    let mut parts = Vec::new();
    if let Some(loaded) = loaded {
        parts.push(format!("load {}", shown::milliseconds(loaded)));
    }
    parts.push(format!("call {}", shown::milliseconds(measures.took)));
    parts.push(format!("memory {}", shown::bytes(measures.memory_bytes)));
    if let Some(instructions) = measures.instructions {
        parts.push(format!("instructions {}", shown::thousands(instructions)));
    }
    parts.join("   ") + "\n"
}
