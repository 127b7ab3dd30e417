//! `cargo xtask test`: every test there is, with all that the end to end ones need.
//!
//! The tests find what was built for them by environment variables: `USHER_BIN` (the host), `USHER_TOOLS_DIR`,
//! `USHER_TEST_SAMPLES_DIR` and `USHER_TEST_GUESTS_DIR` (components), `USHER_TEST_PYTHON` (an interpreter that has `mcp` and `msal`),
//! `USHER_TEST_COMPONENTIZE_PY` (what builds components in Python), `USHER_TEST_NODE_MODULES` (packages that build them in JavaScript),
//! `USHER_TEST_RUSTC` (a compiler that builds components in Rust, unless the active one does),
//! `USHER_TEST_NODE` (Node.js) and `USHER_TEST_INSPECTOR` (MCP Inspector's script for it). In `USHER_TEST_TRANSCRIPTS` they keep what
//! was said and what was issued, in which the test `secrecy` looks for secrets when all others are done.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

use crate::guests::Output;
use crate::samples::Builders;
use crate::step::Step;
use crate::test_summary::Summary;
use crate::test_tools::python;
use crate::workspace::{Profile, Workspace};
use crate::{Outcome, cargo, files, guests, js_tests, parallel, process, python_tests, samples, toolchain};

/// How many steps there are; the last is the tests themselves.
const STEPS: usize = 11;

/// Sets up what is missing, builds all, runs `cargo test` with the arguments given, and ends with `N passed, M failed`.
pub(crate) fn run(workspace: &Workspace, arguments: Vec<String>) -> Outcome {
    let step = |number, name| Step::new(number, STEPS, name);
    let selection = Selection::of(&arguments);
    let ((toolchain, python, builders), ()) = parallel::both(
        || {
            let toolchain = toolchain::set_up(&step(1, "WebAssembly target"))?;
            guests::build_tools(workspace, &toolchain, Output::Problems, &step(3, "Tools"))?;
            if guests::has_test_guests(workspace) {
                guests::build_test_guests(workspace, &toolchain, Output::Problems, &step(4, "Test guests"))?;
            }
            let python = python::set_up(workspace, &step(5, "Python client"))?;
            let builders = Builders::set_up(workspace, 6, STEPS)?;
            Ok((toolchain, python, builders))
        },
        || build_tests(workspace, &selection, &step(2, "Host and tests")),
    )?;
    samples::build_all(workspace, Profile::Dev, &builders, 9, STEPS)?;

    let step = step(STEPS, "Tests");
    let transcripts = workspace.test_transcripts();
    files::remove_folder(&transcripts)?;
    let cargo_test = || {
        let mut tests = cargo::command(workspace);
        tests
            .arg("test")
            .env("USHER_BIN", workspace.usher(Profile::Dev))
            .env("USHER_TOOLS_DIR", workspace.tools())
            .env("USHER_TEST_SAMPLES_DIR", workspace.samples())
            .env("USHER_TEST_GUESTS_DIR", workspace.test_guests())
            .env("USHER_TEST_TRANSCRIPTS", &transcripts)
            .env("USHER_TEST_PYTHON", &python)
            .env("USHER_TEST_COMPONENTIZE_PY", &builders.componentize_py)
            .env("USHER_TEST_NODE", &builders.inspector.node)
            .env("USHER_TEST_NODE_MODULES", &builders.js.modules)
            .env("USHER_TEST_INSPECTOR", &builders.inspector.script);
        if let Some(rustc) = toolchain.rustc() {
            tests.env("USHER_TEST_RUSTC", rustc);
        }
        tests
    };
    let mut tests = cargo_test();
    tests.arg("--no-fail-fast").args(selection.scope()).args(&arguments);
    step.doing(&process::line_of(&tests));
    let (mut succeeded, mut summary) = run_and_add_up(&mut tests)?;
    if arguments.is_empty() {
        let of_python = python_tests::run(workspace, &python, &step)?;
        let of_js = js_tests::run(&builders.js, &builders.inspector.node, &step)?;
        succeeded &= of_python.failed + of_js.failed == 0;
        summary += of_python;
        summary += of_js;
    }
    // A run of everything that has left nothing to look at is a failure, which only the test itself can tell.
    if arguments.is_empty() || transcripts.join("issued").is_file() {
        let mut secrecy = cargo_test();
        secrecy
            .args(selection.scope_of_end_to_end())
            .args(["--test", "secrecy"]);
        step.doing(&process::line_of(&secrecy));
        let (kept, of_secrecy) = run_and_add_up(&mut secrecy)?;
        succeeded &= kept;
        summary += of_secrecy;
    }
    let passed = succeeded && summary.failed == 0 && !summary.is_empty();
    step.done(match (passed, summary.failed, summary.is_empty()) {
        (true, ..) => "passed",
        (false, 1.., _) => "failed",
        (false, 0, true) if succeeded => "no test ran, which is not a success",
        (false, 0, _) => "a test program did not build, or ended before it could report: see above",
    });
    println!("{summary}");
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Which packages a person asked for.
enum Selection {
    Workspace,
    /// They named packages themselves.
    Given,
}

impl Selection {
    fn of(arguments: &[String]) -> Self {
        let given = arguments
            .iter()
            .take_while(|argument| *argument != "--")
            .any(|argument| {
                argument.starts_with("-p") || argument == "--package" || argument.starts_with("--package=")
            });
        if given { Self::Given } else { Self::Workspace }
    }

    fn scope(&self) -> &'static [&'static str] {
        match self {
            Self::Workspace => &["--workspace"],
            Self::Given => &[],
        }
    }

    /// The same for a run of the end to end tests alone: of the whole workspace where all was built with its features.
    fn scope_of_end_to_end(&self) -> &'static [&'static str] {
        match self {
            Self::Workspace => &["--workspace"],
            Self::Given => &["--package", "usher-tests"],
        }
    }
}

/// Builds the host and, if all are to run, the tests: in one call, so that every crate is compiled once, with the
/// features that it has among all of them.
fn build_tests(workspace: &Workspace, selection: &Selection, step: &Step) -> anyhow::Result<()> {
    match selection {
        Selection::Given => cargo::build_host(workspace, Profile::Dev, step),
        Selection::Workspace => step.run(|step| {
            step.doing("cargo build");
            process::run(cargo::command(workspace).args(["build", "--workspace", "--bins", "--tests"]))?;
            step.done("built");
            Ok(())
        }),
    }
}

/// Runs the tests, shows what they say as they say it, and adds it up. Also gives whether cargo was content.
fn run_and_add_up(tests: &mut Command) -> anyhow::Result<(bool, Summary)> {
    let mut child = tests
        .stdout(Stdio::piped())
        .spawn()
        .context("`cargo test` can't be started")?;
    let Some(output) = child.stdout.take() else {
        bail!("`cargo test` has no output")
    };
    let mut output = BufReader::new(output);
    let mut summary = Summary::default();
    let mut line = Vec::new();
    // By bytes: what a test prints need not be UTF-8.
    while output
        .read_until(b'\n', &mut line)
        .context("what `cargo test` says can't be read")?
        > 0
    {
        summary.add_line(&String::from_utf8_lossy(&line));
        std::io::stdout()
            .write_all(&line)
            .context("what `cargo test` says can't be shown")?;
        line.clear();
    }
    let status = child.wait().context("the end of `cargo test` can't be awaited")?;
    Ok((status.success(), summary))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks_for_all(arguments: &[&str]) -> bool {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        matches!(Selection::of(&arguments), Selection::Workspace)
    }

    #[test]
    fn all_packages_are_tested_unless_some_are_named() {
        assert!(asks_for_all(&[]));
        assert!(asks_for_all(&["isolation", "--", "-p"]));
        assert!(!asks_for_all(&["-p", "usher-entra"]));
        assert!(!asks_for_all(&["--package=usher-entra"]));
    }
}
