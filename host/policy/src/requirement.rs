//! What a tool says that it needs.

use std::fmt;

/// One thing that a tool needs: `usher:tool/tools.requirement`, without the client's capabilities, which are about the
/// connection and not about power.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// To read a container of `my-documents`.
    MyDocuments(String),
    /// To write a container of `my-documents-write`.
    MyDocumentsWrite(String),
    /// To read a container of `all-documents`.
    AllDocuments(String),
    /// A requirement that no grant of this host can meet, by the name of its interface.
    NotOffered(&'static str),
}

impl Requirement {
    /// The line that would grant it, for the operator to copy.
    #[must_use]
    pub fn grant_line(&self) -> String {
        match self {
            Self::MyDocuments(container) => format!("my-documents = {{ containers = [\"{container}\"] }}"),
            Self::MyDocumentsWrite(container) => format!("my-documents-write = {{ containers = [\"{container}\"] }}"),
            Self::AllDocuments(container) => format!("all-documents = {{ containers = [\"{container}\"] }}"),
            Self::NotOffered(interface) => format!("# {interface} can't be granted: this host doesn't offer it yet"),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MyDocuments(container) => write!(f, "my-documents({container})"),
            Self::MyDocumentsWrite(container) => write!(f, "my-documents-write({container})"),
            Self::AllDocuments(container) => write!(f, "all-documents({container})"),
            Self::NotOffered(interface) => write!(f, "{interface}"),
        }
    }
}
