//! The tools that are served: an immutable snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use crate::load_error::LoadError;
use crate::revision::Revision;
use crate::tool::Tool;

/// A component whose newest file isn't served.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Its file.
    pub file: PathBuf,
    /// Why, and what to do.
    pub error: Arc<LoadError>,
    /// The revision that is served on in its place. None: nothing of this component is served.
    pub serving: Option<Arc<Revision>>,
}

/// How far the loading of the first catalog has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Components that are through, served or not.
    pub done: usize,
    /// Components in all.
    pub total: usize,
}

/// All tools of a directory, by name, and what was refused. Never changes; a reload makes a new one.
#[derive(Debug, Default)]
pub struct Catalog {
    tools: Vec<Arc<Tool>>,
    revisions: Vec<Arc<Revision>>,
    refused: Vec<Refusal>,
    notes: BTreeMap<String, Arc<str>>,
    progress: Option<Progress>,
}

impl Catalog {
    /// What stands in for the first catalog while it is being loaded: nothing is served yet.
    #[must_use]
    pub fn loading(progress: Progress) -> Self {
        Self {
            progress: Some(progress),
            ..Self::default()
        }
    }

    /// A catalog of these revisions, each with its file, those that serve on in the place of a newer file among them. Of two
    /// components that have a tool of one name, the one that comes first is served and the other is refused.
    #[must_use]
    pub fn of(loaded: Vec<(PathBuf, Arc<Revision>)>, mut refused: Vec<Refusal>) -> Self {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        let mut revisions: Vec<Arc<Revision>> = Vec::new();
        for (file, revision) in &loaded {
            let taken = revision.tools().iter().find_map(|tool| {
                owners
                    .get(tool.name())
                    .map(|other| (tool.name().to_owned(), (*other).to_owned()))
            });
            match taken {
                Some((tool, other)) => refused.push(Refusal {
                    file: file.clone(),
                    error: Arc::new(LoadError::NameTaken { tool, other }),
                    serving: None,
                }),
                None => {
                    owners.extend(revision.tools().iter().map(|tool| (tool.name(), revision.name())));
                    revisions.push(Arc::clone(revision));
                }
            }
        }
        let mut tools: Vec<_> = revisions
            .iter()
            .flat_map(|revision| revision.tools().iter().cloned())
            .collect();
        tools.sort_by(|a, b| a.name().cmp(b.name()));
        revisions.sort_by(|a, b| a.name().cmp(b.name()));
        Self {
            tools,
            revisions,
            refused,
            notes: BTreeMap::new(),
            progress: None,
        }
    }

    /// How far the first catalog is, while it isn't there. None: this is one that is served.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        self.progress
    }

    /// The same with notes, by the names of components.
    #[must_use]
    pub fn with_notes(self, notes: BTreeMap<String, Arc<str>>) -> Self {
        Self { notes, ..self }
    }

    /// What whoever calls a tool of a component is to be told beside its answer: in development, that its newest source didn't
    /// build.
    #[must_use]
    pub fn note(&self, component: &str) -> Option<&Arc<str>> {
        self.notes.get(component)
    }

    /// All notes, by the names of components.
    #[must_use]
    pub fn notes(&self) -> &BTreeMap<String, Arc<str>> {
        &self.notes
    }

    /// The components that are served, in the order of their names.
    #[must_use]
    pub fn revisions(&self) -> &[Arc<Revision>] {
        &self.revisions
    }

    /// The tools in the order of their names: the same order at every listing.
    #[must_use]
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// A tool by its name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools
            .binary_search_by(|tool| tool.name().cmp(name))
            .ok()
            .map(|at| &self.tools[at])
    }

    /// All groups that the rules of its tools ask about, by their object ids: for one question to Graph instead of many.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<Uuid> {
        self.tools.iter().flat_map(|tool| tool.policy().groups()).collect()
    }

    /// What isn't served, and why.
    #[must_use]
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }
}
