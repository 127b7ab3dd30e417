//! A component of the folder, held against what was served before it.

use usher_inspect::{Change, compare, introduce};
use usher_policy::Grant;
use usher_registry::control::{Kept, Pair, Records, needs_approval};
use usher_runtime::{LoadError, Source};

use super::examiner::Examiner;
use super::place::Place;
use super::words::short;

/// What there is to approve of a component.
pub(super) enum Candidate {
    /// Something that a person should see.
    Waiting(Waiting),
    /// Nothing, and why.
    Nothing(String),
}

/// A revision that nobody has let through.
pub(super) struct Waiting {
    pub(super) name: String,
    pub(super) pair: Pair,
    /// The digest of the component that was served before. None: none was, or it can't be used any more.
    pub(super) before: Option<String>,
    /// What is different; of a new component, everything.
    pub(super) changes: Vec<Change>,
}

impl Candidate {
    /// Looks at the file of a component.
    ///
    /// # Errors
    /// It could never be served, so there is nothing to be approved.
    pub(super) async fn look(
        place: &Place,
        records: &Records,
        examiner: &Examiner,
        name: &str,
    ) -> Result<Self, LoadError> {
        let source = Source::read(&place.component(name))?;
        let Some(grant) = source.grant_digest() else {
            return Ok(Self::Nothing(format!(
                "has no grant, so nothing of it is served; write one with: usher grant {}",
                place.component(name).display()
            )));
        };
        let pair = Pair {
            wasm: source.digest(),
            grant,
        };
        let revision = short(&pair.wasm).to_owned();
        if let Some(approval) = records.approval(name, &pair) {
            return Ok(Self::Nothing(format!(
                "revision {revision} was approved by {} already",
                approval.by
            )));
        }
        let text = source.grant.as_deref().unwrap_or_default();
        if Grant::parse(text).is_ok_and(|grant| grant.sha256.as_deref() == Some(&*pair.wasm)) {
            return Ok(Self::Nothing(format!(
                "revision {revision} is approved by the sha256 in its grant"
            )));
        }
        let kept = Kept::in_control(&place.control);
        let last = kept.entries(name).unwrap_or_default().pop();
        if last.as_ref().is_some_and(|last| last.wasm == pair.wasm) {
            return Ok(Self::Nothing(format!("revision {revision} is the one that serves")));
        }
        let next = examiner.examine(&source).await?;
        let before = match last.map(|last| kept.source(name, &last.pair())) {
            Some(Ok((source, _))) => examiner.examine(&source).await.ok(),
            _ => None,
        };
        let changes = match &before {
            Some(before) => compare(before, &next),
            None => introduce(&next),
        };
        if before.is_some() && !changes.iter().any(needs_approval) {
            return Ok(Self::Nothing(format!(
                "revision {revision} can do no more than the one before and says the same, so it needs nobody's approval"
            )));
        }
        Ok(Self::Waiting(Waiting {
            name: name.to_owned(),
            pair,
            before: before.map(|before| before.digest),
            changes,
        }))
    }
}

impl Waiting {
    /// All that is different, in full: texts as they were and as they are.
    pub(super) fn told(&self) -> String {
        let mut text = format!("{}: revision {}", self.name, short(&self.pair.wasm));
        match &self.before {
            Some(before) => text.push_str(&format!(" in place of {}\n", short(before))),
            None => text.push_str(", of which nothing was served before\n"),
        }
        for change in &self.changes {
            let tool = change.tool.as_ref().map(|tool| format!("{tool}: ")).unwrap_or_default();
            text.push_str(&format!("  - {tool}{}\n", change.text));
            for (word, said) in [("was", &change.before), ("now", &change.after)] {
                if let Some(said) = said {
                    text.push_str(&format!("    {word}: {said}\n"));
                }
            }
        }
        text
    }
}
