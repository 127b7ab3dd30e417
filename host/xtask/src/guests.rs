//! Building components: the tools, and the guests that exist for the tests' sake.
//!
//! In come packages of the workspace; out go `NAME.wasm` files, ready for a host to load, in `target/tools/` (each with
//! its grant), `target/samples/` (likewise) and `target/test-guests/`. What is a tool is a matter of convention: a folder
//! `tools/NAME` with a package of that name and a grant `NAME.grant.toml`. Samples are in `tools/samples/NAME`; those in other
//! languages are for [`crate::samples`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::step::Step;
use crate::toolchain::{TARGET, Toolchain};
use crate::workspace::Workspace;
use crate::{cargo, files, process};

/// The compiler's settings for guests: a stack of 48 KiB instead of Rust's 1 MiB.
///
/// A fresh instance costs what its memory costs. The host keeps small memories resident, and the SDK's allocator lives in what
/// stack and static data leave of the first pages, so that a call of the usual size neither grows memory nor faults a page in:
/// 12 µs instead of 44 µs for an instance, a call and its end. With 32 KiB, JSON nested 120 deep overflowed the stack.
const STACK: &str = "-Clink-arg=-zstack-size=49152";

/// The package of the test guests, one `[[example]]` a guest, and its folder.
const TEST_GUESTS: (&str, &str) = ("usher-test-guests", "tests/guests");

/// Whether cargo shows its own progress.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// It has the terminal for itself.
    Progress,
    /// Another build shows its progress there: only warnings and errors.
    Problems,
}

/// Builds every tool into `target/tools/`, and every sample into `target/samples/`.
pub(crate) fn build_tools(
    workspace: &Workspace,
    toolchain: &Toolchain,
    output: Output,
    step: &Step,
) -> anyhow::Result<()> {
    step.run(|step| {
        let kinds = [
            (workspace.root.join("tools"), workspace.tools()),
            (workspace.root.join("tools/samples"), workspace.samples()),
        ];
        let names: Vec<String> = kinds.iter().flat_map(|(sources, _)| tools_in(sources)).collect();
        if names.is_empty() {
            bail!("there is no tool: no folder tools/NAME holds a NAME.grant.toml");
        }
        start_anew_for_another(toolchain, &workspace.wasm_target(toolchain.name))?;
        step.doing(&format!("cargo build of {}", names.join(", ")));
        for name in &names {
            // As a component only: with the `rlib` that a tool's native tests link, cargo would leave link-time
            // optimisation out, which makes it half as big again.
            build(guest_cargo(workspace, toolchain, "rustc", output).args([
                "--lib",
                "--crate-type",
                "cdylib",
                "--package",
                name,
            ]))?;
        }
        let mut changed = Vec::new();
        for (sources, place) in &kinds {
            changed.extend(deliver(sources, &built_in(workspace, toolchain), place)?);
        }
        step.done(&summary(names.len(), &changed, &workspace.tools()));
        Ok(())
    })
}

/// Copies the components of a folder of sources, with their grants, to where hosts load them. Gives the names of those that are new.
fn deliver(sources: &Path, built: &Path, place: &Path) -> anyhow::Result<Vec<String>> {
    files::make_folder(place)?;
    let mut changed = Vec::new();
    for tool in tools_in(sources) {
        let component = built.join(format!("{}.wasm", tool.replace('-', "_")));
        // The grant first: a new component may need what only the new grant gives.
        let new_grant = files::copy_if_changed(&grant_of(sources, &tool), &place.join(format!("{tool}.grant.toml")))?;
        if files::copy_if_changed(&component, &place.join(format!("{tool}.wasm")))? || new_grant {
            changed.push(tool);
        }
    }
    Ok(changed)
}

/// Builds the test guests into `target/test-guests/`, which then holds them and nothing else.
pub(crate) fn build_test_guests(
    workspace: &Workspace,
    toolchain: &Toolchain,
    output: Output,
    step: &Step,
) -> anyhow::Result<()> {
    step.run(|step| {
        let (package, folder) = TEST_GUESTS;
        let manifest = workspace.root.join(folder).join("Cargo.toml");
        let manifest =
            fs::read_to_string(&manifest).with_context(|| format!("{} can't be read", manifest.display()))?;
        let guests = examples_in(&manifest);
        start_anew_for_another(toolchain, &workspace.wasm_target(toolchain.name))?;
        step.doing(&format!("cargo build of {} guests", guests.len()));
        build(guest_cargo(workspace, toolchain, "build", output).args(["--examples", "--package", package]))?;

        let place = workspace.test_guests();
        files::make_folder(&place)?;
        let mut changed = Vec::new();
        for guest in &guests {
            let component = built_in(workspace, toolchain)
                .join("examples")
                .join(format!("{}.wasm", guest.replace('-', "_")));
            if files::copy_if_changed(&component, &place.join(format!("{guest}.wasm")))? {
                changed.push(guest.clone());
            }
        }
        for name in files::names_in(&place) {
            if !guests.iter().any(|guest| name == format!("{guest}.wasm")) {
                fs::remove_file(place.join(&name)).with_context(|| format!("the stale {name} can't be removed"))?;
            }
        }
        step.done(&summary(guests.len(), &changed, &place));
        Ok(())
    })
}

/// Whether the workspace has test guests.
pub(crate) fn has_test_guests(workspace: &Workspace) -> bool {
    workspace.root.join(TEST_GUESTS.1).join("Cargo.toml").is_file()
}

/// Empties cargo's target folder if what is in it was compiled by another toolchain of that name.
fn start_anew_for_another(toolchain: &Toolchain, target: &Path) -> anyhow::Result<()> {
    let stamp = target.join(".compiled-by");
    if fs::read_to_string(&stamp).is_ok_and(|present| present == toolchain.identity) {
        return Ok(());
    }
    files::remove_folder(target)?;
    files::make_folder(target)?;
    files::replace(&stamp, toolchain.identity.as_bytes())
}

fn guest_cargo(workspace: &Workspace, toolchain: &Toolchain, subcommand: &str, output: Output) -> Command {
    let mut cargo = cargo::command(workspace);
    cargo.args([subcommand, "--profile", "tool"]);
    toolchain.configure(&mut cargo);
    cargo
        .env("CARGO_TARGET_DIR", workspace.wasm_target(toolchain.name))
        // In the place of RUSTFLAGS, which are meant for the host: a linker for native code, say.
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(workspace))
        .env_remove("RUSTFLAGS");
    if output == Output::Problems {
        cargo.arg("--quiet");
    }
    cargo
}

/// The compiler's settings for guests, as `CARGO_ENCODED_RUSTFLAGS` wants them. This machine's paths stay out of components, so
/// that the same sources give the same SHA-256 wherever they are built.
fn rustflags(workspace: &Workspace) -> String {
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![STACK.to_owned(), remap(&workspace.root, "/usher")];
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = cargo_home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))) {
        flags.push(remap(&home, "/cargo"));
    }
    flags.join("\u{1f}")
}

fn build(cargo: &mut Command) -> anyhow::Result<()> {
    process::run(cargo).context("the components can't be built")
}

fn built_in(workspace: &Workspace, toolchain: &Toolchain) -> PathBuf {
    workspace.wasm_target(toolchain.name).join(TARGET).join("tool")
}

fn summary(count: usize, changed: &[String], place: &Path) -> String {
    match changed {
        [] => format!("{count} unchanged in {}", place.display()),
        names => format!("{count} in {}, new: {}", place.display(), names.join(", ")),
    }
}

/// The names of the tools in a folder that are packages of the workspace.
fn tools_in(folder: &Path) -> Vec<String> {
    files::names_in(folder)
        .into_iter()
        .filter(|name| grant_of(folder, name).is_file() && folder.join(name).join("Cargo.toml").is_file())
        .collect()
}

fn grant_of(tools: &Path, name: &str) -> PathBuf {
    tools.join(name).join(format!("{name}.grant.toml"))
}

/// The names of the `[[example]]` tables of a manifest.
fn examples_in(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut in_example = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_example = line == "[[example]]";
        } else if let Some((key, value)) = line.split_once('=')
            && in_example
            && key.trim() == "name"
        {
            names.push(value.trim().trim_matches('"').to_owned());
        }
    }
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_another_toolchain_compiled_is_not_built_upon() {
        let folder = tempfile::tempdir().unwrap();
        let (target, crates) = (folder.path().join("wasm"), folder.path().join("wasm/crates"));
        let start = |identity: &str| {
            let toolchain = Toolchain::for_tests(identity);
            start_anew_for_another(&toolchain, &target).unwrap();
        };
        start("one");
        fs::write(&crates, "").unwrap();
        start("one");
        assert!(crates.exists());
        start("another");
        assert!(!crates.exists());
    }

    #[test]
    fn a_tool_is_a_folder_with_a_grant_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for (tool, file) in [
            ("expenses", "expenses.grant.toml"),
            ("sdk", "Cargo.toml"),
            ("odd", "other.grant.toml"),
            ("notes-python", "notes-python.grant.toml"),
        ] {
            fs::create_dir(folder.path().join(tool)).unwrap();
            fs::write(folder.path().join(tool).join(file), "").unwrap();
        }
        fs::write(folder.path().join("expenses/Cargo.toml"), "").unwrap();
        assert_eq!(tools_in(folder.path()), ["expenses"]);
    }

    #[test]
    fn guests_are_the_examples_of_the_manifest() {
        let manifest = r#"
            [package]
            name = "usher-test-guests"
            [[example]]
            name = "loops"
            crate-type = ["cdylib"]
            [[example]]
            crate-type = ["cdylib"]
            name="returns-too-much"
            [lib]
            name = "guests"
        "#;
        assert_eq!(examples_in(manifest), ["loops", "returns-too-much"]);
    }
}
