//! `[tool.usher]` of pyproject.toml.

use std::path::PathBuf;

use toml::{Table, Value};

use super::PACKAGE;
use super::scan::Uses;
use crate::build::BuildError;
use crate::project::Project;

/// Where a new project has its SDK.
pub(super) const SDK: &str = "vendor";

const KNOWN: &str = "`sdk` (a folder), `clocks` and `random` (true or false)";

/// What a project says of its build. All of it has a default.
pub(super) struct Settings {
    /// The folder in which the SDK's package is.
    pub(super) sdk: PathBuf,
    clocks: bool,
    random: bool,
}

impl Settings {
    /// Reads them.
    pub(super) fn read(project: &Project) -> Result<Self, BuildError> {
        let file = project.folder().join("pyproject.toml");
        let wrong = |detail: String| BuildError::Project {
            file: file.clone(),
            detail,
        };
        let text = String::from_utf8(super::read(&file)?).map_err(|error| wrong(error.to_string()))?;
        let table: Table = text.parse().map_err(|error| wrong(format!("{error}")))?;
        let mut settings = Self {
            sdk: project.folder().join(SDK),
            clocks: false,
            random: false,
        };
        let ours = table.get("tool").and_then(|tool| tool.get("usher"));
        for (key, value) in ours.and_then(Value::as_table).into_iter().flatten() {
            match (key.as_str(), value) {
                ("sdk", Value::String(folder)) => settings.sdk = project.folder().join(folder),
                ("clocks", Value::Boolean(wanted)) => settings.clocks = *wanted,
                ("random", Value::Boolean(wanted)) => settings.random = *wanted,
                _ => return Err(wrong(format!("[tool.usher] knows {KNOWN}, not `{key} = {value}`"))),
            }
        }
        if !settings.sdk.join(PACKAGE).join("__init__.py").is_file() {
            let place = settings.sdk.join(PACKAGE);
            return Err(wrong(format!(
                "the SDK isn't in {}; [tool.usher] says where it is: `sdk = \"{SDK}\"`",
                place.display()
            )));
        }
        Ok(settings)
    }

    /// What the source uses, and what the project asks for besides.
    pub(super) fn widen(&self, mut uses: Uses) -> Uses {
        uses.clocks |= self.clocks;
        uses.random |= self.random;
        uses
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn read(pyproject: &str, sdk: &str) -> Result<Settings, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join(sdk).join(PACKAGE);
        fs::create_dir_all(&package).unwrap();
        fs::write(package.join("__init__.py"), "").unwrap();
        fs::write(folder.path().join("pyproject.toml"), pyproject).unwrap();
        fs::write(folder.path().join("notes.grant.toml"), "").unwrap();
        Settings::read(&Project::open(folder.path()).unwrap())
    }

    #[test]
    fn all_of_it_has_a_default() {
        let settings = read("[project]\nname = 'notes'", "vendor").unwrap();
        assert!(!settings.clocks && !settings.random && settings.sdk.ends_with("vendor"));
        let settings = read("[tool.usher]\nsdk = 'lib'\nclocks = true\nrandom = true", "lib").unwrap();
        assert!(settings.clocks && settings.random && settings.sdk.ends_with("lib"));
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        let refused = |pyproject: &str, sdk: &str| read(pyproject, sdk).err().unwrap().to_string();
        assert!(refused("[tool.usher]\nclock = true", "vendor").contains("not `clock = true`"));
        assert!(refused("[tool.usher]\nrandom = 'yes'", "vendor").contains("[tool.usher] knows"));
        assert!(refused("", "elsewhere").contains("the SDK isn't in"));
        assert!(refused("= 1", "vendor").contains("pyproject.toml"));
    }
}
