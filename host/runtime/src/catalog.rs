//! The tools that are served: an immutable snapshot.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use crate::load::LoadError;
use crate::tool::Tool;

/// A component that isn't served.
#[derive(Debug)]
pub struct Refusal {
    /// Its file.
    pub file: PathBuf,
    /// Why, and what to do.
    pub error: LoadError,
}

/// All tools of a directory, by name, and what was refused. Never changes; a reload makes a new one.
#[derive(Debug, Default)]
pub struct Catalog {
    tools: Vec<Arc<Tool>>,
    refused: Vec<Refusal>,
}

impl Catalog {
    /// A catalog of these tools. Of two tools with one name the caller has refused one already.
    pub(crate) fn new(mut tools: Vec<Arc<Tool>>, refused: Vec<Refusal>) -> Self {
        tools.sort_by(|a, b| a.name().cmp(b.name()));
        Self { tools, refused }
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
