//! How the components of a catalog stand, each in one state: for probes and metrics, which say names and numbers and no reasons.

use std::borrow::Cow;
use std::collections::BTreeSet;

use usher_runtime::{Catalog, LoadError};

/// Components by name.
#[derive(Debug, Default)]
pub(crate) struct Standing<'a> {
    /// The newest file is served.
    pub(crate) served: BTreeSet<Cow<'a, str>>,
    /// The newest file isn't, and an older revision is.
    pub(crate) serving_old: BTreeSet<Cow<'a, str>>,
    /// The newest file waits for the operator's approval. An older revision may be served meanwhile.
    pub(crate) waiting: BTreeSet<Cow<'a, str>>,
    /// Nothing of it is served.
    pub(crate) refused: BTreeSet<Cow<'a, str>>,
}

impl<'a> Standing<'a> {
    pub(crate) fn of(catalog: &'a Catalog) -> Self {
        let mut standing = Self::default();
        for refusal in catalog.refused() {
            let name = refusal.file.file_stem().unwrap_or_default().to_string_lossy();
            let state = match (&*refusal.error, &refusal.serving) {
                (LoadError::AwaitsApproval { .. }, _) => &mut standing.waiting,
                (_, Some(_)) => &mut standing.serving_old,
                (_, None) => &mut standing.refused,
            };
            state.insert(name);
        }
        for revision in catalog.revisions() {
            let name = revision.name();
            let others = [&standing.serving_old, &standing.waiting, &standing.refused];
            if !others.iter().any(|state| state.contains(name)) {
                standing.served.insert(Cow::Borrowed(name));
            }
        }
        standing
    }

    /// How many are in each state.
    pub(crate) fn counts(&self) -> [(&'static str, usize); 4] {
        [
            ("served", self.served.len()),
            ("serving-old", self.serving_old.len()),
            ("waiting", self.waiting.len()),
            ("refused", self.refused.len()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use usher_runtime::Refusal;

    use super::*;

    fn refusal(file: &str, error: LoadError) -> Refusal {
        Refusal {
            file: file.into(),
            error: error.into(),
            serving: None,
        }
    }

    #[test]
    fn a_component_that_waits_for_approval_is_told_apart_from_one_that_is_refused() {
        let waits = LoadError::AwaitsApproval {
            component: "expenses".into(),
            digest: "d".repeat(64),
            grant_digest: "g".repeat(64),
            changes: Vec::new(),
        };
        let catalog = Catalog::of(
            Vec::new(),
            vec![
                refusal("tools/expenses.wasm", waits),
                refusal("tools/broken.wasm", LoadError::NotWasm),
            ],
        );
        let standing = Standing::of(&catalog);
        assert!(standing.waiting.contains("expenses") && standing.refused.contains("broken"));
        assert_eq!(
            standing.counts(),
            [("served", 0), ("serving-old", 0), ("waiting", 1), ("refused", 1)]
        );
    }
}
