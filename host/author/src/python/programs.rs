//! The programs that build a Python project.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::BuildError;
use crate::environment::Environment;
use crate::missing::Missing;
use crate::process;
use crate::project::Project;

/// The version of componentize-py. Another one has another Python in it, with which nothing here was tried.
const VERSION: &str = "0.25.1";
/// Names another componentize-py than the one that is found.
const VARIABLE: &str = "USHER_COMPONENTIZE_PY";
const COMPONENTIZE: &str = "componentize-py";
/// The project's environment, as Python's documentation and editors call it.
const ENVIRONMENT: &str = ".venv";

/// What a build runs.
#[derive(Debug)]
pub(super) struct Programs {
    componentize: PathBuf,
    /// Any Python that can read the source.
    pub(super) python: PathBuf,
}

/// What every Python project needs. componentize-py is looked for when it is known which project it is.
pub(super) fn missing(environment: &Environment) -> Vec<Missing> {
    match python(environment) {
        Some(_) => Vec::new(),
        None => vec![Missing::new(
            "Python 3.11 or newer",
            "install it from https://www.python.org/downloads/, or with the system's package manager",
        )],
    }
}

impl Programs {
    /// Finds them: in what [`VARIABLE`] names, the project's `.venv`, the environment that is active, on `PATH`.
    pub(super) fn find(project: &Project, environment: &Environment) -> Result<Self, BuildError> {
        let own = programs_in(&project.folder().join(ENVIRONMENT));
        let active = environment
            .variable("VIRTUAL_ENV")
            .map(|folder| programs_in(Path::new(folder)));
        let componentize = match environment.variable(VARIABLE) {
            Some(program) => environment.program(program),
            None => [Some(own.clone()), active]
                .into_iter()
                .flatten()
                .map(|folder| executable(&folder, COMPONENTIZE))
                .find(|program| program.is_file())
                .or_else(|| environment.program(COMPONENTIZE)),
        };
        let Some(componentize) = componentize else {
            return Err(install(project, format!("{COMPONENTIZE} {VERSION}")));
        };
        let said = process::answer(environment.command(&componentize).arg("--version")).unwrap_or_default();
        let version = said.trim().strip_prefix(COMPONENTIZE).map_or("", str::trim);
        if version != VERSION {
            let other = match version {
                "" => format!("{} doesn't say its version", componentize.display()),
                version => format!("{} is {version}", componentize.display()),
            };
            return Err(install(project, format!("{COMPONENTIZE} {VERSION} ({other})")));
        }
        // The one beside it is as new as it needs; any other will do.
        let beside = componentize.parent().map(|folder| executable(folder, "python"));
        let python = beside
            .filter(|program| program.is_file())
            .or_else(|| python(environment))
            .ok_or_else(|| BuildError::Missing(missing(environment)))?;
        Ok(Self { componentize, python })
    }

    /// A call of componentize-py.
    ///
    /// It takes the packages of an environment for the project's dependencies: of the project's own and of no other, whichever
    /// happens to be active. A project without one gets an empty one, in the build's folder.
    pub(super) fn componentize(
        &self,
        project: &Project,
        environment: &Environment,
        folder: &Path,
    ) -> Result<Command, BuildError> {
        let own = project.folder().join(ENVIRONMENT);
        let packages = if own.is_dir() {
            own
        } else {
            let empty = folder.join("no-packages");
            super::make_folder(&empty.join("lib").join("site-packages"))?;
            empty
        };
        let mut command = environment.command(&self.componentize);
        command
            .arg("--quiet")
            .current_dir(project.folder())
            .env("VIRTUAL_ENV", packages)
            // What it imports is not to leave anything beside the sources.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Its own stack is of no use to an author.
            .env("RUST_BACKTRACE", "0");
        Ok(command)
    }
}

fn install(project: &Project, what: String) -> BuildError {
    let pip = executable(&programs_in(Path::new(ENVIRONMENT)), "pip");
    let how = format!(
        "in {}: python3 -m venv {ENVIRONMENT} && {} install {COMPONENTIZE}=={VERSION}",
        project.folder().display(),
        pip.display()
    );
    BuildError::Missing(vec![Missing::new(what, how)])
}

fn python(environment: &Environment) -> Option<PathBuf> {
    ["python3", "python"].iter().find_map(|name| environment.program(name))
}

/// Where an environment has its programs.
fn programs_in(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

fn executable(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
