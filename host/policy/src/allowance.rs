//! What one tool may reach: the grant, narrowed to what the tool requires.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use crate::documents::{Containers, Owner, SharedContainer, shared};
use crate::graph::{GraphPath, GraphRequestGrant, GraphWriteRequestGrant};
use crate::http::{Origin, OriginGrant};
use crate::method::Method;
use crate::not_covered::NotCovered;
use crate::path::{Dialect, Segments};
use crate::query::QueryOptions;
use crate::requirement::Requirement;

/// The most that a call of one tool can reach. Nothing in here is a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance {
    pub(crate) identity: bool,
    pub(crate) log: bool,
    pub(crate) config: Arc<BTreeMap<String, String>>,
    pub(crate) my_documents: Containers,
    pub(crate) my_documents_write: Containers,
    pub(crate) all_documents: Containers,
    pub(crate) owner: Owner,
    pub(crate) shared_documents: Vec<SharedContainer>,
    pub(crate) shared_documents_write: Vec<SharedContainer>,
    pub(crate) memberships: bool,
    pub(crate) graph: Vec<GraphRequestGrant>,
    pub(crate) graph_write: Vec<GraphWriteRequestGrant>,
    pub(crate) http: Vec<OriginGrant>,
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

    /// What everybody's items say of their owner.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// The partition of a shared container that the tool may read, by the values of its levels. None if it may read none.
    #[must_use]
    pub fn reads_shared(&self, container: &str) -> Option<&[String]> {
        shared(&self.shared_documents, container).map(|granted| granted.partition.as_slice())
    }

    /// The partition of a shared container that the tool may write, by the values of its levels. None if it may write none.
    #[must_use]
    pub fn writes_shared(&self, container: &str) -> Option<&[String]> {
        shared(&self.shared_documents_write, container).map(|granted| granted.partition.as_slice())
    }

    /// Whether the tool may ask Microsoft Graph which groups the caller is in.
    #[must_use]
    pub fn memberships(&self) -> bool {
        self.memberships
    }

    /// The entry that covers a request of `graph` (GET).
    ///
    /// # Errors
    /// What was missing.
    pub fn graph(&self, path: &GraphPath, query: &[(String, String)]) -> Result<&GraphRequestGrant, NotCovered> {
        let listed = self.graph.iter().filter(|entry| entry.path.matches(path.decoded()));
        first_that(listed, |entry| cover(&entry.query, query)).unwrap_or_else(|| Err(not_listed(Method::Get, path)))
    }

    /// The entry that covers a request of `graph-write`, with a body of so many bytes.
    ///
    /// # Errors
    /// What was missing.
    pub fn graph_write(
        &self,
        method: Method,
        path: &GraphPath,
        query: &[(String, String)],
        body_bytes: usize,
    ) -> Result<&GraphWriteRequestGrant, NotCovered> {
        let listed = self
            .graph_write
            .iter()
            .filter(|entry| entry.method == method && entry.path.matches(path.decoded()));
        let covers = |entry: &GraphWriteRequestGrant| {
            cover(&entry.query, query)?;
            match entry.max_request_bytes {
                limit if body_bytes > limit => Err(NotCovered::BodyTooLarge {
                    bytes: body_bytes,
                    limit,
                }),
                _ => Ok(()),
            }
        };
        first_that(listed, covers).unwrap_or_else(|| Err(not_listed(method, path)))
    }

    /// The entry that covers a request of `http`, or a redirect of one. The size of the body is the asker's to compare with
    /// the entry's bound.
    ///
    /// # Errors
    /// What was missing.
    pub fn http(&self, method: Method, url: &Url) -> Result<&OriginGrant, NotCovered> {
        let origin = Origin::of(url)?;
        let path = Segments::parse(url.path(), Dialect::Http)?;
        // Some servers take a semicolon for an ampersand, and would see options that weren't looked at.
        if url.query().is_some_and(|query| query.contains(';')) {
            return Err(NotCovered::Query(";".to_owned()));
        }
        let query: Vec<_> = url.query_pairs().collect();
        let mut of_origin = self.http.iter().filter(|entry| entry.origin == origin).peekable();
        if of_origin.peek().is_none() {
            return Err(NotCovered::Origin(origin.to_string()));
        }
        let listed = of_origin.filter(|entry| entry.lists(method, &path));
        let covers = |entry: &OriginGrant| entry.query.cover(query.iter().map(|(name, value)| (&**name, &**value)));
        first_that(listed, covers).unwrap_or_else(|| {
            Err(NotCovered::Request {
                method,
                path: path.encode(),
            })
        })
    }

    /// The same allowance with only what is required.
    pub(crate) fn narrowed_to(&self, requires: &[Requirement]) -> Self {
        let keep = |granted: &Containers, requirement: fn(String) -> Requirement| -> Containers {
            granted
                .iter()
                .filter(|name| requires.contains(&requirement((*name).clone())))
                .cloned()
                .collect()
        };
        let keep_shared = |granted: &[SharedContainer], requirement: fn(String) -> Requirement| {
            only(granted, |container| {
                requires.contains(&requirement(container.name.clone()))
            })
        };
        Self {
            identity: self.identity,
            log: self.log,
            config: Arc::clone(&self.config),
            my_documents: keep(&self.my_documents, Requirement::MyDocuments),
            my_documents_write: keep(&self.my_documents_write, Requirement::MyDocumentsWrite),
            all_documents: keep(&self.all_documents, Requirement::AllDocuments),
            owner: self.owner,
            shared_documents: keep_shared(&self.shared_documents, Requirement::SharedDocuments),
            shared_documents_write: keep_shared(&self.shared_documents_write, Requirement::SharedDocumentsWrite),
            memberships: self.memberships && requires.contains(&Requirement::GraphMemberships),
            graph: only(&self.graph, |entry| {
                requires.contains(&Requirement::Graph(entry.path.clone()))
            }),
            graph_write: only(&self.graph_write, |entry| {
                requires.contains(&Requirement::GraphWrite(entry.method, entry.path.clone()))
            }),
            http: only(&self.http, |entry| {
                requires.contains(&Requirement::Http(entry.origin.clone()))
            }),
        }
    }

    /// Whether a requirement is met.
    pub(crate) fn meets(&self, requirement: &Requirement) -> bool {
        match requirement {
            Requirement::MyDocuments(container) => self.reads_mine(container),
            Requirement::MyDocumentsWrite(container) => self.writes_mine(container),
            Requirement::AllDocuments(container) => self.reads_all(container),
            Requirement::SharedDocuments(container) => self.reads_shared(container).is_some(),
            Requirement::SharedDocumentsWrite(container) => self.writes_shared(container).is_some(),
            Requirement::GraphMemberships => self.memberships,
            Requirement::Graph(path) => self.graph.iter().any(|entry| entry.path == *path),
            Requirement::GraphWrite(method, path) => self
                .graph_write
                .iter()
                .any(|entry| entry.method == *method && entry.path == *path),
            Requirement::Http(origin) => self.http.iter().any(|entry| entry.origin == *origin),
        }
    }
}

fn only<T: Clone>(entries: &[T], required: impl Fn(&T) -> bool) -> Vec<T> {
    entries.iter().filter(|entry| required(entry)).cloned().collect()
}

/// The first of the listed entries that covers the rest of a request, too; else what the last one lacks. None if none is listed.
fn first_that<'g, T>(
    listed: impl Iterator<Item = &'g T>,
    covers: impl Fn(&T) -> Result<(), NotCovered>,
) -> Option<Result<&'g T, NotCovered>> {
    let mut missing = None;
    for entry in listed {
        match covers(entry) {
            Ok(()) => return Some(Ok(entry)),
            Err(not_covered) => missing = Some(Err(not_covered)),
        }
    }
    missing
}

fn cover(allowed: &QueryOptions, query: &[(String, String)]) -> Result<(), NotCovered> {
    allowed.cover(query.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn not_listed(method: Method, path: &GraphPath) -> NotCovered {
    NotCovered::Request {
        method,
        path: path.as_encoded().to_owned(),
    }
}
