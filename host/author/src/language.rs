//! The languages that a tool can be written in, and the one shape that they have here.
//!
//! Each is a module with these four functions, and [`Language`] is nothing but the choice between them:
//!
//! ```text
//! files(&ProjectName) -> Vec<File>                                    what a new project has besides what all have
//! missing(&Environment) -> Vec<Missing>                               what the machine lacks to build one
//! build(&Project, &Environment, &Progress) -> Result<PathBuf, BuildError>   the component, wherever the language leaves it
//! not_sources() -> &'static [&'static str]                            folders that its tools write
//! ```

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::build::BuildError;
use crate::environment::Environment;
use crate::missing::Missing;
use crate::name::ProjectName;
use crate::progress::Progress;
use crate::project::Project;
use crate::template::File;
use crate::{js, python, rust};

/// A language with an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust, compiled to a component directly.
    Rust,
    /// Python, an interpreter with the program in one component.
    Python,
    /// JavaScript or TypeScript, likewise.
    Js,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::Js];

    /// The word that a command line has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Js => "js",
        }
    }

    /// The file that a project of this language has, and no other.
    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "pyproject.toml",
            Self::Js => "package.json",
        }
    }

    /// What a new project has besides what all have.
    pub(crate) fn files(self, name: &ProjectName) -> Vec<File> {
        match self {
            Self::Rust => rust::files(name),
            Self::Python => python::files(name),
            Self::Js => js::files(name),
        }
    }

    /// What this machine lacks to build a project.
    #[must_use]
    pub fn missing(self, environment: &Environment) -> Vec<Missing> {
        match self {
            Self::Rust => rust::missing(environment),
            Self::Python => python::missing(environment),
            Self::Js => js::missing(environment),
        }
    }

    /// Builds the component, and gives the file where the language leaves it.
    pub(crate) fn build(
        self,
        project: &Project,
        environment: &Environment,
        progress: &Progress,
    ) -> Result<PathBuf, BuildError> {
        match self {
            Self::Rust => rust::build(project, environment, progress),
            Self::Python => python::build(project, environment, progress),
            Self::Js => js::build(project, environment, progress),
        }
    }

    /// The names of folders, at any depth, that the language's own tools write.
    pub(crate) fn not_sources(self) -> &'static [&'static str] {
        match self {
            Self::Rust => rust::not_sources(),
            Self::Python => python::not_sources(),
            Self::Js => js::not_sources(),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::Js => "JavaScript",
        })
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|language| language.name() == text)
            .ok_or_else(|| format!("`{text}` is none of rust, python, js"))
    }
}
