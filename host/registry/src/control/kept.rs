//! The revisions that were served, kept so that they can be served again: after a rollback, and after a restart while
//! something newer waits.
//!
//! ```text
//! control/revisions/NAME/
//!   served.json            what served, the oldest first
//!   <sha-256>.wasm         a component
//!   <sha-256>.minisig      its signature, if it had one
//!   <sha-256>.grant.toml   a grant
//! ```
//!
//! A file's name says what must be in it, and it is held against that whenever it is read. Files come before the line in
//! `served.json` that speaks of them and go after it, each whole or not at all, so a crash or a full disk leaves at most
//! files that nothing speaks of. Those go at the next time.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use usher_runtime::{LoadError, Source};

use super::files;
use super::pins::Pair;
use super::records::{self, RecordError};

const SERVED: &str = "served.json";
/// The longest name of a folder, in bytes: file systems take 255.
const FOLDER_NAME: usize = 200;

/// A revision that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptEntry {
    /// The SHA-256 of the component.
    pub wasm: String,
    /// The SHA-256 of the grant that it served under last.
    pub grant: String,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// Since when it served, or the last time that it began to, in seconds since 1970.
    pub since: u64,
}

impl KeptEntry {
    /// The component and its grant.
    #[must_use]
    pub fn pair(&self) -> Pair {
        Pair {
            wasm: self.wasm.clone(),
            grant: self.grant.clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServedFile {
    version: u32,
    component: String,
    served: Vec<KeptEntry>,
}

/// The folder of revisions that are kept.
pub struct Kept {
    folder: PathBuf,
    /// One writer at a time.
    writer: Mutex<()>,
}

impl Kept {
    /// That of the folder `control` of a data folder. It need not be there.
    #[must_use]
    pub fn in_control(control: &Path) -> Self {
        Self {
            folder: control.join("revisions"),
            writer: Mutex::new(()),
        }
    }

    /// What is kept of a component, the one that served last at the end.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn entries(&self, component: &str) -> Result<Vec<KeptEntry>, RecordError> {
        let file: Option<ServedFile> = records::read(&self.of(component).join(SERVED))?;
        Ok(file.map(|file| file.served).unwrap_or_default())
    }

    /// A kept revision, and its signature if it has one.
    ///
    /// # Errors
    /// [`LoadError::Kept`]: something isn't there or isn't what it was.
    pub fn source(&self, component: &str, pair: &Pair) -> Result<(Source, Option<Vec<u8>>), LoadError> {
        let folder = self.of(component);
        let unusable = |detail| LoadError::Kept {
            digest: pair.wasm.clone(),
            detail,
        };
        let wasm = read_verified(&folder, &pair.wasm, "wasm").map_err(unusable)?;
        let grant = read_verified(&folder, &pair.grant, "grant.toml").map_err(unusable)?;
        let grant = String::from_utf8(grant).map_err(|error| unusable(format!("its grant isn't text: {error}")))?;
        let signature = match std::fs::read(file(&folder, &pair.wasm, "minisig")) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(format!("its signature can't be read: {error}"))),
        };
        let source = Source {
            name: component.to_owned(),
            wasm: wasm.into(),
            grant: Some(grant.into()),
        };
        Ok((source, signature))
    }

    /// The tools of a kept component.
    pub(super) fn tools(&self, component: &str, wasm: &str) -> Vec<String> {
        let entries = self.entries(component).unwrap_or_default();
        let entry = entries.into_iter().find(|entry| entry.wasm == wasm);
        entry.map(|entry| entry.tools).unwrap_or_default()
    }

    /// Writes the files of a revision, those that aren't there as they should be.
    pub(super) fn keep(&self, source: &Source, signature: Option<&[u8]>) -> io::Result<()> {
        let Some(grant) = &source.grant else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a component without a grant isn't kept",
            ));
        };
        let _writer = self.writer.lock();
        let folder = self.of(&source.name);
        files::make_folder(&folder)?;
        let wasm = source.digest();
        keep_file(&folder, &wasm, "wasm", &source.wasm)?;
        keep_file(&folder, &digest(grant.as_bytes()), "grant.toml", grant.as_bytes())?;
        match signature {
            Some(bytes) => files::write(&file(&folder, &wasm, "minisig"), bytes),
            None => Ok(()),
        }
    }

    /// Puts a revision at the end of what served, and forgets the oldest ones beyond `keep`. Those that are rolled back to stay.
    pub(super) fn went_live(
        &self,
        component: &str,
        pair: Pair,
        tools: Vec<String>,
        keep: usize,
        pinned: &[Pair],
    ) -> io::Result<()> {
        let _writer = self.writer.lock();
        let folder = self.of(component);
        for (digest, kind) in [(&pair.wasm, "wasm"), (&pair.grant, "grant.toml")] {
            if !file(&folder, digest, kind).is_file() {
                return Err(io::Error::new(
                    io::ErrorKind::NotFound,
                    "the revision couldn't be kept, so it can't be rolled back to, nor be served after a restart if something newer waits then",
                ));
            }
        }
        // A list that doesn't read is begun anew; what it is for is lost already.
        let mut entries = self.entries(component).unwrap_or_else(|error| {
            tracing::error!(component, "what was kept is forgotten: {error}");
            Vec::new()
        });
        if entries.last().is_none_or(|last| last.pair() != pair) {
            entries.retain(|entry| entry.wasm != pair.wasm);
            entries.push(KeptEntry {
                wasm: pair.wasm,
                grant: pair.grant,
                tools,
                since: records::now(),
            });
        }
        let is_pinned = |entry: &KeptEntry| pinned.iter().any(|pin| pin.wasm == entry.wasm);
        while entries.len() > keep.max(1) {
            let beyond = entries.len() - 1;
            let Some(oldest) = entries[..beyond].iter().position(|entry| !is_pinned(entry)) else {
                break;
            };
            entries.remove(oldest);
        }
        let list = ServedFile {
            version: 1,
            component: component.to_owned(),
            served: entries,
        };
        records::write(&folder.join(SERVED), &list).map_err(io::Error::other)?;
        forget_others(&folder, &list.served, pinned)
    }

    /// The folder of a component. Its name may be anything that a file's name may be; a folder's is plain.
    fn of(&self, component: &str) -> PathBuf {
        let mut name = String::new();
        for (at, byte) in component.bytes().enumerate() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(byte.into()),
                b'.' if at > 0 => name.push('.'),
                other => name.push_str(&format!("%{other:02x}")),
            }
        }
        if name.is_empty() || name.len() > FOLDER_NAME {
            // Not to be mistaken for a name: those have no equals sign.
            name = format!("sha256={}", digest(component.as_bytes()));
        }
        self.folder.join(name)
    }
}

/// Removes what nothing speaks of.
fn forget_others(folder: &Path, entries: &[KeptEntry], pinned: &[Pair]) -> io::Result<()> {
    let mut wanted = BTreeSet::from([SERVED.to_owned()]);
    let pairs = entries.iter().map(KeptEntry::pair).chain(pinned.iter().cloned());
    for pair in pairs {
        wanted.insert(format!("{}.wasm", pair.wasm));
        wanted.insert(format!("{}.minisig", pair.wasm));
        wanted.insert(format!("{}.grant.toml", pair.grant));
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !wanted.contains(&*entry.file_name().to_string_lossy()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn file(folder: &Path, digest: &str, kind: &str) -> PathBuf {
    folder.join(format!("{digest}.{kind}"))
}

/// Writes a file, unless it is there as it should be.
fn keep_file(folder: &Path, of: &str, kind: &str, bytes: &[u8]) -> io::Result<()> {
    let file = file(folder, of, kind);
    match std::fs::read(&file) {
        Ok(there) if there == bytes => Ok(()),
        _ => files::write(&file, bytes),
    }
}

fn read_verified(folder: &Path, of: &str, kind: &str) -> Result<Vec<u8>, String> {
    let bytes = std::fs::read(file(folder, of, kind)).map_err(|error| format!("its {kind} can't be read: {error}"))?;
    if digest(&bytes) == of {
        Ok(bytes)
    } else {
        Err(format!("its {kind} was changed since it was kept"))
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn source(component: &str, wasm: &str, grant: &str) -> Source {
        Source {
            name: component.to_owned(),
            wasm: wasm.as_bytes().into(),
            grant: Some(grant.into()),
        }
    }

    fn pair(source: &Source) -> Pair {
        Pair {
            wasm: source.digest(),
            grant: source.grant_digest().unwrap(),
        }
    }

    fn serve(kept: &Kept, source: &Source, keep: usize, pinned: &[Pair]) {
        kept.keep(source, None).unwrap();
        let tools = vec!["add".to_owned()];
        kept.went_live(&source.name, pair(source), tools, keep, pinned).unwrap();
    }

    fn digests(kept: &Kept) -> Vec<String> {
        let entries = kept.entries("a").unwrap();
        entries.into_iter().map(|entry| entry.wasm).collect()
    }

    #[test]
    fn what_served_is_read_again_with_its_grant_and_its_signature() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let one = source("a", "one", "grant");
        kept.keep(&one, Some(b"signature")).unwrap();
        kept.went_live("a", pair(&one), Vec::new(), 5, &[]).unwrap();
        let (read, signature) = kept.source("a", &pair(&one)).unwrap();
        assert_eq!((read.wasm, read.grant), (one.wasm.clone(), one.grant.clone()));
        assert_eq!(signature.as_deref(), Some(&b"signature"[..]));
        for entry in std::fs::read_dir(kept.of("a")).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn the_oldest_go_and_take_their_files_with_them() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let all: Vec<_> = (0..5).map(|number| source("a", &number.to_string(), "grant")).collect();
        for source in &all {
            serve(&kept, source, 3, &[]);
        }
        assert_eq!(digests(&kept), all[2..].iter().map(Source::digest).collect::<Vec<_>>());
        // Three components, one grant, and the list.
        assert_eq!(std::fs::read_dir(kept.of("a")).unwrap().count(), 5);
    }

    #[test]
    fn what_is_rolled_back_to_stays_with_its_grant() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let first = source("a", "first", "first grant");
        serve(&kept, &first, 2, &[]);
        // It serves under another grant later.
        serve(&kept, &source("a", "first", "second grant"), 2, &[pair(&first)]);
        for number in 0..5 {
            serve(&kept, &source("a", &number.to_string(), "grant"), 2, &[pair(&first)]);
        }
        assert!(digests(&kept).contains(&first.digest()));
        assert_eq!(kept.source("a", &pair(&first)).unwrap().0.grant, first.grant);
    }

    #[test]
    fn another_grant_does_not_push_out_components() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let (one, two) = (source("a", "one", "grant"), source("a", "two", "grant"));
        serve(&kept, &one, 2, &[]);
        serve(&kept, &two, 2, &[]);
        for number in 0..5 {
            serve(&kept, &source("a", "two", &format!("grant {number}")), 2, &[]);
        }
        assert_eq!(digests(&kept), [one.digest(), two.digest()]);
    }

    #[test]
    fn one_that_serves_again_is_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let (one, two) = (source("a", "one", "grant"), source("a", "two", "grant"));
        for source in [&one, &two, &one] {
            serve(&kept, source, 5, &[]);
        }
        assert_eq!(digests(&kept), [two.digest(), one.digest()]);
    }

    #[test]
    fn errors_when_a_kept_file_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let one = source("a", "one", "grant");
        for (digest, kind) in [(pair(&one).wasm, "wasm"), (pair(&one).grant, "grant.toml")] {
            serve(&kept, &one, 5, &[]);
            std::fs::write(file(&kept.of("a"), &digest, kind), "evil").unwrap();
            let error = kept.source("a", &pair(&one)).unwrap_err().to_string();
            assert!(error.contains("was changed since it was kept"), "{error}");
            // Whoever has the real one puts it right.
            kept.keep(&one, None).unwrap();
            assert!(kept.source("a", &pair(&one)).is_ok());
        }
    }

    #[test]
    fn errors_when_the_list_speaks_of_what_was_never_kept() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let one = source("a", "one", "grant");
        assert!(kept.went_live("a", pair(&one), Vec::new(), 5, &[]).is_err());
        assert_eq!(kept.entries("a").unwrap(), []);
    }

    #[test]
    fn what_a_crash_left_behind_goes_at_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_control(folder.path());
        let one = source("a", "one", "grant");
        kept.keep(&source("a", "never served", "grant"), None).unwrap();
        std::fs::write(kept.of("a").join(".tmp-half"), "half").unwrap();
        serve(&kept, &one, 5, &[]);
        assert_eq!(std::fs::read_dir(kept.of("a")).unwrap().count(), 3);
    }

    #[test]
    fn a_component_of_any_name_has_a_folder_of_its_own_below() {
        let kept = Kept::in_control(Path::new("control"));
        let long = "x".repeat(250);
        let names = [
            "..",
            ".",
            ".hidden",
            "%2e.",
            "a b",
            "a/b",
            "ä",
            "sha256=",
            "",
            &long,
            "plain-1.2",
        ];
        let folders: BTreeSet<_> = names.iter().map(|name| kept.of(name)).collect();
        assert_eq!(folders.len(), names.len());
        for folder in folders {
            if folder != kept.folder {
                assert_eq!(folder.parent(), Some(kept.folder.as_path()), "{}", folder.display());
            }
            let name = folder.file_name().unwrap().to_str().unwrap();
            assert!(!name.starts_with('.') && name.len() < 255, "{name}");
        }
    }
}
