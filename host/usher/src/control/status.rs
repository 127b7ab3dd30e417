//! `usher status`: what the host serves, and why not something newer.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use usher_registry::status::{ComponentStatus, State, Status};

use super::place::{Place, PlaceArguments};
use super::words::{indented, moment, short};

/// `usher status`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Prints what the host says of itself. Exits with 1 if none runs, or if something of the folder can't be served.
///
/// # Errors
/// The data folder can't be read.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let place = Place::find(&arguments.place)?;
    if arguments.json {
        println!("{:#}", json!({ "running": place.running, "status": place.status }));
    } else {
        match &place.status {
            Some(status) => print!("{}", text(status, place.running)),
            None => println!("no host has used the data folder {}", place.config.data.display()),
        }
    }
    let is_well = place.running && place.status.as_ref().is_some_and(is_well);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether all is as the operator wants it. What waits for the operator is.
fn is_well(status: &Status) -> bool {
    let fails = |component: &ComponentStatus| matches!(component.state, State::Refused | State::ServesOn);
    status.trouble.is_empty() && !status.components.iter().any(fails)
}

fn text(status: &Status, running: bool) -> String {
    let mut text = String::new();
    let (pid, since) = (status.pid, moment(status.started));
    // Writing to a string doesn't fail.
    let _ = if running {
        writeln!(text, "usher {} runs as process {pid} since {since}", status.version)
    } else {
        writeln!(
            text,
            "no host runs; the last one (process {pid}, since {since}) said at {}:",
            moment(status.written)
        )
    };
    let _ = writeln!(
        text,
        "tools: {} (reload: {})",
        status.folder.display(),
        json!(status.mode).as_str().unwrap_or_default()
    );
    for trouble in &status.trouble {
        let _ = write!(text, "trouble:\n{}", indented(trouble));
    }
    for component in &status.components {
        let _ = write!(text, "\n{}", one(component));
    }
    text
}

fn one(component: &ComponentStatus) -> String {
    let mut text = format!("{}: {}\n", usher_inspect::visible(&component.name), state(component));
    if let Some(serving) = &component.serving {
        let _ = writeln!(
            text,
            "  serves revision {} (grant {}) since {}: {}",
            short(&serving.digest),
            short(&serving.grant_digest),
            moment(serving.since),
            serving.tools.join(", ")
        );
    }
    if let Some(reason) = &component.reason {
        text.push_str(&indented(reason));
    }
    text
}

fn state(component: &ComponentStatus) -> &'static str {
    match (component.state, component.serving.is_some()) {
        (State::Served, _) => "served",
        (State::ServesOn, _) => "the newest file can't be served; an earlier revision serves on",
        (State::Waiting, true) => "the newest file waits for approval; an earlier revision serves on",
        (State::Waiting, false) => "waits for approval; nothing of it is served",
        (State::RolledBack, _) => "rolled back",
        (State::Refused, _) => "nothing of it is served",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_in_words() {
        let component = |state| ComponentStatus {
            name: "expenses".to_owned(),
            state,
            serving: None,
            file: None,
            reason: Some("because\n\u{1b}[31mof this".to_owned()),
            changes: Vec::new(),
            kept: Vec::new(),
        };
        let told = one(&component(State::Waiting));
        assert_eq!(
            told,
            "expenses: waits for approval; nothing of it is served\n  because\n  \\u{1b}[31mof this\n"
        );
        assert!(one(&component(State::Refused)).contains("nothing of it is served"));
    }
}
