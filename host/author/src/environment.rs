//! The environment that builds run in: variables, and the programs that they lead to.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Environment variables, those of this process or a test's own.
#[derive(Debug, Clone)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// One of these variables and no others.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self {
            variables: variables.into_iter().collect(),
        }
    }

    /// The value of a variable; none if it is empty, as most programs take it.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// The file of a program: as it stands if it is a path, else the first of that name on `PATH`.
    #[must_use]
    pub fn program(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let name = Path::new(name.as_ref());
        if name.components().count() > 1 {
            return name.is_file().then(|| name.to_owned());
        }
        let file = format!("{}{}", name.display(), std::env::consts::EXE_SUFFIX);
        std::env::split_paths(self.variable("PATH")?)
            .map(|folder| folder.join(&file))
            .find(|path| path.is_file())
    }

    /// A call of a program with this environment and nothing to read.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables).stdin(Stdio::null());
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_none() {
        let environment = Environment::of([("RUSTC".into(), "".into()), ("PATH".into(), "/usr/bin:/bin".into())]);
        assert_eq!(environment.variable("RUSTC"), None);
        assert!(environment.program("sh").is_some());
        assert_eq!(environment.program("no-such-program-anywhere"), None);
        assert!(environment.program("/bin/sh").is_some());
    }
}
