//! What the operator's log says of a catalog that takes the place of another: one line for each component that changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use usher_runtime::{Catalog, LoadError, Refusal, Revision, component_name};

/// Hexadecimal digits of the digest that name a revision.
const DIGITS: usize = 16;

/// Logs the first catalog: how much it is, and what isn't served.
pub(crate) fn first(catalog: &Catalog) {
    for refusal in catalog.refused() {
        refused(refusal);
    }
    tracing::info!(
        tools = catalog.tools().len(),
        components = catalog.revisions().len(),
        refused = catalog.refused().len(),
        "tools loaded"
    );
}

/// Logs what is different.
pub(crate) fn changes(before: &Catalog, after: &Catalog) {
    let (old, new) = (by_name(before), by_name(after));
    for (name, revision) in &new {
        match old.get(name) {
            None => tracing::info!(
                component = name,
                revision = short(revision),
                tools = tools(revision),
                "served"
            ),
            Some(earlier) if Arc::ptr_eq(earlier, revision) => {}
            Some(earlier) => changed(earlier, revision),
        }
    }
    for (name, revision) in &old {
        if !new.contains_key(name) {
            tracing::info!(
                component = name,
                revision = short(revision),
                tools = tools(revision),
                "not served any more"
            );
        }
    }
    let said: BTreeSet<(&Path, String)> = before
        .refused()
        .iter()
        .map(|refusal| (&*refusal.file, refusal.error.to_string()))
        .collect();
    for refusal in after.refused() {
        if !said.contains(&(&*refusal.file, refusal.error.to_string())) {
            refused(refusal);
        }
    }
    for refusal in before.refused() {
        let name = component_name(&refusal.file);
        let still = after.refused().iter().any(|other| other.file == refusal.file);
        let unchanged =
            matches!((old.get(name.as_str()), new.get(name.as_str())), (Some(old), Some(new)) if Arc::ptr_eq(old, new));
        if !still && unchanged {
            tracing::info!(component = name, "its file is the revision that is served again");
        }
    }
}

fn changed(earlier: &Revision, revision: &Revision) {
    let (before, after) = (tool_names(earlier), tool_names(revision));
    let difference =
        |one: &BTreeSet<&str>, other: &BTreeSet<&str>| one.difference(other).copied().collect::<Vec<_>>().join(", ");
    tracing::info!(
        component = revision.name(),
        from = short(earlier),
        to = short(revision),
        grant = if earlier.grant_digest() == revision.grant_digest() {
            "unchanged"
        } else {
            "changed"
        },
        came = difference(&after, &before),
        went = difference(&before, &after),
        "another revision is served"
    );
}

fn refused(refusal: &Refusal) {
    let component = component_name(&refusal.file);
    let serving = refusal.serving.as_deref().map_or("none", short);
    match &*refusal.error {
        LoadError::AwaitsApproval { .. } | LoadError::RolledBack { .. } => {
            tracing::warn!(component, serving, "{}", refusal.error);
        }
        error => tracing::error!(component, serving, "not served: {error}"),
    }
}

fn by_name(catalog: &Catalog) -> BTreeMap<&str, &Arc<Revision>> {
    catalog
        .revisions()
        .iter()
        .map(|revision| (revision.name(), revision))
        .collect()
}

fn tool_names(revision: &Revision) -> BTreeSet<&str> {
    revision.tools().iter().map(|tool| tool.name()).collect()
}

fn tools(revision: &Revision) -> String {
    tool_names(revision).into_iter().collect::<Vec<_>>().join(", ")
}

fn short(revision: &Revision) -> &str {
    revision.digest().get(..DIGITS).unwrap_or(revision.digest())
}
