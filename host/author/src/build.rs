//! From a project to `dist/NAME.wasm` and its grant.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use thiserror::Error;

use crate::environment::Environment;
use crate::missing::{self, Missing};
use crate::progress::Progress;
use crate::project::Project;

/// How many lines of what a compiler said a short account of it has.
const SHORT: usize = 12;

/// What a build has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// `dist/NAME.wasm`.
    pub component: PathBuf,
    /// `dist/NAME.grant.toml`.
    pub grant: PathBuf,
}

impl Built {
    /// Puts the component with its grant into another folder, as whole as they are in `dist`.
    ///
    /// # Errors
    /// [`BuildError::File`].
    pub fn copy_into(&self, folder: &Path) -> Result<Self, BuildError> {
        let there = |file: &Path| folder.join(file.file_name().unwrap_or_default());
        let copies = Self {
            component: there(&self.component),
            grant: there(&self.grant),
        };
        // The grant first: a new component may need what only the new grant gives.
        copy(&self.grant, &copies.grant)?;
        copy(&self.component, &copies.component)?;
        Ok(copies)
    }
}

/// Why a project wasn't built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The machine lacks something.
    #[error("{}", missing::list(.0))]
    Missing(Vec<Missing>),
    /// A program of the build ended with an error, which it has said already.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The program and its arguments.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// All that it said, without colours.
        said: String,
    },
    /// A program of the build couldn't be started.
    #[error("`{program}` can't be started: {source}{advice}")]
    NotStarted {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
        /// What to do, if anything can be said.
        advice: &'static str,
    },
    /// The project isn't as the language's build needs it.
    #[error("{file}: {detail}")]
    Project {
        /// The file that is to blame.
        file: PathBuf,
        /// What is wrong with it and what would be right.
        detail: String,
    },
    /// The build ended well and left no component.
    #[error("the build left no {component}; {advice}")]
    NoComponent {
        /// Where it should be.
        component: PathBuf,
        /// What to look at.
        advice: &'static str,
    },
    /// What was built isn't a component.
    #[error("{file} isn't a component: {detail}")]
    NotAComponent {
        /// The file.
        file: PathBuf,
        /// What it is instead.
        detail: String,
    },
    /// A file can't be read or written.
    #[error("{path} can't be {what}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// "read", "written".
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// It was stopped from outside.
    #[error("the build was stopped")]
    Stopped,
}

impl BuildError {
    /// The first lines of what is wrong, as an author recognises them: from the first error that the compiler named.
    #[must_use]
    pub fn short(&self) -> String {
        let Self::Failed { said, .. } = self else {
            return self.to_string();
        };
        let lines: Vec<&str> = said
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let start = lines.iter().position(|line| names_an_error(line));
        // An interpreter's account ends with the reason; a compiler's begins with it.
        let start = start.unwrap_or(lines.len().saturating_sub(SHORT));
        let shown: Vec<&str> = lines.iter().skip(start).take(SHORT).copied().collect();
        if shown.is_empty() {
            self.to_string()
        } else {
            shown.join("\n")
        }
    }
}

/// `error[E0308]: …` of rustc, `src/tool.ts(3,7): error TS2322: …` of tsc, `Traceback (…)` of Python, `SyntaxError: …`.
fn names_an_error(line: &str) -> bool {
    let start = line.trim_start();
    ["error", "Error", "Traceback", "SyntaxError", "ERROR"]
        .iter()
        .any(|word| start.starts_with(word))
        || line.contains(": error ")
        || line.contains("Error: ")
}

/// Builds a project, and puts the component with its grant into its folder `dist`.
///
/// The compiler says what it has to say through `progress`, unchanged. Files are replaced whole: whoever reads `dist` sees the old
/// component or the new one.
///
/// # Errors
/// What the machine lacks, what the compiler refused, what can't be written.
pub fn build(project: &Project, environment: &Environment, progress: &Progress) -> Result<Built, BuildError> {
    let missing = project.language().missing(environment);
    if !missing.is_empty() {
        return Err(BuildError::Missing(missing));
    }
    let component = project.language().build(project, environment, progress)?;
    deliver(project, &component)
}

fn deliver(project: &Project, component: &Path) -> Result<Built, BuildError> {
    let dist = project.dist();
    fs::create_dir_all(&dist).map_err(|source| BuildError::File {
        path: dist.clone(),
        what: "made",
        source,
    })?;
    let built = Built {
        component: dist.join(format!("{}.wasm", project.name())),
        grant: dist.join(format!("{}.grant.toml", project.name())),
    };
    // The grant first: a new component may need what only the new grant gives.
    copy(&project.grant(), &built.grant)?;
    copy(component, &built.component)?;
    Ok(built)
}

/// Copies a file over another, which is replaced at once and whole. The same bytes stay as they are, so that nobody who watches is
/// woken for nothing.
fn copy(from: &Path, to: &Path) -> Result<(), BuildError> {
    let bytes = fs::read(from).map_err(|source| BuildError::File {
        path: from.to_owned(),
        what: "read",
        source,
    })?;
    if fs::read(to).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    // In the same folder, so that the last step is a renaming within one file system; the host takes no such name for a component.
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let written = fs::write(&part, &bytes).and_then(|()| fs::rename(&part, to));
    written.map_err(|source| {
        // What is left half written is of no use; that it can't be removed changes nothing about the error.
        let _ = fs::remove_file(&part);
        BuildError::File {
            path: to.to_owned(),
            what: "written",
            source,
        }
    })
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn failed(said: &str) -> BuildError {
        BuildError::Failed {
            command: "cargo rustc".to_owned(),
            status: ExitStatus::from_raw(256),
            said: said.to_owned(),
        }
    }

    #[test]
    fn a_short_account_begins_with_the_first_error() {
        let said =
            "   Compiling notes v0.1.0\nwarning: unused\n\nerror[E0308]: mismatched types\n --> src/lib.rs:3:5\n";
        assert_eq!(
            failed(said).short(),
            "error[E0308]: mismatched types\n --> src/lib.rs:3:5"
        );
        let said = "src/tool.ts(3,7): error TS2322: Type 'string' is not assignable";
        assert_eq!(failed(said).short(), said);
    }

    #[test]
    fn an_account_without_an_error_is_its_end() {
        let said: String = (0..100).map(|line| format!("{line}\n")).collect();
        let short = failed(&said).short();
        assert_eq!(short.lines().count(), SHORT);
        assert!(short.ends_with("99"));
        assert_eq!(failed("").short(), "`cargo rustc` failed (exit status: 1)");
    }

    #[test]
    fn the_same_bytes_are_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "1").unwrap();
        copy(&from, &to).unwrap();
        let modified = || fs::metadata(&to).unwrap().modified().unwrap();
        let first = modified();
        copy(&from, &to).unwrap();
        assert_eq!(modified(), first);
        fs::write(&from, "2").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "2");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no part is left");
    }
}
