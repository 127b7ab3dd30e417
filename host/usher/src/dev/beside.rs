//! The components of a folder beside those that are built from source: a link each, in the one folder that the registry watches.
//!
//! The registry follows links, so that a change, or the end, of what one leads to is seen at once. What comes new into the folder is
//! looked for once a second: this is for development.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between two looks for what is new.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// What belongs to a component: its grant and its signature first, since a component goes live as it is found.
const PARTS: [&str; 3] = [".grant.toml", ".wasm.minisig", ".wasm"];

/// A folder of components.
pub(crate) struct Beside {
    tools: PathBuf,
    /// Components that are built from source, in whose place none of the folder's comes.
    built: BTreeSet<String>,
}

impl Beside {
    /// All of a folder but what is built from source.
    ///
    /// # Errors
    /// There is no such folder.
    pub(crate) fn of(tools: &Path, built: BTreeSet<String>) -> io::Result<Self> {
        Ok(Self {
            tools: tools.canonicalize()?,
            built,
        })
    }

    /// Links what has no link yet, and removes the links that lead nowhere any more.
    ///
    /// # Errors
    /// A folder can't be read or written.
    pub(crate) fn link_into(&self, folder: &Path) -> io::Result<()> {
        for part in PARTS {
            for entry in fs::read_dir(&self.tools)? {
                let name = entry?.file_name();
                let Some(component) = name.to_str().and_then(|name| name.strip_suffix(part)) else {
                    continue;
                };
                let link = folder.join(&name);
                if !component.starts_with('.') && !self.built.contains(component) && link.symlink_metadata().is_err() {
                    symlink(self.tools.join(&name), link)?;
                }
            }
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_symlink() && !path.exists() {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_built_from_source_wins_and_the_rest_comes_and_goes_with_its_files() {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |name: &str| fs::write(tools.path().join(name), "theirs").unwrap();
        for name in [
            "mail.wasm",
            "mail.grant.toml",
            "notes.wasm",
            "notes.grant.toml",
            ".hidden.wasm",
            "README.md",
        ] {
            write(name);
        }
        fs::write(folder.path().join("notes.wasm"), "ours").unwrap();
        let beside = Beside::of(tools.path(), BTreeSet::from(["notes".to_owned()])).unwrap();
        beside.link_into(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["mail.grant.toml", "mail.wasm", "notes.wasm"]);
        assert_eq!(fs::read_to_string(folder.path().join("notes.wasm")).unwrap(), "ours");
        write("ledger.wasm");
        fs::remove_file(tools.path().join("mail.wasm")).unwrap();
        beside.link_into(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["ledger.wasm", "mail.grant.toml", "notes.wasm"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Beside::of(Path::new("/nowhere/tools"), BTreeSet::new()).is_err());
    }
}
