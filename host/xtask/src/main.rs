//! `cargo xtask`: the one door to everything that people and CI run on this workspace.
//!
//! In comes a command and its arguments; out go built files under `target/`, and an exit code. A command first sets up
//! what it needs and the machine lacks (a WebAssembly target, the test tools), saying what it does, and takes no time
//! over it when all is there.
//!
//! It never writes outside `target/` and its cache folder ([`cache`]), with two exceptions, both said aloud:
//! `rustup target add`, and, for root on Debian, `apt-get`. It holds no product code: what is built here runs without
//! it.

#![forbid(unsafe_code)]

mod bench;
mod build;
mod cache;
mod cargo;
mod check;
mod dev;
mod error;
mod files;
mod guests;
mod js_tests;
mod lock;
mod parallel;
mod process;
mod python_tests;
mod samples;
mod step;
mod system;
mod test;
mod test_summary;
mod test_tools;
mod toolchain;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

/// What a command returns: the exit code of the process, or why it could not do its work.
type Outcome = anyhow::Result<ExitCode>;

/// A row of the command table.
struct Command {
    name: &'static str,
    /// The arguments, as the help shows them.
    arguments: &'static str,
    about: &'static str,
    run: fn(&Workspace, Vec<String>) -> Outcome,
}

/// Every command there is. A new one is a row here and a module of its own.
const COMMANDS: &[Command] = &[
    Command {
        name: "dev",
        arguments: "[ARGS of usher dev]",
        about: "Build host and tools and run `usher dev` on them: no cloud, no tenant",
        run: dev::run,
    },
    Command {
        name: "build",
        arguments: "[--release]",
        about: "Build the host and the tools",
        run: build::run,
    },
    Command {
        name: "tools",
        arguments: "",
        about: "Build the tools only, into target/tools/",
        run: build::run_tools,
    },
    Command {
        name: "test",
        arguments: "[ARGS of cargo test]",
        about: "Run every test, end to end ones with real MCP clients included",
        run: test::run,
    },
    Command {
        name: "bench",
        arguments: "[documents|languages|reload]",
        about: "Measure what a call costs, in the release profile; also into target/bench.json",
        run: bench::run,
    },
    Command {
        name: "check",
        arguments: "",
        about: "Formatting, lints, licences and banned dependencies",
        run: check::run,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        if !name.is_empty() && name != "help" && name != "--help" && name != "-h" {
            eprintln!("error: there is no command `{name}`\n");
        }
        eprint!("{}", help());
        return ExitCode::from(error::USAGE);
    };
    match (command.run)(&Workspace::locate(), arguments.collect()) {
        Ok(code) => code,
        Err(cause) => error::report(&cause),
    }
}

fn help() -> String {
    let mut text = String::from("Usage: cargo xtask COMMAND [ARGS]\n\nCommands:\n");
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {usage:<28}{}\n", command.about));
    }
    text.push_str("\nEnvironment:\n");
    for (name, about) in [
        (
            toolchain::VARIABLE,
            "installed, rustup or debian: where the WebAssembly target comes from",
        ),
        (
            cache::VARIABLE,
            "the folder for what is kept between checkouts [~/.cache/usher]",
        ),
    ] {
        text.push_str(&format!("  {name:<28}{about}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_command() {
        let help = help();
        for command in COMMANDS {
            assert!(help.contains(&format!("  {} ", command.name)), "{help}");
        }
    }

    #[test]
    fn no_two_commands_share_a_name() {
        for (index, command) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS[index + 1..].iter().all(|other| other.name != command.name));
        }
    }
}
