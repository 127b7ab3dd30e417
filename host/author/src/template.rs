//! New projects: what all of them have, and how they are written.
//!
//! Templates are the files of the folders `template/` beside the languages. In their texts `{{name}}` stands for the project's
//! name and `{{module}}` for the name with underscores; in their paths `NAME` and `MODULE` do, and a leading `dot-` stands for the
//! dot that would hide the file here, or make it do something.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::embedded::{COMMON_TEMPLATE, Folder};
use crate::language::Language;
use crate::name::ProjectName;

/// A file of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Where it is in the project, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files of a template, for a project of this name.
pub(crate) fn rendered(folder: &[(&str, &str)], name: &ProjectName) -> Vec<File> {
    folder
        .iter()
        .map(|(path, text)| File {
            path: place(path, name),
            text: text
                .replace("{{name}}", name.as_str())
                .replace("{{module}}", &name.module()),
        })
        .collect()
}

/// The files of an SDK as they are, below a folder of the project such as `vendor/usher-sdk`.
pub(crate) fn vendored(folder: Folder, below: &str) -> Vec<File> {
    folder
        .iter()
        .map(|(path, text)| File {
            path: format!("{below}/{path}"),
            text: (*text).to_owned(),
        })
        .collect()
}

fn place(path: &str, name: &ProjectName) -> String {
    let parts: Vec<String> = path
        .split('/')
        .map(|part| {
            let part = part.replace("NAME", name.as_str()).replace("MODULE", &name.module());
            match part.strip_prefix("dot-") {
                Some(hidden) => format!(".{hidden}"),
                None => part,
            }
        })
        .collect();
    parts.join("/")
}

/// Why a project wasn't made.
#[derive(Debug, Error)]
pub enum NewError {
    /// There is something already. Nothing is ever overwritten.
    #[error("{folder} is there already and isn't empty; name another folder with --dir")]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// It can't be written.
    #[error("{path} can't be made: {source}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes a project in a folder that isn't there yet or is empty: the whole of it or nothing.
///
/// # Errors
/// The folder has something in it, or can't be made.
pub fn create(folder: &Path, name: &ProjectName, language: Language) -> Result<(), NewError> {
    let exists = || NewError::Exists {
        folder: folder.to_owned(),
    };
    let is_taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() == io::ErrorKind::NotADirectory,
    };
    if is_taken {
        return Err(exists());
    }
    let mut files = rendered(COMMON_TEMPLATE, name);
    files.extend(language.files(name));
    // Beside its place, and then renamed: what breaks off halfway leaves no half of a project.
    let mut part = folder.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = write_all(&part, &files).and_then(|()| {
        fs::rename(&part, folder).map_err(|source| match source.kind() {
            io::ErrorKind::DirectoryNotEmpty => exists(),
            _ => NewError::Write {
                path: folder.to_owned(),
                source,
            },
        })
    });
    if made.is_err() {
        // Ours alone; that it can't be removed changes nothing about the error.
        let _ = fs::remove_dir_all(&part);
    }
    made
}

fn write_all(folder: &Path, files: &[File]) -> Result<(), NewError> {
    let result = |path: &Path, result: io::Result<()>| {
        result.map_err(|source| NewError::Write {
            path: path.to_owned(),
            source,
        })
    };
    if let Some(parent) = folder.parent() {
        result(parent, fs::create_dir_all(parent))?;
    }
    // Of a folder that another made, nothing is taken over.
    result(folder, fs::create_dir(folder))?;
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            result(parent, fs::create_dir_all(parent))?;
        }
        result(&path, fs::write(&path, &file.text))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::project::Project;

    fn notes() -> ProjectName {
        "team-notes".parse().unwrap()
    }

    #[test]
    fn a_new_project_is_a_project_of_its_name_and_language() {
        let parent = tempfile::tempdir().unwrap();
        for language in Language::ALL {
            let folder = parent.path().join(language.name());
            create(&folder, &notes(), language).unwrap();
            let project = Project::open(&folder).unwrap();
            assert_eq!((project.name(), project.language()), ("team-notes", language));
            for file in [
                "README.md",
                ".gitignore",
                ".vscode/mcp.json",
                ".vscode/settings.json",
                ".vscode/extensions.json",
            ] {
                assert!(folder.join(file).is_file(), "{language}: {file}");
            }
        }
        let left: Vec<_> = fs::read_dir(parent.path()).unwrap().collect();
        assert_eq!(left.len(), Language::ALL.len(), "nothing is left beside them: {left:?}");
    }

    #[test]
    fn no_placeholder_is_left_in_a_new_project() {
        for language in Language::ALL {
            let mut files = rendered(COMMON_TEMPLATE, &notes());
            files.extend(language.files(&notes()));
            for file in files.iter().filter(|file| !file.path.starts_with("vendor/")) {
                for placeholder in ["{{", "NAME.", "MODULE", "dot-"] {
                    let found =
                        file.path.contains(placeholder) || (placeholder == "{{" && file.text.contains("{{name"));
                    assert!(!found, "{language}: {placeholder} in {}", file.path);
                }
            }
        }
    }

    #[test]
    fn nothing_is_ever_overwritten() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("mine");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("diary.txt"), "private").unwrap();
        let refused = create(&folder, &notes(), Language::Rust).unwrap_err();
        assert!(matches!(refused, NewError::Exists { .. }), "{refused}");
        let refused = create(&folder.join("diary.txt"), &notes(), Language::Rust).unwrap_err();
        assert!(matches!(refused, NewError::Exists { .. }), "{refused}");
        let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(fs::read_to_string(folder.join("diary.txt")).unwrap(), "private");
    }

    #[test]
    fn an_empty_folder_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), &notes(), Language::Rust).unwrap();
        assert!(folder.path().join("Cargo.toml").is_file());
    }

    #[test]
    fn paths_have_the_projects_name_and_its_dots() {
        assert_eq!(
            place("dot-vscode/MODULE/NAME.json", &notes()),
            ".vscode/team_notes/team-notes.json"
        );
    }
}
