//! What builds components in JavaScript and TypeScript: esbuild, TypeScript and componentize-qjs, from npm, and with them the SDK of
//! this checkout.
//!
//! Node.js looks for packages in the folders above a module. So what is to be built or tested is copied to where they are:
//!
//! ```text
//! target/test-tools/js/node_modules/esbuild …    from npm
//! target/test-tools/js/node_modules/usher-sdk    tools/sdk-js with the contract
//! target/test-tools/js/followups-js              tools/samples/followups-js
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::install_once;
use crate::step::Step;
use crate::workspace::Workspace;
use crate::{files, process, system};

const PACKAGE: &str = include_str!("../../test-tools/js/package.json");
const LOCK: &str = include_str!("../../test-tools/js/package-lock.json");

/// What builders leave behind; never copied, and left alone where it lies in a copy.
const BUILT: [&str; 3] = ["dist", "target", "node_modules"];

/// Packages, with copies of what needs them.
pub(crate) struct Packages {
    /// The folder of packages, `node_modules`.
    pub(crate) modules: PathBuf,
    /// The SDK there.
    pub(crate) sdk: PathBuf,
    /// The sample.
    pub(crate) sample: PathBuf,
}

/// Gives them.
pub(crate) fn set_up(workspace: &Workspace, step: &Step) -> anyhow::Result<Packages> {
    step.run(|step| {
        let pins = format!("{PACKAGE}{LOCK}");
        let folder = install_once(workspace, "js", &pins, step, |folder| {
            if !process::is_on_path("npm") {
                system::install("npm", "npm (a part of Node.js)", step)?;
            }
            step.doing("installing esbuild, TypeScript and componentize-qjs with npm");
            fs::write(folder.join("package.json"), PACKAGE).context("package.json can't be written")?;
            fs::write(folder.join("package-lock.json"), LOCK).context("package-lock.json can't be written")?;
            // No script of any package runs here: none of these needs one. Not `npm ci`, which refuses a lock file without the packages for
            // systems that componentize-qjs names and has none for.
            let mut npm = Command::new("npm");
            npm.args([
                "install",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .current_dir(folder);
            process::output_of(&mut npm).map(drop)
        })?;
        let modules = folder.join("node_modules");
        let packages = Packages {
            sdk: modules.join("usher-sdk"),
            sample: folder.join("followups-js"),
            modules,
        };
        mirror(&workspace.root.join("tools/sdk-js"), &packages.sdk, &["wit"])?;
        mirror(&workspace.root.join("wit"), &packages.sdk.join("wit"), &[])?;
        mirror(
            &workspace.root.join("tools/samples/followups-js"),
            &packages.sample,
            &[],
        )?;
        step.done("esbuild, TypeScript and componentize-qjs");
        Ok(packages)
    })
}

/// Makes one folder like another, but for what builders leave and the names in `apart`. What is the same isn't written again.
fn mirror(from: &Path, to: &Path, apart: &[&str]) -> anyhow::Result<()> {
    files::make_folder(to)?;
    let names = files::names_in(from);
    for stale in files::names_in(to) {
        let kept = names.contains(&stale) || BUILT.contains(&stale.as_str()) || apart.contains(&stale.as_str());
        let path = to.join(&stale);
        if kept {
            continue;
        }
        if path.is_dir() {
            files::remove_folder(&path)?;
        } else {
            fs::remove_file(&path).with_context(|| format!("the stale {} can't be removed", path.display()))?;
        }
    }
    for name in names.iter().filter(|name| !BUILT.contains(&name.as_str())) {
        let (source, copy) = (from.join(name), to.join(name));
        if source.is_dir() {
            mirror(&source, &copy, &[])?;
        } else {
            files::copy_if_changed(&source, &copy)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_follows_its_original_and_keeps_what_was_built_in_it() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        let write = |path: PathBuf| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        write(from.join("src/a.ts"));
        write(from.join("src/b.ts"));
        write(from.join("node_modules/c.js"));
        mirror(&from, &to, &["wit"]).unwrap();
        write(to.join("target/built"));
        write(to.join("wit/tool.wit"));
        fs::remove_file(from.join("src/b.ts")).unwrap();
        mirror(&from, &to, &["wit"]).unwrap();
        assert_eq!(files::names_in(&to), ["src", "target", "wit"]);
        assert_eq!(files::names_in(&to.join("src")), ["a.ts"]);
    }

    #[test]
    fn what_is_tested_with_is_what_new_projects_and_samples_have() {
        let (_, ours) = PACKAGE.split_once("\"dependencies\": {").unwrap();
        let pins: Vec<&str> = ours.lines().map(|line| line.trim().trim_end_matches(',')).collect();
        let root = Workspace::locate().root;
        for project in ["host/author/src/js/template", "tools/samples/followups-js"] {
            let text = fs::read_to_string(root.join(project).join("package.json")).unwrap();
            for pin in pins.iter().filter(|pin| pin.starts_with('"')) {
                assert!(text.contains(pin), "{project} hasn't {pin}");
            }
        }
    }
}
