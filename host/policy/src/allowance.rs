//! What one tool may reach: the grant, narrowed to what the tool requires.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::requirement::Requirement;

/// Names of containers. A handful at most, so a list that is searched from the front.
pub type Containers = Vec<String>;

/// The most that a call of one tool can reach. Nothing in here is a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance {
    pub(crate) identity: bool,
    pub(crate) log: bool,
    pub(crate) config: Arc<BTreeMap<String, String>>,
    pub(crate) my_documents: Containers,
    pub(crate) my_documents_write: Containers,
    pub(crate) all_documents: Containers,
}

impl Allowance {
    /// Whether the tool may ask who is calling.
    #[must_use]
    pub fn identity(&self) -> bool {
        self.identity
    }

    /// Whether the tool may write to the operator's log.
    #[must_use]
    pub fn log(&self) -> bool {
        self.log
    }

    /// The value of a setting of the grant.
    #[must_use]
    pub fn config(&self, key: &str) -> Option<&str> {
        self.config.get(key).map(String::as_str)
    }

    /// Whether the tool may read the caller's own items of a container.
    #[must_use]
    pub fn reads_mine(&self, container: &str) -> bool {
        self.my_documents.iter().any(|name| name == container)
    }

    /// Whether the tool may write the caller's own items of a container.
    #[must_use]
    pub fn writes_mine(&self, container: &str) -> bool {
        self.my_documents_write.iter().any(|name| name == container)
    }

    /// Whether the tool may read everybody's items of a container.
    #[must_use]
    pub fn reads_all(&self, container: &str) -> bool {
        self.all_documents.iter().any(|name| name == container)
    }

    /// The same allowance with only those containers that are required.
    pub(crate) fn narrowed_to(&self, requires: &[Requirement]) -> Self {
        let keep = |granted: &Containers, requirement: fn(String) -> Requirement| -> Containers {
            granted
                .iter()
                .filter(|name| requires.contains(&requirement((*name).clone())))
                .cloned()
                .collect()
        };
        Self {
            identity: self.identity,
            log: self.log,
            config: Arc::clone(&self.config),
            my_documents: keep(&self.my_documents, Requirement::MyDocuments),
            my_documents_write: keep(&self.my_documents_write, Requirement::MyDocumentsWrite),
            all_documents: keep(&self.all_documents, Requirement::AllDocuments),
        }
    }

    /// Whether a requirement is met.
    pub(crate) fn meets(&self, requirement: &Requirement) -> bool {
        match requirement {
            Requirement::MyDocuments(container) => self.reads_mine(container),
            Requirement::MyDocumentsWrite(container) => self.writes_mine(container),
            Requirement::AllDocuments(container) => self.reads_all(container),
            Requirement::NotOffered(_) => false,
        }
    }
}
