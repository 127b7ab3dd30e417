//! What may take the place of what is served, and what comes back.
//!
//! **In** come a component with its grant, as it was read, and what the operator decided: approvals and rollbacks, which the
//! commands write into the folder `control` of the data folder. **Out** goes a [`Verdict`], and revisions that were kept.
//!
//! A tool is turned against its user by its words as easily as by its code: a model does what a description says. So under
//! review, a new revision goes live by itself only if its surface is the same as that of the revision before: the same
//! imports or fewer, and not one character of names, titles, descriptions, schemas, annotations or requirements that differs
//! ([`usher_inspect::compare`]). Everything else waits, while the revision before serves on, until
//!
//! - a person approves this very pair of component and grant, by their digests: what was looked at is what runs; or
//! - the grant beside it pins its SHA-256: who wrote that has reviewed it. That is how it is done where the folder of tools
//!   comes from a repository, and for replicas, which share nothing but that folder.
//!
//! A grant alone is the operator's own word and needs nobody's approval. The component that served last when the review was
//! switched on counts as reviewed: switching it on takes nothing down.
//!
//! A rollback names a kept revision to serve in place of the file. It holds as long as that file is there: another file in
//! its place is judged like any other. The kept revision comes back with the grant that it had, since that is what is known
//! to work; if the operator changes the grant after that, the new grant holds at once, for it is the later word.
//!
//! What was kept is native to nobody: the bytes of the component and its grant, named by their digests, held against them
//! whenever they are read, and against the keys of today if there is a signature.
//!
//! If what was decided can't be read, nothing new is let through, whatever the mode, and what serves serves on. Nothing here
//! compiles or runs anything.

mod approvals;
mod audit;
mod files;
mod judge;
mod kept;
mod person;
mod pins;
mod records;
mod signatures;
mod under_grant;

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use usher_policy::Grant;
use usher_runtime::{LoadError, Revision, Source};

pub use approvals::Approval;
pub use judge::needs_approval;
pub use kept::{Kept, KeptEntry};
pub use person::Person;
pub use pins::{Pair, Pin};
pub use records::{RecordError, Records, decide, stamp};
pub use signatures::{KeyError, Signatures};
pub(crate) use under_grant::under_grant;

use judge::Candidate;

/// The file that every host that uses a data folder holds a lock on.
const ALIVE: &str = "host.lock";

/// Whether a new revision may go live.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It may.
    Serve,
    /// It may not: [`LoadError::AwaitsApproval`] or [`LoadError::Undecided`].
    Refuse(LoadError),
}

/// Judges by what was decided. One for the process.
pub(crate) struct Control {
    folder: PathBuf,
    reviewed: bool,
    keep: usize,
    signatures: Signatures,
    kept: Kept,
    state: Mutex<State>,
    /// Says to the commands that a host runs, for as long as it does.
    _alive: File,
}

/// What is known of the decisions.
#[derive(Default)]
struct State {
    /// The last ones that could be read. None: none ever could.
    records: Option<Records>,
    /// Why those that are there now can't be.
    trouble: Option<String>,
    /// Of the files that were read last.
    stamp: String,
}

/// Why nothing can be judged.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The folder can't be used.
    #[error("the folder {folder} can't be used: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was decided can't be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Control {
    /// Makes the folder if it isn't there. Nothing that was decided is read yet: see [`Control::refresh`].
    ///
    /// # Errors
    /// The folder can't be made.
    pub(crate) fn open(
        folder: &Path,
        reviewed: bool,
        keep: usize,
        signatures: Signatures,
    ) -> Result<Self, ControlError> {
        let failed = |source| ControlError::Folder {
            folder: folder.to_owned(),
            source,
        };
        files::make_folder(folder).map_err(failed)?;
        let alive = files::open_lock(&folder.join(ALIVE)).map_err(failed)?;
        // Shared: two hosts of one machine may take turns on a folder.
        alive.lock_shared().map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            reviewed,
            keep,
            signatures,
            kept: Kept::in_control(folder),
            state: Mutex::new(State::default()),
            _alive: alive,
        })
    }

    /// The files that decisions are written to.
    pub(crate) fn records(&self) -> [PathBuf; 2] {
        records::files(&self.folder)
    }

    /// Reads what was decided anew, and logs by whom. Gives the names of the components that it may concern.
    ///
    /// # Errors
    /// Something can't be read. What was read before stays in force, and nothing new is let through.
    pub(crate) fn refresh(&self) -> Result<BTreeSet<String>, ControlError> {
        let stamp = stamp(&self.folder);
        let read = Records::read(&self.folder);
        let mut state = self.state();
        let was_in_trouble = state.trouble.take().is_some();
        state.stamp = stamp;
        match read {
            Ok(records) => {
                let mut concerned = BTreeSet::new();
                match &state.records {
                    Some(before) => concerned = audit::log_news(before, &records),
                    None => audit::log_rollbacks(&records),
                }
                if was_in_trouble || state.records.is_none() {
                    concerned.extend(records.components());
                }
                state.records = Some(records);
                Ok(concerned)
            }
            Err(error) => {
                state.trouble = Some(error.to_string());
                Err(error.into())
            }
        }
    }

    /// What tells the decisions that are in force from others: equal to [`stamp`] of the folder once they have been read.
    pub(crate) fn decided(&self) -> String {
        self.state().stamp.clone()
    }

    /// Holds a component against its signature: the bytes of `NAME.wasm.minisig`, if there is one.
    ///
    /// # Errors
    /// [`LoadError::Signature`].
    pub(crate) fn check_signature(&self, source: &Source, signature: Option<&[u8]>) -> Result<(), LoadError> {
        self.signatures
            .verify(&source.wasm, signature)
            .map_err(|error| LoadError::Signature {
                detail: error.to_string(),
            })
    }

    /// The kept revision that is to be served in place of a file, if it was rolled back.
    ///
    /// # Errors
    /// The kept revision can't be used, or it can't be known whether there is one to use.
    pub(crate) fn rolled_back_to(&self, file: &Source) -> Result<Option<Source>, LoadError> {
        let digest = file.digest();
        let state = self.state();
        let Some(records) = &state.records else {
            return match (&state.trouble, self.last_digest(&file.name)) {
                // It served before: it wasn't rolled back when that could still be read.
                (Some(_), Some(last)) if last == digest => Ok(None),
                (Some(trouble), _) => Err(LoadError::Undecided {
                    detail: trouble.clone(),
                }),
                (None, _) => Ok(None),
            };
        };
        let Some(pin) = records.pin(&file.name, &digest).cloned() else {
            return Ok(None);
        };
        drop(state);
        let (kept, signature) = self.kept.source(&file.name, &pin.to)?;
        self.check_signature(&kept, signature.as_deref())?;
        let changed_since = file.grant_digest().is_some_and(|grant| grant != pin.from.grant);
        let Some(grant) = file.grant.as_ref().filter(|_| changed_since) else {
            return Ok(Some(kept));
        };
        let tools = self.kept.tools(&file.name, &pin.to.wasm);
        Ok(Some(under_grant(kept, grant, &tools)))
    }

    /// Whether a revision that was loaded from its file may go live. `serving` is what serves in its place now; at the start,
    /// what served last.
    pub(crate) fn judge(&self, serving: Option<&Revision>, next: &Revision, source: &Source) -> Verdict {
        let last = match serving {
            Some(revision) => Some(revision.digest().to_owned()),
            None => self.last_digest(next.name()),
        };
        let pinned = source
            .grant
            .as_deref()
            .and_then(|text| Grant::parse(text).ok())
            .is_some_and(|grant| grant.sha256.is_some());
        let state = self.state();
        let candidate = Candidate {
            component: next.name(),
            digest: next.digest(),
            grant_digest: next.grant_digest(),
            pinned_by_grant: pinned,
            surface: next.examined(),
        };
        judge::judge(
            self.reviewed,
            state.records.as_ref(),
            state.trouble.as_deref(),
            &candidate,
            last.as_deref(),
            serving.map(Revision::examined),
        )
    }

    /// Keeps the bytes of a revision that will go live.
    ///
    /// # Errors
    /// They couldn't be written; nothing half-written is left where it would be read.
    pub(crate) fn keep(&self, source: &Source, signature: Option<&[u8]>) -> io::Result<()> {
        self.kept.keep(source, signature)
    }

    /// Notes that a revision went live, and forgets the oldest ones beyond the number that is kept.
    ///
    /// # Errors
    /// It couldn't be written, or the revision wasn't kept.
    pub(crate) fn went_live(&self, revision: &Revision) -> io::Result<()> {
        let pinned: Vec<Pair> = match &self.state().records {
            Some(records) => records.pins_of(revision.name()).map(|pin| pin.to.clone()).collect(),
            None => Vec::new(),
        };
        let pair = Pair {
            wasm: revision.digest().to_owned(),
            grant: revision.grant_digest().to_owned(),
        };
        let tools = revision.examined().tools.iter();
        let tools = tools.map(|tool| tool.description.name.clone()).collect();
        self.kept.went_live(revision.name(), pair, tools, self.keep, &pinned)
    }

    /// The revision of a component that went live last. None: there is none that can be used; why is in the log.
    pub(crate) fn last_live(&self, name: &str) -> Option<Source> {
        let entry = self.entries(name).pop()?;
        self.checked(name, &entry)
    }

    /// A kept revision by the digest of its component, as [`Control::last_live`].
    pub(crate) fn kept(&self, name: &str, digest: &str) -> Option<Source> {
        let entry = self.entries(name).into_iter().find(|entry| entry.wasm == digest)?;
        self.checked(name, &entry)
    }

    /// What is kept of a component, oldest first.
    pub(crate) fn entries(&self, name: &str) -> Vec<KeptEntry> {
        self.kept.entries(name).unwrap_or_else(|error| {
            tracing::error!(component = name, "what was kept can't be read: {error}");
            Vec::new()
        })
    }

    fn checked(&self, name: &str, entry: &KeptEntry) -> Option<Source> {
        let source = self.kept.source(name, &entry.pair()).and_then(|(source, signature)| {
            self.check_signature(&source, signature.as_deref())?;
            Ok(source)
        });
        source
            .inspect_err(|error| tracing::error!(component = name, revision = entry.wasm, "{error}"))
            .ok()
    }

    fn last_digest(&self, name: &str) -> Option<String> {
        Some(self.entries(name).pop()?.wasm)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of it is one assignment: a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a host uses this data folder now.
///
/// # Errors
/// It can't be told.
pub fn is_host_running(control: &Path) -> io::Result<bool> {
    files::is_locked(&control.join(ALIVE))
}
