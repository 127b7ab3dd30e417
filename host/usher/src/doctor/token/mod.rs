//! A token from standard input: decoded, shown as far as it matters, and judged by the verifier that guards the endpoint.
//!
//! A token is as good as its owner for an hour. So it comes from standard input only, is wiped from memory afterwards, goes
//! nowhere, and neither it nor its signature is printed.

mod decoded;
mod verdict;

use std::io::{IsTerminal, Read as _};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use secrecy::{ExposeSecret as _, SecretString};
use usher_entra::MAX_TOKEN_BYTES;

use self::decoded::Decoded;
use super::finding::{Finding, Trouble};
use super::report::Report;
use super::target::Place;
use crate::cli::DoctorArguments;

/// The name of the finding.
const NAME: &str = "verdict";

/// Room for what people paste around a token, such as the name of its header.
const MAX_INPUT_BYTES: usize = MAX_TOKEN_BYTES + 1024;

/// What somebody gave as an argument instead of on standard input. It is let go at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotAnArgument;

impl From<String> for NotAnArgument {
    fn from(given: String) -> Self {
        drop(SecretString::from(given));
        Self
    }
}

/// Reads a token, shows it and judges it.
///
/// # Errors
/// It was given as an argument, or standard input holds none.
pub(super) async fn run(given: Option<&NotAnArgument>, arguments: &DoctorArguments) -> anyhow::Result<ExitCode> {
    if given.is_some() {
        bail!(
            "a token is read from standard input only: an argument is for everybody on this machine to see while the program runs, and stays in the shell's history. Write `usher doctor --token < token.txt`, and consider the token that was on this line to be known"
        );
    }
    let token = read()?;
    let decoded = Decoded::of(token.expose_secret());
    let place = Place::find(arguments);
    let of = place
        .as_ref()
        .map_or_else(|_| "a token".to_owned(), |place| format!("a token for {place}"));
    let mut report = Report::start(&of, arguments.json);
    report.show("token", &decoded.text(now()), decoded.json());
    report.add(match place.map(|place| place.open()) {
        Ok(Ok(target)) => verdict::of(&target, token).await,
        Ok(Err(error)) => super::unreadable(&error),
        Err(error) => {
            let fix = super::words::sentence(&error.to_string());
            Finding::failed(
                NAME,
                "none",
                Trouble::new("There is no configuration to judge it by.", fix),
            )
        }
    });
    Ok(report.end())
}

fn read() -> anyhow::Result<SecretString> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Paste the token, press Enter and then Ctrl-D:");
    }
    let mut text = String::with_capacity(MAX_INPUT_BYTES + 1);
    let limit = u64::try_from(MAX_INPUT_BYTES + 1).context("a size is a number")?;
    let read = input.lock().take(limit).read_to_string(&mut text);
    let text = SecretString::from(text);
    read.context("standard input isn't text")?;
    let token = bare(text.expose_secret());
    ensure!(
        !token.is_empty(),
        "standard input holds no token; write `usher doctor --token < token.txt`"
    );
    ensure!(
        token.len() <= MAX_TOKEN_BYTES,
        "standard input holds more than {MAX_TOKEN_BYTES} bytes, which no token has that the host would read"
    );
    Ok(SecretString::from(token))
}

/// The token without what is often copied with it.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    for prefix in ["authorization:", "bearer "] {
        if text
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        {
            text = text[prefix.len()..].trim_start();
        }
    }
    text
}

/// Seconds since 1970, as tokens count.
fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.ok()
        .and_then(|now| i64::try_from(now.as_secs()).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_with_a_token_is_left_out() {
        for text in ["a.b.c", " a.b.c\n", "Bearer a.b.c", "Authorization: bearer a.b.c\r\n"] {
            assert_eq!(bare(text), "a.b.c", "{text:?}");
        }
    }

    #[test]
    fn what_was_given_as_an_argument_is_not_kept() {
        assert_eq!(
            format!("{:?}", NotAnArgument::from("a.b.c".to_owned())),
            "NotAnArgument"
        );
        assert_eq!(std::mem::size_of::<NotAnArgument>(), 0);
    }
}
