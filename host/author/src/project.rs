//! A folder that holds a tool's source.
//!
//! Which one it is can be read off it: `Cargo.toml`, `pyproject.toml` or `package.json` says the language, and the file
//! `NAME.grant.toml` beside it the name of the component, which is what the host knows a grant's component by.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::language::Language;

const GRANT: &str = ".grant.toml";

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    folder: PathBuf,
    name: String,
    language: Language,
}

/// Why a folder isn't a project.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// It can't be read.
    #[error("{folder} can't be read: {source}")]
    Read {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No language has its manifest there.
    #[error(
        "{folder} is no project: it has neither Cargo.toml (Rust), nor pyproject.toml (Python), nor package.json (JavaScript). `usher new NAME --lang rust` makes one"
    )]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// Two languages have.
    #[error("{folder} has {first} and {second}, so its language can't be told; a project is of one language")]
    TwoManifests {
        /// The folder.
        folder: PathBuf,
        /// A manifest.
        first: &'static str,
        /// Another.
        second: &'static str,
    },
    /// There is no grant, or more than one, so the component has no name.
    #[error(
        "{folder} has {found} files NAME.grant.toml; a project has one, which says what its component NAME may do, and for whom"
    )]
    Grants {
        /// The folder.
        folder: PathBuf,
        /// How many there are.
        found: usize,
    },
}

impl Project {
    /// The project in a folder.
    ///
    /// # Errors
    /// Whatever keeps the folder from being one.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let read = |source| ProjectError::Read {
            folder: folder.to_owned(),
            source,
        };
        // Absolute, since builds run elsewhere.
        let folder = fs::canonicalize(folder).map_err(read)?;
        let mut grants = Vec::new();
        for entry in fs::read_dir(&folder).map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(GRANT))
                && !name.is_empty()
                && !name.starts_with('.')
            {
                grants.push(name.to_owned());
            }
        }
        let mut languages = Language::ALL
            .into_iter()
            .filter(|language| folder.join(language.manifest()).is_file());
        let (first, second) = (languages.next(), languages.next());
        let language = match (first, second) {
            (Some(language), None) => language,
            (Some(first), Some(second)) => {
                return Err(ProjectError::TwoManifests {
                    folder,
                    first: first.manifest(),
                    second: second.manifest(),
                });
            }
            (None, _) => return Err(ProjectError::NoManifest { folder }),
        };
        match <[String; 1]>::try_from(grants) {
            Ok([name]) => Ok(Self { folder, name, language }),
            Err(grants) => Err(ProjectError::Grants {
                folder,
                found: grants.len(),
            }),
        }
    }

    /// The folder, absolute.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The component's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The file of the grant.
    #[must_use]
    pub fn grant(&self) -> PathBuf {
        self.folder.join(format!("{}{GRANT}", self.name))
    }

    /// Where builds put the component and its grant.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.folder.join("dist")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn a_project_is_what_its_files_say() {
        for (manifest, language) in [
            ("Cargo.toml", Language::Rust),
            ("pyproject.toml", Language::Python),
            ("package.json", Language::Js),
        ] {
            let folder = folder(&[manifest, "team-notes.grant.toml"]);
            let project = Project::open(folder.path()).unwrap();
            assert_eq!((project.name(), project.language()), ("team-notes", language));
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let refused = |files: &[&str]| Project::open(folder(files).path()).unwrap_err().to_string();
        assert!(refused(&["notes.grant.toml"]).contains("is no project"));
        assert!(refused(&["Cargo.toml", "package.json", "n.grant.toml"]).contains("its language can't be told"));
        assert!(refused(&["Cargo.toml"]).contains("has 0 files NAME.grant.toml"));
        assert!(refused(&["Cargo.toml", "a.grant.toml", "b.grant.toml"]).contains("has 2 files"));
        assert!(
            Project::open(Path::new("/nowhere"))
                .unwrap_err()
                .to_string()
                .contains("/nowhere")
        );
    }
}
