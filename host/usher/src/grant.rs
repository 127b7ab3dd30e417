//! `usher grant`: the grant that a component needs, for the operator to edit.
//!
//! A grant that is there is never rewritten: what it lacks is printed, and `--widen` adds lines of their own to it. Rules are
//! never touched.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use usher_inspect::{Gap, Needs, visible, widen, write_grant};
use usher_policy::Grant;
use usher_runtime::{Source, grant_file};

use crate::config;
use crate::control::Examiner;

/// `usher grant`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The grant to write or to compare with, instead of NAME.grant.toml beside the component. `-`: prints a new one.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Writes the component's SHA-256 into it, so that no other file is served with it.
    #[arg(long)]
    pin: bool,
    /// Adds to a grant that is there what it lacks. Its keys and rules stay as they are.
    #[arg(long, conflicts_with = "pin")]
    widen: bool,
}

/// Writes a grant, or says what one that is there lacks. Exits with 1 if it lacks something.
///
/// # Errors
/// The component can't be examined, or a file can't be read or written.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let source = Source::read_with(&arguments.file, None)?;
    let examiner = Examiner::start(&config::load(None)?)?;
    let examined = examiner.examine(&source).await;
    examiner.close().await;
    let examined = examined.with_context(|| format!("{} can't be served", arguments.file.display()))?;
    let needs = Needs::of(&examined);
    let file = arguments.output.clone().unwrap_or_else(|| grant_file(&arguments.file));
    if file == Path::new("-") {
        if arguments.widen {
            bail!("--widen is about a grant that is there: name it, or leave --output out");
        }
        print(&write_grant(&source.name, &needs, arguments.pin))?;
        return Ok(ExitCode::SUCCESS);
    }
    match fs::read_to_string(&file) {
        Ok(_) if arguments.pin => bail!(
            "{} is there already and stays as it is: write the pin yourself, above its tables\nsha256 = \"{}\"",
            file.display(),
            needs.digest
        ),
        Ok(text) if arguments.widen => add(&file, &text, &needs),
        Ok(text) => compare(&file, &text, &needs),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !arguments.widen => {
            create(&file, &write_grant(&source.name, &needs, arguments.pin))?;
            print(&written(&file, &needs))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error).with_context(|| format!("{} can't be read", file.display())),
    }
}

/// Makes the file, and never replaces one that appeared meanwhile.
fn create(file: &Path, text: &str) -> anyhow::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).open(file);
    made.and_then(|mut made| made.write_all(text.as_bytes()))
        .with_context(|| format!("{} can't be written", file.display()))
}

/// What was written, and what is left to decide.
fn written(file: &Path, needs: &Needs) -> String {
    let mut told = format!("wrote {}\n", file.display());
    let (withheld, open): (Vec<_>, Vec<_>) = needs.tools.iter().partition(|tool| tool.withheld().is_some());
    let names = |tools: &[&usher_inspect::ToolNeeds]| {
        let names: Vec<_> = tools.iter().map(|tool| visible(&tool.name)).collect();
        names.join(", ")
    };
    if !open.is_empty() {
        told += &format!("  for everybody who can sign in: {}\n", names(&open));
    }
    if !withheld.is_empty() {
        told += &format!("  for nobody until you decide for whom: {}\n", names(&withheld));
    }
    for import in &needs.not_offered {
        told += &format!(
            "  no grant gives {}: this host can't serve the component\n",
            visible(import)
        );
    }
    if needs.is_to_be_filled_in() {
        told += "  some lines are for you to fill in; until then the component isn't served: look for FILL IN\n";
    }
    told + "Read it and narrow it, then look at the whole with: usher check\n"
}

/// Says what a grant lacks, and what it gives beyond the need.
fn compare(file: &Path, text: &str, needs: &Needs) -> anyhow::Result<ExitCode> {
    let grant = Grant::parse(text).with_context(|| format!("{} is there already", file.display()))?;
    let gap = Gap::of(needs, &grant);
    print(&(format!("{} is there already and stays as it is\n", file.display()) + &told(&gap)))?;
    Ok(code(&gap))
}

/// Adds what a grant lacks.
fn add(file: &Path, text: &str, needs: &Needs) -> anyhow::Result<ExitCode> {
    let grant = Grant::parse(text).with_context(|| format!("{} can't be widened", file.display()))?;
    let widened = match widen(text, needs) {
        Ok(widened) => widened,
        Err(error) => {
            print(&told(&Gap::of(needs, &grant)))?;
            bail!("{} stays as it is: {error}", file.display());
        }
    };
    let gap = Gap::of(needs, &Grant::parse(&widened)?);
    if widened == text {
        print(&format!("{}: there is nothing to add\n", file.display()))?;
    } else {
        replace(file, &widened)?;
        print(&format!("{}: what was lacking is marked as added\n", file.display()))?;
    }
    print(&told(&gap))?;
    Ok(code(&gap))
}

/// Replaces the file as a whole: a host that watches it never sees half of it.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("{} can't be written", file.display());
    // Through a symbolic link, the file that it leads to.
    let file = file.canonicalize().with_context(failed)?;
    let permissions = fs::metadata(&file).with_context(failed)?.permissions();
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .prefix(".grant")
        .tempfile_in(folder)
        .with_context(failed)?;
    new.write_all(text.as_bytes()).with_context(failed)?;
    new.as_file().set_permissions(permissions).with_context(failed)?;
    new.persist(&file).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}

fn told(gap: &Gap) -> String {
    let mut told = String::new();
    if gap.is_closed() {
        told += "nothing is missing\n";
    }
    for lacking in &gap.lacking {
        told += &match lacking.within() {
            Some(key) => format!("missing, within {key} of [capabilities]:\n"),
            None => format!("missing, under {}:\n", lacking.table()),
        };
        told += &lacking.lines();
    }
    for wrong in &gap.wrong {
        told += &format!("wrong: {wrong}\n");
    }
    for one in &gap.unneeded {
        told += &format!("not needed: {one}\n");
    }
    for tool in &gap.without_rule {
        told += &format!("for nobody, since there is no rule: {}\n", visible(tool));
    }
    told
}

fn code(gap: &Gap) -> ExitCode {
    if gap.is_closed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("standard output is closed")
}
