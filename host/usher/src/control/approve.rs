//! `usher approve`: lets revisions through that wait.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use usher_registry::Mode;
use usher_registry::control::{Records, decide};
use usher_registry::status::Status;

use super::candidate::{Candidate, Waiting};
use super::examiner::Examiner;
use super::place::{Place, PlaceArguments};
use super::wait::{Acted, until_acted};
use super::words::{indented, short};

/// `usher approve`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The components, by the names of their files without `.wasm`.
    #[arg(value_name = "NAME", required_unless_present_any = ["all", "list"])]
    names: Vec<String>,
    /// Every component that waits.
    #[arg(long, conflicts_with_all = ["names", "digest"])]
    all: bool,
    /// Shows what waits and what is different about it, and approves nothing.
    #[arg(long, conflicts_with_all = ["all", "digest", "note", "yes"])]
    list: bool,
    /// Approves only if the file's SHA-256 begins with this: at least 8 hexadecimal digits. For one component.
    #[arg(long, value_name = "PREFIX", value_parser = digest_prefix)]
    digest: Option<String>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Asks nothing. Needed where there is no terminal.
    #[arg(long)]
    yes: bool,
    /// Doesn't wait until the host has acted on it.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Reads the beginning of a digest.
pub(super) fn digest_prefix(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    if (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text)
    } else {
        Err("write 8 to 64 hexadecimal digits".to_owned())
    }
}

/// Shows what is different, asks, records, and waits until it is live. Exits with 1 if something that was named isn't served
/// then.
///
/// # Errors
/// Something can't be read or written, or isn't as it was asked for.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let place = Place::find(&arguments.place)?;
    ensure!(
        arguments.digest.is_none() || arguments.names.len() == 1,
        "--digest is about one component: name one"
    );
    let waiting = look(&place, &arguments).await?;
    if arguments.list || waiting.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(prefix), [only]) = (&arguments.digest, &waiting[..]) {
        ensure!(
            only.pair.wasm.starts_with(prefix),
            "the file of {} in {} has the SHA-256 {}: it isn't the one that you looked at",
            only.name,
            place.tools.display(),
            only.pair.wasm
        );
    }
    let approved = if arguments.yes { waiting } else { ask(waiting)? };
    if approved.is_empty() {
        println!("nothing was approved");
        return Ok(ExitCode::FAILURE);
    }
    decide(&place.control, |records, person| {
        for one in &approved {
            records.approve(&one.name, one.pair.clone(), person, arguments.note.as_deref());
        }
    })?;
    for one in &approved {
        println!("approved: {} {}", one.name, one.pair.wasm);
    }
    if place
        .status
        .as_ref()
        .is_some_and(|status| status.mode != Mode::Reviewed)
    {
        eprintln!("usher: this host doesn't ask for approvals: reload.mode isn't reviewed");
    }
    let files: Vec<_> = approved
        .iter()
        .map(|one| (one.name.as_str(), one.pair.wasm.as_str()))
        .collect();
    match until_acted(&place, !arguments.no_wait, &files).await? {
        Acted::Later(why) => {
            eprintln!("usher: {why}");
            Ok(ExitCode::SUCCESS)
        }
        Acted::Yes(status) => Ok(report(&status, &approved)),
    }
}

/// Looks at the components that are meant, and shows what is different about those that wait.
async fn look(place: &Place, arguments: &Arguments) -> anyhow::Result<Vec<Waiting>> {
    let records = Records::read(&place.control)?;
    let files = usher_registry::components(&place.tools)
        .with_context(|| format!("the folder of tools {} can't be read", place.tools.display()))?;
    let there: Vec<String> = files.iter().map(|file| usher_runtime::component_name(file)).collect();
    if let Some(unknown) = arguments.names.iter().find(|name| !there.contains(name)) {
        bail!(
            "there is no {unknown}.wasm in {}; there is: {}",
            place.tools.display(),
            there.join(", ")
        );
    }
    let named = !arguments.names.is_empty();
    let names = if named { &arguments.names } else { &there };
    let examiner = Examiner::start(&place.config)?;
    let mut waiting = Vec::new();
    for name in names {
        match Candidate::look(place, &records, &examiner, name).await {
            Ok(Candidate::Waiting(one)) => {
                print!("{}", one.told());
                waiting.push(one);
            }
            Ok(Candidate::Nothing(why)) if named => println!("{name}: {why}"),
            Ok(Candidate::Nothing(_)) => {}
            Err(error) if named => bail!("{name} can't be served, so there is nothing to approve: {error}"),
            Err(error) => print!("{name}: can't be served:\n{}", indented(&error.to_string())),
        }
    }
    examiner.close().await;
    if waiting.is_empty() && !named {
        println!("nothing waits for approval in {}", place.tools.display());
    }
    Ok(waiting)
}

/// Asks about each. What isn't agreed to is left out.
fn ask(waiting: Vec<Waiting>) -> anyhow::Result<Vec<Waiting>> {
    ensure!(
        io::stdin().is_terminal(),
        "there is no terminal to ask on: give --yes if you have read what is different"
    );
    let mut agreed = Vec::new();
    for one in waiting {
        eprint!("Approve {} {}? [y/N] ", one.name, short(&one.pair.wasm));
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            agreed.push(one);
        }
    }
    Ok(agreed)
}

/// Says what became of what was approved.
fn report(status: &Status, approved: &[Waiting]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for one in approved {
        let component = status.components.iter().find(|component| component.name == one.name);
        let serving = component.and_then(|component| component.serving.as_ref());
        if serving.is_some_and(|serving| serving.digest == one.pair.wasm) {
            println!("live: {} {}", one.name, short(&one.pair.wasm));
            continue;
        }
        code = ExitCode::FAILURE;
        let reason = component.and_then(|component| component.reason.as_deref());
        println!(
            "not live: {} {}\n{}",
            one.name,
            short(&one.pair.wasm),
            indented(reason.unwrap_or("another file lies in the folder by now"))
        );
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_told_by_enough_of_its_digits() {
        assert_eq!(digest_prefix("01234567ABCDEF"), Ok("01234567abcdef".to_owned()));
        for wrong in ["", "0123456", "0123456x", &"0".repeat(65)] {
            assert!(digest_prefix(wrong).is_err(), "{wrong}");
        }
    }
}
