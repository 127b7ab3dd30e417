//! `usher check`: what is wrong with a folder of components, without serving.
//!
//! For each component: served or not and why, the worst that it can do with its grant, who may call its tools, and what to look
//! at twice. Components are compiled and linked for real, over a store of their own: no data is touched, and no service is asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use usher_inspect::{Made, Needs, visible, visible_json, warnings, who, worst};
use usher_policy::Grant;
use usher_registry::Mode;
use usher_runtime::{Catalog, Refusal, Revision, Source};
use uuid::Uuid;

use crate::config::{self, Config};
use crate::downstream::Downstream;
use crate::sign_in::SignIn;
use crate::stack::Stack;

/// `usher check`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder of components and grants, instead of the configuration's.
    #[arg(value_name = "DIR", conflicts_with = "tools")]
    folder: Option<PathBuf>,
    /// The configuration. Without it, what `usher dev` would start with.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The same as DIR.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
    /// Exits with 1 if there are warnings, too.
    #[arg(long)]
    strict: bool,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// The services that components are linked against, and the groups that grants may name. No service is asked.
type Surroundings = (Downstream, BTreeMap<String, Uuid>);

/// All that there is to say about a folder.
#[derive(Debug, Serialize)]
struct Findings {
    folder: PathBuf,
    components: Vec<Component>,
    /// What isn't wrong and may be meant.
    notes: Vec<String>,
    tools_served: usize,
    refused: usize,
    warnings: usize,
}

/// One component.
#[derive(Debug, Serialize)]
struct Component {
    file: String,
    served: bool,
    /// The beginning of its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// Why it isn't served.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The worst that it can do with its grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    worst: Option<String>,
    tools: Vec<Tool>,
    warnings: Vec<String>,
    /// Its grant is for this very file.
    #[serde(skip)]
    pinned: bool,
}

/// A tool that is served.
#[derive(Debug, Serialize)]
struct Tool {
    name: String,
    /// Who may call it.
    callers: String,
}

/// Checks a configuration and every component of its folder. Exits with 1 if a component isn't served.
///
/// # Errors
/// The configuration is wrong, or the folder can't be read.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut config = config::load(arguments.config.as_deref())?;
    let named = arguments.folder.as_ref().or(arguments.tools.as_ref());
    let folder = named.cloned().unwrap_or_else(|| config.tools.clone());
    let (downstream, groups) = match arguments.config {
        Some(_) => {
            let sign_in = SignIn::from_config(&config)?;
            (Downstream::of_tenant(&config, &sign_in)?, config.groups())
        }
        None => {
            config.add_containers_of_grants(&folder);
            of_development(&config)?
        }
    };
    let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
    let stack = Stack::scratch(&config, scratch.path(), &downstream, groups)?;
    let catalog = stack.load(&folder).await?;
    stack.close().await;
    let findings = Findings::of(folder, &catalog, config.reload.mode);
    let text = if arguments.json {
        visible_json(&serde_json::to_string_pretty(&findings)?) + "\n"
    } else {
        findings.text()
    };
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("standard output is closed")?;
    let is_well = findings.refused == 0 && !(arguments.strict && findings.warnings > 0);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Findings {
    fn of(folder: PathBuf, catalog: &Catalog, mode: Mode) -> Self {
        let served = catalog
            .revisions()
            .iter()
            .map(|revision| Component::served(&folder, revision));
        let refused = catalog.refused().iter().map(Component::refused);
        let mut components: Vec<_> = served.chain(refused).collect();
        components.sort_by(|one, other| one.file.cmp(&other.file));
        let mut notes = Vec::new();
        let unpinned = components.iter().filter(|one| one.served && !one.pinned).count();
        if mode != Mode::Reviewed && unpinned > 0 {
            notes.push(format!(
                "{unpinned} of the components have no sha256 in their grants, and reload.mode isn't \"reviewed\": whatever file takes \
                 their place is served"
            ));
        }
        Self {
            folder,
            notes,
            tools_served: catalog.tools().len(),
            refused: catalog.refused().len(),
            warnings: components.iter().map(|one| one.warnings.len()).sum(),
            components,
        }
    }

    fn text(&self) -> String {
        let mut text: String = self.components.iter().map(Component::text).collect();
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        let _ = writeln!(
            text,
            "{} tools served, {} components refused, {} warnings",
            self.tools_served, self.refused, self.warnings
        );
        text
    }
}

impl Component {
    fn served(folder: &Path, revision: &Revision) -> Self {
        let file = format!("{}.wasm", revision.name());
        let tools = revision.tools().iter();
        let mut component = Self {
            served: true,
            revision: tools.clone().next().map(|tool| tool.policy().revision().to_owned()),
            reason: None,
            worst: None,
            tools: Vec::new(),
            warnings: Vec::new(),
            pinned: false,
            file,
        };
        let source = Source::read(&folder.join(&component.file));
        let same = source.ok().filter(|source| {
            source.digest() == revision.digest() && source.grant_digest().as_deref() == Some(revision.grant_digest())
        });
        let grant = same
            .as_ref()
            .and_then(|source| Grant::parse(source.grant.as_deref()?).ok());
        let (Some(source), Some(grant)) = (same, grant) else {
            component
                .warnings
                .push("its files changed while they were looked at: check again".to_owned());
            return component;
        };
        let examined = revision.examined();
        component.worst = Some(worst(&examined.imports, &grant));
        component.warnings = warnings(&Needs::of(examined), &grant, &Made::of(&source.wasm));
        component.pinned = grant.sha256.is_some();
        let callers = |name: &str| grant.tools.get(name).map(|rule| who(&rule.allow)).unwrap_or_default();
        component.tools = tools
            .map(|tool| Tool {
                name: tool.name().to_owned(),
                callers: callers(tool.name()),
            })
            .collect();
        component
    }

    fn refused(refusal: &Refusal) -> Self {
        Self {
            file: refusal
                .file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            served: false,
            revision: None,
            reason: Some(refusal.error.to_string()),
            worst: None,
            tools: Vec::new(),
            warnings: Vec::new(),
            pinned: false,
        }
    }

    fn text(&self) -> String {
        let file = visible(&self.file);
        let mut text = match (&self.reason, &self.revision) {
            (Some(reason), _) => {
                // Lines to copy stay lines.
                let lines: Vec<_> = reason.lines().map(visible).collect();
                format!("{file} is not served: {}\n", lines.join("\n"))
            }
            (None, revision) => format!("{file}, revision {}\n", revision.as_deref().unwrap_or_default()),
        };
        if let Some(worst) = &self.worst {
            let _ = writeln!(text, "  at worst: {}", visible(worst));
        }
        for tool in &self.tools {
            let _ = writeln!(
                text,
                "  {} is served, from {file}, to {}",
                visible(&tool.name),
                visible(&tool.callers)
            );
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "  warning: {}", visible(warning));
        }
        text
    }
}

/// Those of a development host.
#[cfg(feature = "dev")]
fn of_development(config: &Config) -> anyhow::Result<Surroundings> {
    use crate::dev::cloud;
    Ok((cloud::downstream_of_none(config)?, cloud::all_groups()?))
}

/// Without a development host, there is nothing to reach without a configuration.
#[cfg(not(feature = "dev"))]
fn of_development(config: &Config) -> anyhow::Result<Surroundings> {
    Ok((Downstream::new(config, None, None, BTreeMap::new())?, BTreeMap::new()))
}
