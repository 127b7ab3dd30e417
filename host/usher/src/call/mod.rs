//! `usher call`: one call of one tool, without a server.
//!
//! **In** come a component, its grant, and either a tool with arguments and the persona who calls it, or a recording. **Out** go
//! the tool's result as a client would read it, what it asked of the host, and what that took.
//!
//! A live call ([`live`]) goes the way of a served one: a token of the persona, which the loopback Entra issues, is verified; the
//! grant's rule is asked, and Graph where it names a group; the arguments are held against the schema; and the call runs under
//! the permit, over an embedded store and the loopback Graph. All that differs is that the reasons are told: it is the author
//! who asks, not a client.
//!
//! A recording ([`recording`]) holds what the tool asked of the host and what the host answered. [`replayed`] runs the same call
//! again, with another build of the component if need be, and gives it those answers: no store, no cloud, no token. Clock and
//! random numbers are the recorded ones too ([`repeatable`]). Whatever the tool does otherwise than before is a difference, and
//! the exit code says that there is one.
//!
//! What this room never does: it writes no token anywhere, and makes no caller up.

mod bench;
mod difference;
mod live;
mod person;
mod recording;
mod repeatable;
mod replayed;
mod shown;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::{self, Log};
use crate::logging;

/// What is logged unless the configuration says otherwise: what the tool says, and what goes wrong.
const LOGGED: &str = "warn,usher::tool=info,rmcp=off";

/// `usher call`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The component.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The tool to call.
    #[arg(value_name = "TOOL", required_unless_present = "replay")]
    pub tool: Option<String>,
    /// The arguments: a JSON object. Default: {}
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub args: Option<Map<String, Value>>,
    /// Who calls: a persona of the development tenant, such as member or admin.
    #[arg(long = "as", value_name = "PERSONA", required_unless_present = "replay")]
    pub persona: Option<String>,
    /// The grant. Default: the one beside the component.
    #[arg(long, value_name = "FILE")]
    pub grant: Option<PathBuf>,
    /// A folder where documents are kept from call to call. Default: an empty store, thrown away afterwards.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Writes down the call and all that the host answered. Replaces the file if it exists.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Repeats a recorded call with the recorded answers and says what is different. Exits with 1 if something is.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tool", "args", "persona", "grant", "data", "record", "now", "seed"])]
    pub replay: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    pub json: bool,
    /// What the component's clock begins with (RFC 3339). Default: the time of day.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub now: Option<OffsetDateTime>,
    /// What the component's random numbers are made from. Default: another each time.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
}

/// Calls, or replays, and prints what came of it. Exits with 0 if the tool answered, or did as it was recorded.
///
/// # Errors
/// A file can't be read or written, or what the call needs can't be started.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut config = config::for_development(None)?;
    if config.log.filter == Log::default().filter {
        LOGGED.clone_into(&mut config.log.filter);
    }
    logging::start(&config.log)?;
    let json = arguments.json;
    let fine = match &arguments.replay {
        Some(recording) => {
            let report = replayed::run(config, &arguments.file, recording).await?;
            shown::print(json, &report.json(), || report.text());
            report.is_same()
        }
        None => match live::run(config, &arguments).await? {
            Ok(report) => {
                shown::print(json, &report.json(), || report.text());
                report.is_fine()
            }
            Err(stopped) if json => {
                println!("{:#}", stopped.json());
                false
            }
            Err(stopped) => {
                eprintln!("usher: {stopped}");
                false
            }
        },
    };
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "write a time such as 2026-11-23T09:30:00Z".to_owned())
}
