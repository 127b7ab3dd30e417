//! What a tool says that it needs.

use std::fmt;

use thiserror::Error;

use crate::http::{Origin, OriginError};
use crate::method::{Method, MethodError};
use crate::path::{PathTemplate, TemplateError};

/// One thing that a tool needs: `usher:tool/tools.requirement`, without the client's capabilities, which are about the
/// connection and not about power.
///
/// Templates of paths are equal if they are equal up to the names of their parameters, so a grant may name them as it likes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// To read a container of `my-documents`.
    MyDocuments(String),
    /// To write a container of `my-documents-write`.
    MyDocumentsWrite(String),
    /// To read a container of `all-documents`.
    AllDocuments(String),
    /// To read a container of `shared-documents`.
    SharedDocuments(String),
    /// To write a container of `shared-documents-write`.
    SharedDocumentsWrite(String),
    /// To ask `graph` which groups the caller is in.
    GraphMemberships,
    /// A request of `graph`.
    Graph(PathTemplate),
    /// A request of `graph-write`.
    GraphWrite(Method, PathTemplate),
    /// An origin of `http`.
    Http(Origin),
}

/// Why the text of a requirement can't be met by any grant. For the component's author.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequirementError {
    /// A path that isn't one.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A method that isn't one.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// A request of `graph-write` without its two words, or one that reads.
    #[error(
        "{0:?} is not a request of graph-write: write POST, PUT, PATCH or DELETE and a path, as in `POST /me/sendMail`"
    )]
    NotAWrite(String),
    /// An origin that isn't one.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

impl Requirement {
    /// Reads a request of `graph`: `/me/messages/{id}`.
    ///
    /// # Errors
    /// What is wrong with the path.
    pub fn graph(path: &str) -> Result<Self, RequirementError> {
        Ok(Self::Graph(PathTemplate::graph(path)?))
    }

    /// Reads a request of `graph-write`: `POST /me/sendMail`.
    ///
    /// # Errors
    /// What is wrong with the method or the path.
    pub fn graph_write(request: &str) -> Result<Self, RequirementError> {
        let not_a_write = || RequirementError::NotAWrite(request.to_owned());
        let (method, path) = request.split_once(' ').ok_or_else(not_a_write)?;
        let method: Method = method.parse()?;
        if !method.writes() {
            return Err(not_a_write());
        }
        Ok(Self::GraphWrite(method, PathTemplate::graph(path)?))
    }

    /// Reads an origin of `http`: `https://api.contoso.com`.
    ///
    /// # Errors
    /// What is wrong with the origin.
    pub fn http(origin: &str) -> Result<Self, RequirementError> {
        Ok(Self::Http(Origin::parse(origin)?))
    }

    /// The line under `[capabilities]` that would grant it, for the operator to copy.
    #[must_use]
    pub fn grant_line(&self) -> String {
        grant_lines(std::slice::from_ref(self)).remove(0)
    }

    /// The interface that it is about.
    fn interface(&self) -> &'static str {
        match self {
            Self::MyDocuments(_) => "my-documents",
            Self::MyDocumentsWrite(_) => "my-documents-write",
            Self::AllDocuments(_) => "all-documents",
            Self::SharedDocuments(_) => "shared-documents",
            Self::SharedDocumentsWrite(_) => "shared-documents-write",
            Self::GraphMemberships | Self::Graph(_) => "graph",
            Self::GraphWrite(..) => "graph-write",
            Self::Http(_) => "http",
        }
    }

    /// What it adds to a list of its interface's line: the list's name and the element.
    fn element(&self) -> Option<(&'static str, String)> {
        match self {
            Self::MyDocuments(container) | Self::MyDocumentsWrite(container) | Self::AllDocuments(container) => {
                Some(("containers", quoted(container)))
            }
            Self::SharedDocuments(container) | Self::SharedDocumentsWrite(container) => Some((
                "containers",
                format!("{{ name = {}, partition = \"…\" }}", quoted(container)),
            )),
            Self::Graph(path) => Some(("requests", format!("{{ path = {} }}", quoted(path.as_str())))),
            Self::GraphWrite(method, path) => {
                let path = quoted(path.as_str());
                Some(("requests", format!("{{ method = \"{method}\", path = {path} }}")))
            }
            Self::Http(origin) => Some((
                "origins",
                format!("{{ origin = \"{origin}\", methods = [\"GET\"], paths = [\"/\"] }}"),
            )),
            Self::GraphMemberships => None,
        }
    }
}

/// The lines under `[capabilities]` that would grant them all: one for each interface, since a key can't be there twice.
pub(crate) fn grant_lines(requirements: &[Requirement]) -> Vec<String> {
    let mut interfaces: Vec<&'static str> = Vec::new();
    for requirement in requirements {
        if !interfaces.contains(&requirement.interface()) {
            interfaces.push(requirement.interface());
        }
    }
    interfaces
        .into_iter()
        .map(|interface| {
            let of_it: Vec<_> = requirements
                .iter()
                .filter(|requirement| requirement.interface() == interface)
                .collect();
            line(interface, &of_it)
        })
        .collect()
}

fn line(interface: &'static str, requirements: &[&Requirement]) -> String {
    let mut fields = Vec::new();
    if requirements.contains(&&Requirement::GraphMemberships) {
        fields.push("memberships = true".to_owned());
    }
    let elements: Vec<_> = requirements
        .iter()
        .filter_map(|requirement| requirement.element())
        .collect();
    if let Some((list, _)) = elements.first() {
        let elements: Vec<_> = elements.iter().map(|(_, element)| element.as_str()).collect();
        fields.push(format!("{list} = [{}]", elements.join(", ")));
    }
    let hint = match interface {
        "shared-documents" | "shared-documents-write" => " # with the partition that it reaches",
        "http" => " # with the methods and the paths that it needs",
        _ => "",
    };
    format!("{interface} = {{ {} }}{hint}", fields.join(", "))
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MyDocuments(name)
            | Self::MyDocumentsWrite(name)
            | Self::AllDocuments(name)
            | Self::SharedDocuments(name)
            | Self::SharedDocumentsWrite(name) => {
                write!(f, "{}({name})", self.interface())
            }
            Self::GraphMemberships => f.write_str("graph-memberships"),
            Self::Graph(path) => write!(f, "graph({path})"),
            Self::GraphWrite(method, path) => write!(f, "graph-write({method} {path})"),
            Self::Http(origin) => write!(f, "http({origin})"),
        }
    }
}
