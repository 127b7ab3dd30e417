//! What the status says, from what is served.

use std::collections::BTreeMap;

use usher_runtime::{Catalog, LoadError, component_name};

use crate::control::Control;
use crate::status::{ComponentStatus, FileDigests, KeptRevision, Serving, State};

/// What is known of the components of a catalog besides.
pub(crate) struct Known<'a> {
    pub(crate) control: &'a Control,
    /// Every component that there is a file of, or that is served, and its file's digests.
    pub(crate) files: &'a BTreeMap<String, Option<FileDigests>>,
    /// Since when each is served, in seconds since 1970.
    pub(crate) since: &'a BTreeMap<String, u64>,
}

/// The components, by their names.
pub(crate) fn components(catalog: &Catalog, known: &Known<'_>) -> Vec<ComponentStatus> {
    let mut reasons: BTreeMap<String, Vec<&LoadError>> = BTreeMap::new();
    for refusal in catalog.refused() {
        reasons
            .entry(component_name(&refusal.file))
            .or_default()
            .push(&refusal.error);
    }
    let mut serving: BTreeMap<&str, Serving> = BTreeMap::new();
    for revision in catalog.revisions() {
        let served = Serving {
            digest: revision.digest().to_owned(),
            grant_digest: revision.grant_digest().to_owned(),
            tools: revision.tools().iter().map(|tool| tool.name().to_owned()).collect(),
            since: known.since.get(revision.name()).copied().unwrap_or_default(),
        };
        serving.insert(revision.name(), served);
    }
    let component = |(name, file): (&String, &Option<FileDigests>)| {
        let reasons = reasons.remove(name).unwrap_or_default();
        let serving = serving.remove(name.as_str());
        let changes = reasons.iter().find_map(|error| match error {
            LoadError::AwaitsApproval { changes, .. } => Some(changes.clone()),
            _ => None,
        });
        let reason = reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        ComponentStatus {
            name: name.clone(),
            state: state(&reasons, serving.is_some()),
            serving,
            file: file.clone(),
            reason: (!reason.is_empty()).then_some(reason),
            changes: changes.unwrap_or_default(),
            kept: kept(known.control, name),
        }
    };
    known.files.iter().map(component).collect()
}

fn state(reasons: &[&LoadError], serves: bool) -> State {
    let waits = |error: &&LoadError| matches!(error, LoadError::AwaitsApproval { .. });
    let rolled_back = |error: &&LoadError| matches!(error, LoadError::RolledBack { .. });
    match (reasons, serves) {
        ([], true) => State::Served,
        (reasons, _) if reasons.iter().any(waits) => State::Waiting,
        (reasons, true) if reasons.iter().any(rolled_back) => State::RolledBack,
        (_, true) => State::ServesOn,
        (_, false) => State::Refused,
    }
}

fn kept(control: &Control, name: &str) -> Vec<KeptRevision> {
    let entries = control.entries(name).into_iter().rev();
    entries
        .map(|entry| KeptRevision {
            digest: entry.wasm,
            grant_digest: entry.grant,
            since: entry.since,
        })
        .collect()
}
