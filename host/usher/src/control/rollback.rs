//! `usher rollback`: puts an earlier revision back.

use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use usher_registry::control::{Kept, KeptEntry, Pair, Pin, decide};
use usher_runtime::Source;

use super::approve::digest_prefix;
use super::place::{Place, PlaceArguments};
use super::wait::{Acted, until_acted};
use super::words::{indented, moment, short};

/// `usher rollback`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The component, by the name of its file without `.wasm`.
    #[arg(value_name = "NAME")]
    name: String,
    /// The revision, by the beginning of its SHA-256. Without it: the one that served before.
    #[arg(long, value_name = "PREFIX", value_parser = digest_prefix, conflicts_with_all = ["undo", "list"])]
    to: Option<String>,
    /// Takes the rollback back: the file in the folder is served again.
    #[arg(long, conflicts_with = "list")]
    undo: bool,
    /// Shows the revisions that are kept.
    #[arg(long)]
    list: bool,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT", conflicts_with = "list")]
    note: Option<String>,
    /// Doesn't wait until the host has acted on it.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Decides, and waits until it is so. Exits with 1 if another revision is served then.
///
/// # Errors
/// There is nothing to put back, or something can't be read or written.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let place = Place::find(&arguments.place)?;
    let kept = Kept::in_control(&place.control);
    let entries = kept.entries(&arguments.name)?;
    if arguments.list {
        list(&arguments.name, &entries);
        return Ok(ExitCode::SUCCESS);
    }
    let pin = if arguments.undo {
        undo(&place, &arguments)?
    } else {
        roll_back(&place, &arguments, &kept, &entries)?
    };
    let (wanted, done) = if arguments.undo {
        (&pin.from.wasm, "rollback undone")
    } else {
        (&pin.to.wasm, "rolled back")
    };
    println!("{done}: {} {wanted}", arguments.name);
    let file = [(arguments.name.as_str(), pin.from.wasm.as_str())];
    let status = match until_acted(&place, !arguments.no_wait, &file).await? {
        Acted::Later(why) => {
            eprintln!("usher: {why}");
            return Ok(ExitCode::SUCCESS);
        }
        Acted::Yes(status) => status,
    };
    let component = status
        .components
        .iter()
        .find(|component| component.name == arguments.name);
    let serving = component.and_then(|component| component.serving.as_ref());
    if serving.is_some_and(|serving| serving.digest == *wanted) {
        println!("live: {} {}", arguments.name, short(wanted));
        return Ok(ExitCode::SUCCESS);
    }
    let reason = component.and_then(|component| component.reason.as_deref());
    print!(
        "not live: {} {}\n{}",
        arguments.name,
        short(wanted),
        indented(reason.unwrap_or("another file lies in the folder by now"))
    );
    Ok(ExitCode::FAILURE)
}

/// Takes the rollback back, and gives it.
fn undo(place: &Place, arguments: &Arguments) -> anyhow::Result<Pin> {
    let note = arguments.note.as_deref().unwrap_or("rollback undone");
    let undone = decide(&place.control, |records, person| {
        records.undo(&arguments.name, person, Some(note))
    })?;
    undone.with_context(|| format!("{} isn't rolled back", arguments.name))
}

/// Decides that an earlier revision is served in place of the file.
fn roll_back(place: &Place, arguments: &Arguments, kept: &Kept, entries: &[KeptEntry]) -> anyhow::Result<Pin> {
    let name = &arguments.name;
    let file = Source::read(&place.component(name))
        .with_context(|| format!("a rollback is of a file in {}", place.tools.display()))?;
    let from = Pair {
        wasm: file.digest(),
        grant: file
            .grant_digest()
            .with_context(|| format!("{name} has no grant, so nothing of it is served"))?,
    };
    let target = choose(name, entries, arguments.to.as_deref(), &from.wasm)?;
    // Before anything is decided: what was changed since it was kept isn't served.
    kept.source(name, &target.pair())?;
    let note = arguments.note.as_deref();
    Ok(decide(&place.control, |records, person| {
        records.roll_back(name, from, target.pair(), person, note)
    })?)
}

/// The revision that is meant: by its digest, or the one that served last before the one that serves now, and isn't the file's.
fn choose<'a>(name: &str, entries: &'a [KeptEntry], prefix: Option<&str>, file: &str) -> anyhow::Result<&'a KeptEntry> {
    let Some(prefix) = prefix else {
        let serving = entries.last().map(|entry| entry.wasm.as_str());
        return entries
            .iter()
            .rev()
            .find(|entry| Some(entry.wasm.as_str()) != serving && entry.wasm != file)
            .with_context(|| {
                format!("no earlier revision of {name} is kept (reload.keep-revisions says how many are)")
            });
    };
    let mut found = entries.iter().filter(|entry| entry.wasm.starts_with(prefix));
    let Some(target) = found.next() else {
        bail!(
            "no revision of {name} that begins with {prefix} is kept; usher rollback {name} --list shows those that are"
        );
    };
    ensure!(
        found.next().is_none(),
        "more than one revision begins with {prefix}: give more digits"
    );
    ensure!(
        target.wasm != file,
        "that revision is the file that lies in the folder; if it was rolled back, take that back with --undo"
    );
    Ok(target)
}

fn list(name: &str, entries: &[KeptEntry]) {
    if entries.is_empty() {
        println!("no revision of {name} is kept");
    }
    for (at, entry) in entries.iter().rev().enumerate() {
        println!(
            "{} grant {} since {} tools {}{}",
            short(&entry.wasm),
            short(&entry.grant),
            moment(entry.since),
            entry.tools.join(", "),
            if at == 0 { " (the one that served last)" } else { "" }
        );
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entries(digests: &[&str]) -> Vec<KeptEntry> {
        digests
            .iter()
            .map(|digest| KeptEntry {
                wasm: (*digest).to_owned(),
                grant: "grant".to_owned(),
                tools: Vec::new(),
                since: 0,
            })
            .collect()
    }

    #[test]
    fn the_one_before_is_meant_unless_another_is_named() {
        let kept = entries(&["aa1", "bb2", "cc3"]);
        assert_eq!(choose("a", &kept, None, "cc3").unwrap().wasm, "bb2");
        assert_eq!(choose("a", &kept, Some("aa"), "cc3").unwrap().wasm, "aa1");
        // Rolled back from cc3 to bb2 already: a second one goes further back.
        let kept = entries(&["aa1", "cc3", "bb2"]);
        assert_eq!(choose("a", &kept, None, "cc3").unwrap().wasm, "aa1");
    }

    #[test]
    fn errors_when_there_is_nothing_to_put_back() {
        let kept = entries(&["aa1", "ab2"]);
        for (entries, prefix, file) in [
            (&kept[..1], None, "aa1"),
            (&kept[..0], None, "aa1"),
            (&kept[..], Some("a"), "cc3"),
            (&kept[..], Some("cc"), "ab2"),
            (&kept[..], Some("ab"), "ab2"),
        ] {
            assert!(choose("a", entries, prefix, file).is_err(), "{prefix:?}");
        }
    }
}
