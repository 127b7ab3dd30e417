//! One name, one tool: who keeps a name that two components want.
//!
//! What is served keeps its names. So a new file, whatever it is called, never takes over a name that clients call already, and a
//! new revision that wants another component's name isn't served; the one before serves on. Among components that are new, the
//! one whose file's name comes first is served.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use usher_runtime::{Catalog, LoadError, Refusal, Revision};

/// What is to be served of a component.
pub(crate) struct Wanted {
    pub(crate) file: PathBuf,
    pub(crate) revision: Option<Arc<Revision>>,
    /// Why that isn't the revision of the file.
    pub(crate) error: Option<Arc<LoadError>>,
}

/// The catalog of what is wanted, where `live` is what was served until now.
pub(crate) fn resolve(wanted: &BTreeMap<String, Wanted>, live: &BTreeMap<String, Arc<Revision>>) -> Catalog {
    let mut refused: Vec<Refusal> = Vec::new();
    let mut candidates: Vec<(&str, PathBuf, Arc<Revision>)> = Vec::new();
    for (name, wanted) in wanted {
        if let Some(error) = &wanted.error {
            refused.push(Refusal {
                file: wanted.file.clone(),
                error: Arc::clone(error),
                serving: wanted.revision.clone(),
            });
        }
        if let Some(revision) = &wanted.revision {
            candidates.push((name, wanted.file.clone(), Arc::clone(revision)));
        }
    }
    loop {
        candidates.sort_by_key(|(name, _, revision)| (rank(live.get(*name), revision), name.to_owned()));
        let loaded = candidates
            .iter()
            .map(|(_, file, revision)| (file.clone(), Arc::clone(revision)));
        let catalog = Catalog::of(loaded.collect(), refused.clone());
        let mut one_serves_on = false;
        for taken in &catalog.refused()[refused.len()..] {
            let Some((name, _, candidate)) = candidates.iter_mut().find(|(_, file, _)| *file == taken.file) else {
                continue;
            };
            let Some(before) = live.get(*name).filter(|before| serves_on(before, candidate)) else {
                continue;
            };
            *candidate = Arc::clone(before);
            refused.push(Refusal {
                serving: Some(Arc::clone(before)),
                ..taken.clone()
            });
            one_serves_on = true;
            break;
        }
        if !one_serves_on {
            return catalog;
        }
    }
}

/// What is served comes first, then what takes the place of such, then what is new.
fn rank(live: Option<&Arc<Revision>>, revision: &Arc<Revision>) -> u8 {
    match live {
        Some(live) if Arc::ptr_eq(live, revision) => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// Whether the revision before may serve on: not if it was served under another grant.
fn serves_on(before: &Arc<Revision>, candidate: &Arc<Revision>) -> bool {
    !Arc::ptr_eq(before, candidate) && before.grant_digest() == candidate.grant_digest()
}
