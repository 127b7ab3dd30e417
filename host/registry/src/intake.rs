//! From the files of one component to what is to be served of it.
//!
//! The files are read once; what was judged is what runs. If the newest file can't be served, these rules say what is instead:
//!
//! - There is no grant: nothing. The operator took the rights away.
//! - The grant is the one that the earlier revision was served under, or can't be read, or doesn't parse: the earlier revision. A
//!   bad component or a slip of the pen doesn't take a service down.
//! - The grant is another one, and the component is the same: nothing. What the operator decided about rights holds at once, and
//!   the wider revision doesn't serve on.
//! - The grant and the component are others: the earlier component under the new grant, if that can be served.
//!
//! Everything here blocks, and compiles: it runs on threads that serve nobody.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Handle;
use usher_runtime::{LoadError, Revision, Runtime, Source, component_name, sha256};

use crate::control::{Control, Verdict, under_grant};
use crate::folder::{self, Fingerprint, signature_file};
use crate::status::FileDigests;

/// As much of a signature as is read, in bytes. One has some 300; what is longer is none, and is refused as a bad one.
const SIGNATURE_BYTES: u64 = 64 << 10;

/// Takes components in.
pub(crate) struct Intake {
    pub(crate) runtime: Arc<Runtime>,
    /// None: nobody decides anything, and nothing is kept.
    pub(crate) control: Option<Arc<Control>>,
    /// Where the little that waits does so.
    pub(crate) handle: Handle,
}

/// What is to be served of a component.
pub(crate) struct Outcome {
    /// The revision, unless another component has the name of one of its tools.
    pub(crate) revision: Option<Arc<Revision>>,
    /// Why that isn't the one of the file.
    pub(crate) error: Option<Arc<LoadError>>,
    /// The file, if it could be read.
    pub(crate) file: Option<FileDigests>,
}

/// What is known of a component before its files are read.
#[derive(Clone)]
pub(crate) struct Before {
    /// What is served of it.
    pub(crate) serving: Option<Arc<Revision>>,
    /// The host is starting: what went live last, in an earlier process, counts as served.
    pub(crate) starting: bool,
}

/// The files of a component.
struct Files {
    grant: Grant,
    source: Result<Source, LoadError>,
    signature: Option<Vec<u8>>,
}

/// The grant of a component, as a file.
enum Grant {
    Missing,
    Unreadable,
    Text(Arc<str>),
}

impl Intake {
    /// Reads the files of a component and says what is to be served of it. None: they changed while they were read, and have to
    /// settle first.
    pub(crate) fn take(&self, file: &Path, seen: &Fingerprint, before: &Before) -> Option<Outcome> {
        let files = Files::read(file);
        if folder::fingerprint(file).as_ref() != Some(seen) {
            return None;
        }
        let digests = files.source.as_ref().ok().map(|source| FileDigests {
            digest: source.digest(),
            grant_digest: source.grant_digest(),
        });
        let outcome = |revision, error: Option<LoadError>| Outcome {
            revision,
            error: error.map(Arc::new),
            file: digests.clone(),
        };
        let name = component_name(file);
        let newest = match (&files.grant, files.source) {
            (Grant::Missing, _) => {
                let file = format!("{name}.grant.toml");
                return Some(outcome(None, Some(LoadError::NoGrant { file, example: name })));
            }
            (_, Ok(source)) => self.newest(&source, files.signature.as_deref(), before),
            (_, Err(error)) => Err(error),
        };
        Some(match newest {
            Ok(Newest::File(revision)) => outcome(Some(revision), None),
            Ok(Newest::Kept(revision, why)) => outcome(Some(revision), Some(why)),
            Err(error) => {
                let digest = digests.as_ref().map(|file| file.digest.as_str());
                let instead = self.instead(&name, digest, &files.grant, &error, before);
                outcome(instead, Some(error))
            }
        })
    }

    /// The revision of a file, or the one that the operator put back in its place.
    fn newest(&self, source: &Source, signature: Option<&[u8]>, before: &Before) -> Result<Newest, LoadError> {
        let Some(control) = &self.control else {
            return self.load(source, before).map(Newest::File);
        };
        control.check_signature(source, signature)?;
        if let Some(kept) = control.rolled_back_to(source)? {
            let why = LoadError::RolledBack {
                component: source.name.clone(),
                digest: source.digest(),
                to: kept.digest(),
            };
            let revision = self.load(&kept, before)?;
            self.keep(&kept, None);
            return Ok(Newest::Kept(revision, why));
        }
        let next = self.load(source, before)?;
        let served_already = before
            .serving
            .as_ref()
            .is_some_and(|serving| Arc::ptr_eq(serving, &next));
        if !served_already {
            let earlier = before.serving.clone().or_else(|| self.last_live(&next, before));
            if let Verdict::Refuse(error) = control.judge(earlier.as_deref(), &next, source) {
                return Err(error);
            }
            self.keep(source, signature);
        }
        Ok(Newest::File(next))
    }

    /// What is served instead of a file that can't be, by the rules above.
    fn instead(
        &self,
        name: &str,
        digest: Option<&str>,
        grant: &Grant,
        error: &LoadError,
        before: &Before,
    ) -> Option<Arc<Revision>> {
        let earlier = match &before.serving {
            Some(serving) => Arc::clone(serving),
            None if before.starting => self.load_last_live(name, before)?,
            None => return None,
        };
        let grant = match grant {
            Grant::Missing => return None,
            Grant::Text(text) if !matches!(error, LoadError::Grant { .. }) => text,
            Grant::Text(_) | Grant::Unreadable => return Some(earlier),
        };
        if sha256(grant.as_bytes()) == earlier.grant_digest() {
            return Some(earlier);
        }
        if digest == Some(earlier.digest()) {
            return None;
        }
        let kept = self.control.as_ref()?.kept(name, earlier.digest())?;
        let tools: Vec<String> = earlier
            .examined()
            .tools
            .iter()
            .map(|tool| tool.description.name.clone())
            .collect();
        let under_new_grant = under_grant(kept, grant, &tools);
        let before = Before {
            serving: Some(earlier),
            ..before.clone()
        };
        let revision = self.load(&under_new_grant, &before);
        let revision = revision.inspect_err(|error| {
            tracing::warn!(
                component = name,
                "the revision that is served can't be served under the new grant: {error}"
            );
        });
        let revision = revision.ok()?;
        self.keep(&under_new_grant, None);
        Some(revision)
    }

    /// What went live last, if it is another component than this one: the same one is known already.
    fn last_live(&self, next: &Revision, before: &Before) -> Option<Arc<Revision>> {
        let last = self.control.as_ref()?.last_live(next.name())?;
        if last.digest() == next.digest() {
            return None;
        }
        self.load(&last, before).ok()
    }

    fn load_last_live(&self, name: &str, before: &Before) -> Option<Arc<Revision>> {
        let last = self.control.as_ref()?.last_live(name)?;
        let loaded = self.load(&last, before);
        loaded
            .inspect_err(|error| {
                tracing::warn!(
                    component = name,
                    "the revision that was served last can't be served again: {error}"
                )
            })
            .ok()
    }

    /// The revision of these bytes: the one that is served, if it is of the same.
    fn load(&self, source: &Source, before: &Before) -> Result<Arc<Revision>, LoadError> {
        if let Some(serving) = &before.serving {
            let same =
                serving.digest() == source.digest() && source.grant_digest().as_deref() == Some(serving.grant_digest());
            if same {
                return Ok(Arc::clone(serving));
            }
        }
        caught(|| self.handle.block_on(self.runtime.load_revision(source))).map(Arc::new)
    }

    /// Keeps the bytes of what will go live. Without them it can't be put back; it is served all the same.
    fn keep(&self, source: &Source, signature: Option<&[u8]>) {
        let Some(control) = &self.control else { return };
        if let Err(error) = control.keep(source, signature) {
            tracing::error!(component = source.name, %error, "this revision can't be kept, so it can't be put back later");
        }
    }
}

/// A component that makes the compiler panic is a bad component, and no more than that.
fn caught<T>(work: impl FnOnce() -> Result<T, LoadError>) -> Result<T, LoadError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(LoadError::Compile {
            detail: "compiling it failed with a fault of the compiler's own, which is in the log".to_owned(),
        })
    })
}

/// What a file comes to.
enum Newest {
    File(Arc<Revision>),
    /// Another one, that the operator put back in its place.
    Kept(Arc<Revision>, LoadError),
}

impl Files {
    fn read(component: &Path) -> Self {
        let (grant, source) = match Source::read_grant(component) {
            Ok(None) => (Grant::Missing, Source::read_with(component, None)),
            Ok(Some(text)) => (Grant::Text(Arc::clone(&text)), Source::read_with(component, Some(text))),
            Err(error) => (Grant::Unreadable, Err(error)),
        };
        Self {
            grant,
            source,
            signature: read_signature(&signature_file(component)),
        }
    }
}

/// The bytes of a signature. None: there is none. One that is there and can't be read is empty, which no signature is: a component
/// whose signature can't be looked at is refused.
fn read_signature(file: &Path) -> Option<Vec<u8>> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Ok(metadata) if metadata.is_file() => {
            let mut bytes = Vec::new();
            let read = File::open(file).and_then(|file| file.take(SIGNATURE_BYTES).read_to_end(&mut bytes));
            Some(read.map_or(Vec::new(), |_| bytes))
        }
        _ => Some(Vec::new()),
    }
}
