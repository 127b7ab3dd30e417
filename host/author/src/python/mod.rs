//! Python: componentize-py makes one component of an interpreter, the SDK and the project's modules.
//!
//! In comes a project: `pyproject.toml`, modules below `src/`, the SDK below `vendor/`. Out goes `target/component/component.wasm`.
//!
//! ```text
//! settings   [tool.usher] of pyproject.toml
//! programs   componentize-py, of one exact version, and the Python that reads the source
//! scan       which capabilities the source uses: scan.py reads its syntax and runs nothing
//! world      the world of these interfaces and no others, and the contract's texts
//! entry      the module that componentize-py starts from
//! account    what is wrong with a project that doesn't import, in its author's words
//! wasi       the two imports of WASI that a project may have
//! ```
//!
//! componentize-py imports every function of all that the world names, used or not. What a component can do is read off its
//! imports, so the world has only what the source uses. All of WASI is replaced by stubs that trap; the clock and random numbers
//! come from the host where the source uses them, and raise an error that says so where it doesn't (`usher_sdk.interpreter`).

mod account;
mod entry;
mod programs;
mod scan;
mod settings;
mod wasi;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::build::BuildError;
use crate::embedded::{PYTHON_SDK, PYTHON_TEMPLATE};
use crate::environment::Environment;
use crate::missing::Missing;
use crate::name::ProjectName;
use crate::process;
use crate::progress::Progress;
use crate::project::Project;
use crate::template::{File, rendered, vendored};

use programs::Programs;
use scan::Uses;
use settings::Settings;

/// Where the project's own modules are.
const SOURCES: &str = "src";
/// The folder that the build writes, which `target` says is no source.
const BUILD: &str = "target/component";
/// The folder of the SDK's package.
const PACKAGE: &str = "usher_sdk";

/// What a new project has besides what all have.
pub(crate) fn files(name: &ProjectName) -> Vec<File> {
    let mut files = rendered(PYTHON_TEMPLATE, name);
    files.extend(vendored(PYTHON_SDK, &format!("{}/{PACKAGE}", settings::SDK)));
    files
}

/// What this machine lacks. componentize-py may be in the project's own environment, which only [`build`] can see.
pub(crate) fn missing(environment: &Environment) -> Vec<Missing> {
    programs::missing(environment)
}

/// Builds the component.
///
/// # Errors
/// componentize-py is missing or of another version; the source doesn't say what it uses; componentize-py fails, which includes all
/// that is wrong with the project's tools.
pub(crate) fn build(project: &Project, environment: &Environment, progress: &Progress) -> Result<PathBuf, BuildError> {
    let settings = Settings::read(project)?;
    let programs = Programs::find(project, environment)?;
    let uses = Uses::of(&project.folder().join(SOURCES), &programs.python, environment, progress)?;
    let uses = settings.widen(uses);

    let folder = project.folder().join(BUILD);
    start_anew(&folder)?;
    world::write(&folder.join("wit"), &settings.sdk.join(PACKAGE), &uses)?;
    let entry = folder.join(format!("{}.py", entry::MODULE));
    write(&entry, entry::text(&uses))?;
    let component = folder.join("component.wasm");
    progress.doing("componentize-py: the interpreter and the project's modules");
    let mut componentize = programs.componentize(project, environment, &folder)?;
    componentize
        .arg("--wit-path")
        .arg(folder.join("wit"))
        .args(["--world", world::NAME, "componentize", "--stub-wasi"])
        .arg("--output")
        .arg(&component);
    // In this order: `account` knows the sources by their number.
    for path in [&folder, &project.folder().join(SOURCES), &settings.sdk] {
        componentize.arg("--python-path").arg(path);
    }
    process::run(componentize.arg(entry::MODULE), progress).map_err(account::shortened)?;
    wasi::connect(&component, &uses)?;
    Ok(component)
}

/// Folders that its tools write.
pub(crate) fn not_sources() -> &'static [&'static str] {
    &["__pycache__", "venv"]
}

/// Empties the folder of the build: what an earlier one left mustn't end up in this one.
fn start_anew(folder: &Path) -> Result<(), BuildError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(BuildError::File {
            path: folder.to_owned(),
            what: "removed",
            source,
        }),
        _ => make_folder(folder),
    }
}

fn make_folder(folder: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(folder).map_err(|source| BuildError::File {
        path: folder.to_owned(),
        what: "made",
        source,
    })
}

fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), BuildError> {
    fs::write(path, contents).map_err(|source| BuildError::File {
        path: path.to_owned(),
        what: "written",
        source,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|source| BuildError::File {
        path: path.to_owned(),
        what: "read",
        source,
    })
}
