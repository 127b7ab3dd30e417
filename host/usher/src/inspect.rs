//! `usher inspect`: what a component can at most do, for whoever has to decide about it.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use usher_inspect::{Difference, Report, visible_json};
use usher_policy::Grant;
use usher_runtime::{Source, grant_file};

use crate::config;
use crate::control::Examiner;

/// `usher inspect`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The grant to read, instead of the one beside the component.
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    grant: Option<PathBuf>,
    /// Says what the component could do that this older one couldn't. Exits with 1 if there is anything.
    #[arg(long, value_name = "OLD", conflicts_with = "schemas")]
    diff: Option<PathBuf>,
    /// Shows schemas in full.
    #[arg(long)]
    schemas: bool,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// Looks at a component and says what it is. Exits with 1 if something is wrong with it or its grant, or, compared with an
/// older one, if it can do more.
///
/// # Errors
/// A file can't be read, or isn't a component at all.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let examiner = Examiner::start(&config::load(None)?)?;
    let outcome = match &arguments.diff {
        Some(old) => compare(&examiner, &arguments, old).await,
        None => report(&examiner, &arguments).await,
    };
    examiner.close().await;
    outcome
}

async fn compare(examiner: &Examiner, arguments: &Arguments, old: &Path) -> anyhow::Result<ExitCode> {
    let mut examined = Vec::new();
    for file in [old, &arguments.file] {
        let source = Source::read_with(file, None)?;
        let one = examiner.examine(&source).await;
        examined.push(one.with_context(|| format!("{} can't be compared", file.display()))?);
    }
    let names = (file_name(old), file_name(&arguments.file));
    let difference = Difference::between((&names.0, &examined[0]), (&names.1, &examined[1]));
    print(&difference, arguments.json)?;
    Ok(if difference.is_wider() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn report(examiner: &Examiner, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = Source::read_with(&arguments.file, grant_text(arguments)?)?;
    let mut problems = Vec::new();
    let examined = match examiner.examine(&source).await {
        Ok(examined) => examined,
        // What it imports can be read off a component that fails when it is asked for its tools.
        Err(error) => {
            problems.push(format!("It can't be served: {error}"));
            examiner
                .survey(&source)
                .with_context(|| format!("{} can't be inspected", arguments.file.display()))?
        }
    };
    let grant = source.grant.as_deref().and_then(|text| match Grant::parse(text) {
        Ok(grant) => Some(grant),
        Err(error) => {
            problems.push(format!("Its grant can't be used: {error}"));
            None
        }
    });
    let is_well = problems.is_empty();
    let report = Report::of(&file_name(&arguments.file), &examined, &source.wasm, grant.as_ref())
        .with_whole_schemas(arguments.schemas);
    print(&problems.into_iter().fold(report, Report::with_problem), arguments.json)?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of the grant that is meant. None: there is none beside the component.
fn grant_text(arguments: &Arguments) -> anyhow::Result<Option<Arc<str>>> {
    let Some(file) = &arguments.grant else {
        let beside = Source::read_grant(&arguments.file);
        return beside.with_context(|| format!("{} can't be read", grant_file(&arguments.file).display()));
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(Some(text.into()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn print(told: &(impl Display + Serialize), json: bool) -> anyhow::Result<()> {
    let text = if json {
        visible_json(&serde_json::to_string_pretty(told)?) + "\n"
    } else {
        told.to_string()
    };
    // Whoever closed the terminal or the pipe doesn't want the rest.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(())
}
