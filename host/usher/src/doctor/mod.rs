//! `usher doctor`: what stands between a configuration and a host that works, each with what to do about it.
//!
//! Three things come in: a configuration, whose every address is tried; the number of an AADSTS error, which is explained; or
//! a token on standard input, which is decoded and judged. What goes out is a [`report`]: for each thing tried a line, and for
//! what failed a sentence on what is wrong and one on what to do. Exit code 1 if something failed.
//!
//! ```text
//! target        what is looked at: a configuration with the environment, or the development host that runs here
//!   public_url  what the public URL makes of the app registration
//!   authority   the discovery document ── clock: its Date against this machine's
//!   keys        the tenant's signing keys
//!   credential  what it is, and whether it yields a proof ── whether Entra takes the proof
//!   graph       whether Microsoft Graph can be reached
//!   store       whether the documents can be opened
//!   secrets     whether they can be read
//!   tools       what `usher check` says, in a line
//! code          an AADSTS number, explained
//! token         a token, decoded and judged by the verifier that guards the endpoint
//! ```
//!
//! One thing is tried after the other, each bounded in time; what needs something that failed is skipped, so that one cause is
//! told once. What this room never does: print a token, a secret or a text of Entra's, keep anything, or change anything, at
//! Entra or on disk, but for what opening a store that is there may bring to an orderly end.

mod authority;
mod clock;
mod code;
mod credential;
mod finding;
mod get;
mod graph;
mod keys;
mod public_url;
mod report;
mod secrets;
mod store;
mod target;
mod token;
mod tools;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use self::finding::{Finding, Trouble};
use self::report::Report;
use self::target::{Place, Target};
use crate::cli::DoctorArguments;

pub(crate) use self::code::Code;
pub(crate) use self::token::NotAnArgument;

/// How long anything may take that has no shorter bound of its own. Tools are compiled for the first time here.
const PATIENCE: Duration = Duration::from_secs(120);

/// Does what the arguments ask for, and prints the report.
///
/// # Errors
/// There is nothing to look at, or standard input can't be read.
pub(crate) async fn run(arguments: DoctorArguments) -> anyhow::Result<ExitCode> {
    if let Some(code) = arguments.code {
        code::explain(code, arguments.json);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(given) = &arguments.token {
        return token::run(given.as_ref(), &arguments).await;
    }
    let place = Place::find(&arguments)?;
    let mut report = Report::start(&place.to_string(), arguments.json);
    match place.open() {
        Ok(target) => examine(&target, &arguments, &mut report).await,
        Err(error) => report.add(unreadable(&error)),
    }
    Ok(report.end())
}

/// Tries everything that the target names.
async fn examine(target: &Target, arguments: &DoctorArguments, report: &mut Report) {
    report.add(target.describe());
    report.add(public_url::check(target));
    let (authority, date) = authority::check(target).await;
    let authority_answers = !authority.has_failed();
    report.add(authority);
    report.add(clock::check(date, target.sign_in.verification.clock_skew));
    report.add(if authority_answers {
        keys::check(target).await
    } else {
        Finding::skipped(keys::NAME, "the authority must answer first")
    });
    let mut credential_works = true;
    for finding in credential::check(target, authority_answers).await {
        credential_works &= !(finding.name() == credential::NAME && finding.has_failed());
        report.add(finding);
    }
    report.add(graph::check(target).await);
    report.add(bounded(store::NAME, store::check(target)).await);
    if let Some(finding) = secrets::check(target) {
        report.add(finding);
    }
    report.add(if credential_works {
        bounded(tools::NAME, tools::check(target, arguments.tools.as_deref())).await
    } else {
        Finding::skipped(tools::NAME, "the credential must be readable first")
    });
}

/// A finding that doesn't let itself be waited for.
async fn bounded(name: &'static str, finding: impl Future<Output = Finding>) -> Finding {
    tokio::time::timeout(PATIENCE, finding).await.unwrap_or_else(|_| {
        let wrong = format!("It took longer than {} s, and was given up.", PATIENCE.as_secs());
        let fix = "See what keeps this machine or its disk so busy, and run the doctor again.";
        Finding::failed(name, "no result", Trouble::new(wrong, fix))
    })
}

/// A configuration that doesn't read: nothing else can be tried.
fn unreadable(error: &anyhow::Error) -> Finding {
    let fix = "Correct the key or the variable that the message names; nothing else can be tried before it reads.";
    let wrong = words::sentence(&format!("{error:#}"));
    Finding::failed(target::NAME, "doesn't read", Trouble::new(wrong, fix))
}
