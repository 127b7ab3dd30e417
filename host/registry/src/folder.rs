//! What lies in the folder: one look, without reading a file.
//!
//! A component is `NAME.wasm` with what belongs to it beside it: `NAME.grant.toml`, `NAME.wasm.minisig`. Of each file the look takes
//! what changes when the file does: device, inode, size and the times of the last change of its contents and of its state. Links
//! are followed, so a link that points elsewhere is another file: that is how Kubernetes replaces the files of a ConfigMap, all at
//! once. Hidden files are nobody's components; tools that copy write there first.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use usher_runtime::{component_name, grant_file};

/// The ending of components.
const COMPONENT: &str = "wasm";

/// What one look saw.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// The components, by their names.
    pub(crate) components: BTreeMap<String, Fingerprint>,
    /// The folders in which a change may change what is seen: this one, the one above, and those that links lead to.
    pub(crate) folders: Folders,
    /// Of some of those only one entry matters: that on the way to the folder.
    pub(crate) way: BTreeMap<PathBuf, OsString>,
}

/// Folders, and when each was made: another one in its place is younger, even if it got the inode.
pub(crate) type Folders = BTreeMap<PathBuf, Option<SystemTime>>;

/// What tells whether a component or anything that belongs to it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    component: Trace,
    grant: Option<Trace>,
    signature: Option<Trace>,
}

/// What tells whether a file was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trace {
    /// It can be looked at.
    Seen {
        /// Device and inode.
        file: (u64, u64),
        size: u64,
        /// Last change of its contents, in seconds and nanoseconds.
        modified: (i64, i64),
        /// Last change of its state: permissions too.
        changed: (i64, i64),
    },
    /// It can't.
    Closed(io::ErrorKind),
}

/// Looks at a folder. A folder that isn't there has nothing in it.
///
/// # Errors
/// It can't be read, which says nothing about what is in it.
pub(crate) fn look(folder: &Path) -> io::Result<Sight> {
    let mut sight = Sight::default();
    if let Some((above, entry)) = way(folder) {
        sight.add(Some(above.clone()));
        sight.way.insert(above, entry);
    }
    let files = match components(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(sight),
        Err(error) => return Err(error),
    };
    sight.add(folder.canonicalize().ok());
    for path in files {
        let Some(fingerprint) = fingerprint(&path) else {
            continue;
        };
        for file in [&path, &grant_file(&path)] {
            let resolved = file.canonicalize().ok();
            sight.add(resolved.as_deref().and_then(Path::parent).map(Path::to_owned));
        }
        sight.components.insert(component_name(&path), fingerprint);
    }
    Ok(sight)
}

impl Sight {
    /// Adds a folder of which every entry matters.
    pub(crate) fn add(&mut self, folder: Option<PathBuf>) {
        let Some(folder) = folder else { return };
        self.way.remove(&folder);
        self.folders.entry(folder).or_insert_with_key(|folder| {
            let metadata = fs::metadata(folder);
            metadata.and_then(|metadata| metadata.created()).ok()
        });
    }
}

/// The files of a folder that are components, in the order of their names.
///
/// # Errors
/// The folder can't be read.
pub fn components(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_component(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Looks at one component. None: its file isn't there.
pub(crate) fn fingerprint(component: &Path) -> Option<Fingerprint> {
    Some(Fingerprint {
        component: trace(component)?,
        grant: trace(&grant_file(component)),
        signature: trace(&signature_file(component)),
    })
}

/// Looks at one file. None: it isn't there.
pub(crate) fn trace(file: &Path) -> Option<Trace> {
    match fs::metadata(file) {
        Ok(metadata) => Some(Trace::Seen {
            file: (metadata.dev(), metadata.ino()),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Trace::Closed(error.kind())),
    }
}

/// The file of a component in a folder.
pub(crate) fn component_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.{COMPONENT}"))
}

/// The file of the detached signature beside a component's.
pub(crate) fn signature_file(component: &Path) -> PathBuf {
    component.with_extension(format!("{COMPONENT}.minisig"))
}

fn is_component(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension == COMPONENT)
}

/// The nearest folder above this one that is there, and its entry on the way to this one.
fn way(folder: &Path) -> Option<(PathBuf, OsString)> {
    folder.ancestors().find_map(|step| {
        let above = step.parent()?.canonicalize().ok()?;
        Some((above, step.file_name()?.to_owned()))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    struct Trial(tempfile::TempDir);

    impl Trial {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).unwrap();
        }

        fn component(&self, name: &str) -> Option<Fingerprint> {
            look(self.0.path()).unwrap().components.remove(name)
        }
    }

    #[test]
    fn a_component_is_a_file_with_that_ending_that_is_not_hidden() {
        let trial = Trial::new();
        for name in ["a.wasm", "b.grant.toml", ".c.wasm", "d.wasm.part", "e.txt"] {
            trial.write(name, "");
        }
        let seen = look(trial.0.path()).unwrap().components;
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn any_change_of_a_component_its_grant_or_its_signature_is_seen() {
        let trial = Trial::new();
        trial.write("a.wasm", "1");
        let mut before = trial.component("a").unwrap();
        let mut changed = |what: &str| {
            let after = trial.component("a").unwrap();
            assert_ne!(before, after, "{what}");
            assert_eq!(trial.component("a").unwrap(), after, "it stays as it is");
            before = after;
        };
        trial.write("a.grant.toml", "1");
        changed("a grant comes");
        trial.write("a.wasm.minisig", "1");
        changed("a signature comes");
        trial.write("a.wasm", "22");
        changed("another size");
        trial.write("new", "33");
        fs::rename(trial.path("new"), trial.path("a.wasm")).unwrap();
        changed("replaced by renaming");
        fs::set_permissions(trial.path("a.grant.toml"), fs::Permissions::from_mode(0o600)).unwrap();
        changed("other permissions");
        fs::remove_file(trial.path("a.grant.toml")).unwrap();
        changed("the grant goes");
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_another_file_and_its_folder_matters() {
        let trial = Trial::new();
        for version in ["one", "two"] {
            fs::create_dir(trial.path(version)).unwrap();
            trial.write(&format!("{version}/a.wasm"), "1");
        }
        fs::create_dir(trial.path("tools")).unwrap();
        let tools = trial.path("tools");
        symlink(trial.path("one"), tools.join("..data")).unwrap();
        symlink("..data/a.wasm", tools.join("a.wasm")).unwrap();
        let one = look(&tools).unwrap();
        assert!(one.folders.contains_key(&trial.path("one").canonicalize().unwrap()));
        symlink(trial.path("two"), tools.join("..next")).unwrap();
        fs::rename(tools.join("..next"), tools.join("..data")).unwrap();
        let two = look(&tools).unwrap();
        assert_ne!(one.components["a"], two.components["a"]);
        assert!(two.folders.contains_key(&trial.path("two").canonicalize().unwrap()));
    }

    #[test]
    fn a_folder_that_is_gone_is_empty_and_the_nearest_one_above_matters() {
        let trial = Trial::new();
        let sight = look(&trial.path("no/such/folder")).unwrap();
        assert!(sight.components.is_empty());
        assert_eq!(
            sight.folders.keys().collect::<Vec<_>>(),
            [&trial.0.path().canonicalize().unwrap()]
        );
        trial.write("file", "");
        assert!(look(&trial.path("file")).is_err(), "what can't be read says nothing");
    }
}
