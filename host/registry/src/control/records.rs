//! The files that decisions are written to, and the one way in which they are changed.
//!
//! `approvals.json` and `pins.json`, each a version and a list. What isn't understood to the last key is refused: half a
//! decision is none.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::approvals::Approval;
use super::files;
use super::person::Person;
use super::pins::{Pair, Pin};

const APPROVALS: &str = "approvals.json";
const PINS: &str = "pins.json";
/// The file that whoever changes the others holds a lock on.
const LOCK: &str = "decisions.lock";
/// The version of the files' shape.
const VERSION: u32 = 1;
/// The largest file that is read, in bytes: some ten thousand decisions.
const LIMIT: u64 = 8 << 20;
/// The most approvals of one component that are kept; the oldest go first.
const APPROVALS_OF_ONE: usize = 100;

/// All that was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// The oldest first.
    pub approvals: Vec<Approval>,
    /// At most one of a component.
    pub pins: Vec<Pin>,
}

/// Why decisions can't be read or written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// A file or the folder can't be read.
    #[error("{file} can't be read: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file isn't one that this version wrote.
    #[error(
        "{file} isn't as usher wrote it: {detail}. Put a copy back, or remove it and decide again what was decided in it"
    )]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Anybody could have written a file.
    #[error(
        "{file} can be written by everybody, so it may be anybody's: look at what it says, then take the right away with chmod o-w"
    )]
    Exposed {
        /// The file.
        file: PathBuf,
    },
    /// A file can't be written.
    #[error("{file} can't be written: {source}; nothing was decided")]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalsFile {
    version: u32,
    approvals: Vec<Approval>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinsFile {
    version: u32,
    pins: Vec<Pin>,
}

/// The version of a file, whatever else is in it.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Records {
    /// Reads them from the folder `control` of a data folder. Where there are no files, nothing was decided.
    ///
    /// # Errors
    /// A file can't be read, or isn't as it was written.
    pub fn read(control: &Path) -> Result<Self, RecordError> {
        let approvals: Option<ApprovalsFile> = read(&control.join(APPROVALS))?;
        let pins: Option<PinsFile> = read(&control.join(PINS))?;
        Ok(Self {
            approvals: approvals.map(|file| file.approvals).unwrap_or_default(),
            pins: pins.map(|file| file.pins).unwrap_or_default(),
        })
    }

    /// The approval of a pair, if there is one.
    #[must_use]
    pub fn approval(&self, component: &str, pair: &Pair) -> Option<&Approval> {
        self.approvals
            .iter()
            .find(|approval| approval.component == component && approval.pair == *pair)
    }

    /// The rollback that holds while this file, by its digest, lies in the folder.
    #[must_use]
    pub fn pin(&self, component: &str, digest: &str) -> Option<&Pin> {
        self.pins_of(component).find(|pin| pin.from.wasm == digest)
    }

    /// The rollbacks of a component, whether they hold or not.
    pub(super) fn pins_of(&self, component: &str) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(move |pin| pin.component == component)
    }

    /// The names of all components that something was decided about.
    pub(super) fn components(&self) -> BTreeSet<String> {
        let approved = self.approvals.iter().map(|approval| &approval.component);
        approved
            .chain(self.pins.iter().map(|pin| &pin.component))
            .cloned()
            .collect()
    }

    /// Adds an approval, unless the pair has one.
    pub fn approve(&mut self, component: &str, pair: Pair, by: &Person, note: Option<&str>) {
        if self.approval(component, &pair).is_some() {
            return;
        }
        let of_one = self.approvals.iter().filter(|of| of.component == component).count();
        if of_one >= APPROVALS_OF_ONE {
            let oldest = self.approvals.iter().position(|of| of.component == component);
            oldest.map(|at| self.approvals.remove(at));
        }
        self.approvals.push(Approval {
            component: component.to_owned(),
            pair,
            at: now(),
            by: by.clone(),
            note: note.map(str::to_owned),
        });
    }

    /// Rolls a component back, instead of any rollback before.
    pub fn roll_back(&mut self, component: &str, from: Pair, to: Pair, by: &Person, note: Option<&str>) -> Pin {
        let pin = Pin {
            component: component.to_owned(),
            from,
            to,
            at: now(),
            by: by.clone(),
            note: note.map(str::to_owned),
        };
        self.pins.retain(|pin| pin.component != component);
        self.pins.push(pin.clone());
        pin
    }

    /// Takes a rollback back. The file that was rolled back from counts as approved then: whoever takes it back wants it.
    /// None: there was none.
    pub fn undo(&mut self, component: &str, by: &Person, note: Option<&str>) -> Option<Pin> {
        let at = self.pins.iter().position(|pin| pin.component == component)?;
        let pin = self.pins.remove(at);
        self.approve(component, pin.from.clone(), by, note);
        Some(pin)
    }
}

/// Changes what was decided: reads it, has it changed, and writes it, while nobody else does. The person is the account of
/// this process.
///
/// # Errors
/// A file can't be read or written. If one was written and the other not, only the approvals are new.
pub fn decide<T>(control: &Path, change: impl FnOnce(&mut Records, &Person) -> T) -> Result<T, RecordError> {
    let written = |file: &Path| {
        let file = file.to_owned();
        move |source| RecordError::Write { file, source }
    };
    files::make_folder(control).map_err(written(control))?;
    let lock_file = control.join(LOCK);
    let lock = files::open_lock(&lock_file).map_err(written(&lock_file))?;
    lock.lock().map_err(written(&lock_file))?;
    let person = Person::of_this_process(control).map_err(written(control))?;
    let before = Records::read(control)?;
    let mut after = before.clone();
    let done = change(&mut after, &person);
    let [approvals, pins] = files(control);
    if after.approvals != before.approvals {
        let file = ApprovalsFile {
            version: VERSION,
            approvals: after.approvals,
        };
        write(&approvals, &file)?;
    }
    if after.pins != before.pins {
        let file = PinsFile {
            version: VERSION,
            pins: after.pins,
        };
        write(&pins, &file)?;
    }
    Ok(done)
}

/// What tells the decisions of a folder from others: a digest of the files as they are.
#[must_use]
pub fn stamp(control: &Path) -> String {
    let mut hash = Sha256::new();
    for file in files(control) {
        match std::fs::read(&file) {
            Ok(bytes) => {
                hash.update((bytes.len() as u64).to_le_bytes());
                hash.update(bytes);
            }
            Err(_) => hash.update(u64::MAX.to_le_bytes()),
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files.
pub(super) fn files(control: &Path) -> [PathBuf; 2] {
    [control.join(APPROVALS), control.join(PINS)]
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Reads a file. None: there is none.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, RecordError> {
    let failed = |source| RecordError::Read {
        file: file.to_owned(),
        source,
    };
    let malformed = |detail: String| RecordError::Malformed {
        file: file.to_owned(),
        detail,
    };
    let metadata = match std::fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if metadata.mode() & 0o002 != 0 {
        return Err(RecordError::Exposed { file: file.to_owned() });
    }
    if metadata.len() > LIMIT {
        return Err(malformed(format!("it has {} bytes", metadata.len())));
    }
    let bytes = std::fs::read(file).map_err(failed)?;
    let versioned: Versioned = serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
    if versioned.version != VERSION {
        return Err(malformed(format!(
            "it has version {}, and this usher knows {VERSION}",
            versioned.version
        )));
    }
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| malformed(error.to_string()))
}

/// Writes a file.
pub(super) fn write<T: Serialize>(file: &Path, value: &T) -> Result<(), RecordError> {
    let failed = |source| RecordError::Write {
        file: file.to_owned(),
        source,
    };
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    files::write(file, &text).map_err(failed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn pair(digit: &str) -> Pair {
        Pair {
            wasm: digit.repeat(64),
            grant: "0".repeat(64),
        }
    }

    #[test]
    fn what_was_decided_is_read_again_and_belongs_to_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let control = folder.path().join("control");
        assert_eq!(Records::read(&control).unwrap(), Records::default());
        let before = stamp(&control);
        decide(&control, |records, person| {
            records.approve("a", pair("1"), person, Some("looked at it"));
            records.approve("a", pair("1"), person, Some("twice"));
            records.roll_back("b", pair("2"), pair("3"), person, None);
        })
        .unwrap();
        let records = Records::read(&control).unwrap();
        assert_eq!(records.approvals.len(), 1);
        assert_eq!(
            records.approval("a", &pair("1")).unwrap().note.as_deref(),
            Some("looked at it")
        );
        assert!(records.approval("b", &pair("1")).is_none(), "of another component");
        assert_eq!(records.pin("b", &pair("2").wasm).unwrap().to, pair("3"));
        assert!(records.pin("b", &pair("4").wasm).is_none(), "the file is another one");
        assert_ne!(stamp(&control), before);
        for file in files(&control) {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::metadata(&control).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn an_approval_is_for_one_grant() {
        let mut records = Records::default();
        let person = Person {
            user: "ada".to_owned(),
            uid: 1,
            sudo_user: None,
        };
        records.approve("a", pair("1"), &person, None);
        let widened = Pair {
            grant: "f".repeat(64),
            ..pair("1")
        };
        assert!(records.approval("a", &widened).is_none());
    }

    #[test]
    fn undoing_a_rollback_approves_what_was_rolled_back_from() {
        let mut records = Records::default();
        let person = Person {
            user: "ada".to_owned(),
            uid: 1,
            sudo_user: None,
        };
        records.roll_back("a", pair("2"), pair("1"), &person, None);
        assert_eq!(records.undo("a", &person, None).unwrap().to, pair("1"));
        assert!(records.approval("a", &pair("2")).is_some());
        assert!(records.pins.is_empty());
        assert!(records.undo("a", &person, None).is_none());
    }

    #[test]
    fn errors_when_a_file_is_not_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(APPROVALS);
        for (text, part) in [
            ("", "EOF"),
            ("{\"version\":2,\"decisions\":[]}", "version 2"),
            ("{\"version\":1,\"approvals\":[],\"extra\":1}", "extra"),
            ("{\"version\":1,\"approvals\":[{\"component\":\"a\"}]}", "missing field"),
            ("{\"version\":1,\"approvals\":[", "EOF"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = Records::read(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains(part) && error.contains("approvals.json"),
                "{text}: {error}"
            );
            let refused = decide(folder.path(), |records, person| {
                records.approve("a", pair("1"), person, None)
            });
            assert!(refused.is_err(), "{text} was written over");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
    }

    #[test]
    fn errors_when_everybody_may_write_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(PINS);
        std::fs::write(&file, "{\"version\":1,\"pins\":[]}").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(Records::read(folder.path()), Err(RecordError::Exposed { .. })));
    }

    #[test]
    fn two_who_decide_at_once_are_both_heard() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let control = folder.path();
                scope.spawn(move || {
                    decide(control, |records, person| {
                        records.approve(&format!("tool-{thread}"), pair("1"), person, None);
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(Records::read(folder.path()).unwrap().approvals.len(), 8);
    }
}
