//! Other people's programs that tests and checks run, each installed under `target/test-tools/` in exactly the version
//! that is pinned in the crate's folder `test-tools/`.
//!
//! In comes the workspace; out go paths of programs. Each is installed once: a stamp beside it holds what it was
//! installed from, and a second run that finds the same stamp does nothing. Nothing is taken from the machine but
//! `python3` and `npm` to install with.

pub(crate) mod cargo_deny;
pub(crate) mod componentize_py;
pub(crate) mod js;
pub(crate) mod node;
pub(crate) mod python;
mod venv;

use std::fs;
use std::path::{Path, PathBuf};

use crate::files;
use crate::lock::Lock;
use crate::step::Step;
use crate::workspace::Workspace;

/// Installs something into `target/test-tools/NAME` unless that was done before with the same `pins`.
///
/// `install` gets an empty folder. The stamp is written last: an interrupted installation starts anew.
fn install_once(
    workspace: &Workspace,
    name: &str,
    pins: &str,
    step: &Step,
    install: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let folder = workspace.test_tools().join(name);
    let stamp = folder.join(".installed-from");
    let _lock = Lock::of_folder(&workspace.test_tools(), step)?;
    if fs::read_to_string(&stamp).is_ok_and(|present| present == pins) {
        return Ok(folder);
    }
    files::remove_folder(&folder)?;
    files::make_folder(&folder)?;
    install(&folder)?;
    files::replace(&stamp, pins.as_bytes())?;
    Ok(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_installed_again_only_when_its_pins_change() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace {
            root: root.path().into(),
            target: root.path().join("target"),
        };
        let step = Step::new(1, 1, "Test");
        let mut installations = 0;
        for pins in ["a==1", "a==1", "a==2"] {
            install_once(&workspace, "a", pins, &step, |folder| {
                installations += 1;
                assert!(files::names_in(folder).is_empty());
                fs::write(folder.join("program"), "").map_err(Into::into)
            })
            .unwrap();
        }
        assert_eq!(installations, 2);
    }

    #[test]
    fn a_failed_installation_is_tried_again() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace {
            root: root.path().into(),
            target: root.path().join("target"),
        };
        let step = Step::new(1, 1, "Test");
        assert!(install_once(&workspace, "a", "a==1", &step, |_| anyhow::bail!("no")).is_err());
        let mut again = false;
        install_once(&workspace, "a", "a==1", &step, |_| {
            again = true;
            Ok(())
        })
        .unwrap();
        assert!(again);
    }
}
