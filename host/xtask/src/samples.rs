//! The samples in other languages than Rust: built as their authors would, by `usher build`.
//!
//! In comes a project below `tools/samples/`; out goes its component with its grant in `target/samples/`. Only tests and measurements
//! need them: whoever develops with `cargo xtask dev` needs neither Python nor Node.js.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::Context as _;

use crate::step::Step;
use crate::test_tools::node::{self, Inspector};
use crate::test_tools::{componentize_py, js};
use crate::workspace::{Profile, Workspace};
use crate::{files, process};

/// What builds them.
pub(crate) struct Builders {
    /// It comes with the Node.js that they run on.
    pub(crate) inspector: Inspector,
    pub(crate) componentize_py: PathBuf,
    pub(crate) js: js::Packages,
}

impl Builders {
    /// Sets them up, as step `first` and the next two of `steps` steps.
    pub(crate) fn set_up(workspace: &Workspace, first: usize, steps: usize) -> anyhow::Result<Self> {
        Ok(Self {
            inspector: node::set_up(workspace, &Step::new(first, steps, "MCP Inspector"))?,
            componentize_py: componentize_py::set_up(workspace, &Step::new(first + 1, steps, "componentize-py"))?,
            js: js::set_up(workspace, &Step::new(first + 2, steps, "JavaScript builders"))?,
        })
    }
}

/// Builds the samples that are new or changed, as step `first` and the next of `steps` steps. The host of this profile, which does it,
/// is built already.
pub(crate) fn build_all(
    workspace: &Workspace,
    profile: Profile,
    builders: &Builders,
    first: usize,
    steps: usize,
) -> anyhow::Result<()> {
    build(
        workspace,
        profile,
        &workspace.root.join("tools/samples/followups-python"),
        &["tools/sdk-python", "wit", "host/author/src/python"],
        ("USHER_COMPONENTIZE_PY", &builders.componentize_py),
        &Step::new(first, steps, "Sample in Python"),
    )?;
    build(
        workspace,
        profile,
        &builders.js.sample,
        &["tools/sdk-js", "wit", "host/author/src/js"],
        ("USHER_NODE", &builders.inspector.node),
        &Step::new(first + 1, steps, "Sample in TypeScript"),
    )
}

/// Builds the sample in a folder, whose component has the folder's name, unless it is newer than all that it is made of.
///
/// `made_of` are folders of the checkout besides the sample's own; `builder` is the variable that tells the build of its program.
fn build(
    workspace: &Workspace,
    profile: Profile,
    folder: &Path,
    made_of: &[&str],
    builder: (&str, &Path),
    step: &Step,
) -> anyhow::Result<()> {
    let sample = folder
        .file_name()
        .context("a sample's folder has a name")?
        .to_string_lossy();
    let place = workspace.samples();
    let (component, grant) = (format!("{sample}.wasm"), format!("{sample}.grant.toml"));
    files::make_folder(&place)?;
    files::copy_if_changed(&folder.join(&grant), &place.join(&grant))?;
    let sources = made_of.iter().map(|folder| workspace.root.join(folder));
    let newest = sources
        .chain([folder.to_owned()])
        .filter_map(|folder| newest_in(&folder))
        .max();
    let present = written(&place.join(&component));
    // Most toolchains make other bytes each time, which every host would then compile anew.
    if present.is_some_and(|built| newest.is_some_and(|newest| built > newest)) {
        step.done(&format!("{sample} unchanged in {}", place.display()));
        return Ok(());
    }
    let mut build = Command::new(workspace.usher(profile));
    build.arg("build").arg(folder).env(builder.0, builder.1);
    step.doing(&process::line_of(&build));
    process::output_of(&mut build)?;
    files::copy_if_changed(&folder.join("dist").join(&component), &place.join(&component))?;
    step.done(&format!("{sample} in {}", place.display()));
    Ok(())
}

/// When the newest source below a folder was written. What builds leave there doesn't count.
fn newest_in(folder: &Path) -> Option<SystemTime> {
    const BUILT: [&str; 4] = ["dist", "target", "node_modules", "__pycache__"];
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !BUILT.contains(&name.as_ref())
        })
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                newest_in(&path)
            } else {
                written(&path)
            }
        })
        .max()
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_leaves_makes_no_source_newer() {
        let folder = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        let source = file("src/tool.py");
        for built in ["dist/tool.wasm", "src/__pycache__/tool.pyc", ".venv/bin/python"] {
            let later = fs::File::open(file(built)).unwrap();
            later
                .set_modified(written(&source).unwrap() + std::time::Duration::from_secs(60))
                .unwrap();
        }
        assert_eq!(newest_in(folder.path()), written(&source));
        assert_eq!(newest_in(&folder.path().join("nowhere")), None);
    }
}
