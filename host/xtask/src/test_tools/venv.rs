//! Python virtual environments.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::install_once;
use crate::step::Step;
use crate::workspace::Workspace;
use crate::{process, system};

/// A virtual environment `target/test-tools/NAME` with what `requirements` pins. Gives its folder of programs.
pub(super) fn set_up(workspace: &Workspace, name: &str, requirements: &str, step: &Step) -> anyhow::Result<PathBuf> {
    // An environment belongs to the interpreter that made it.
    let interpreter = interpreter(step)?;
    let pins = format!("# {interpreter}\n{requirements}");
    let folder = install_once(workspace, name, &pins, step, |folder| {
        step.doing(&format!("installing {name} with pip"));
        create(folder, step)?;
        let list = folder.join("requirements.txt");
        std::fs::write(&list, requirements).with_context(|| format!("{} can't be written", list.display()))?;
        let mut pip = Command::new(programs_in(folder).join("python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(&list);
        process::output_of(&mut pip).map(drop)
    })?;
    Ok(programs_in(&folder))
}

fn interpreter(step: &Step) -> anyhow::Result<String> {
    if !process::is_on_path("python3") {
        system::install("python3", "Python 3 (`python3`)", step)?;
    }
    process::output_of(Command::new("python3").args(["-c", "import sys; print(sys.executable, sys.version)"]))
        .map(|said| said.replace('\n', " "))
}

fn create(folder: &Path, step: &Step) -> anyhow::Result<()> {
    let create = || process::output_of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder)).map(drop);
    // Debian's Python has the module in a package of its own, and fails only when it is needed.
    create().or_else(|error| {
        system::install("python3-venv", "Python's `venv`", step).with_context(|| format!("{error:#}"))?;
        create()
    })
}

fn programs_in(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}
