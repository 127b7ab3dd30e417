//! Rust: a component by cargo and `wasm-component-ld`, without a step in between.
//!
//! The project's toolchain is the one that cargo takes in its folder, so `rust-toolchain.toml`, `CARGO`, `RUSTC`,
//! `CARGO_TARGET_DIR` and cargo's other variables mean what they always mean.

mod toolchain;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::build::BuildError;
use crate::embedded::{RUST_LOCK, RUST_SDK, RUST_TEMPLATE};
use crate::environment::Environment;
use crate::missing::Missing;
use crate::name::ProjectName;
use crate::process;
use crate::progress::Progress;
use crate::project::Project;
use crate::template::{self, File};

/// The target of every component. None of the WASI targets: with this one, the contract is all that a component can reach.
const TARGET: &str = "wasm32-unknown-unknown";

/// A stack of 48 KiB instead of Rust's 1 MiB: what a fresh instance costs is mostly what its memory costs. Less isn't enough for JSON
/// as deep as serde_json reads it.
const STACK: &str = "-Clink-arg=-zstack-size=49152";

/// What a new project has besides what all have.
pub(crate) fn files(name: &ProjectName) -> Vec<File> {
    let mut files = template::rendered(RUST_TEMPLATE, name);
    files.extend(template::rendered(&[("Cargo.lock", RUST_LOCK)], name));
    files.extend(template::vendored(RUST_SDK, "vendor/usher-sdk"));
    files
}

/// What this machine lacks.
pub(crate) fn missing(environment: &Environment) -> Vec<Missing> {
    toolchain::missing(environment)
}

/// None besides `target`, which no project has for a source.
pub(crate) fn not_sources() -> &'static [&'static str] {
    &[]
}

/// Builds the component.
pub(crate) fn build(project: &Project, environment: &Environment, progress: &Progress) -> Result<PathBuf, BuildError> {
    let target = target_folder(project, environment)?;
    // As a component only: with an `rlib` beside it, as native tests of another crate would link it, cargo leaves link-time
    // optimisation out, and the component is half as big again.
    let mut cargo = cargo(project, environment);
    cargo.args([
        "rustc",
        "--release",
        "--lib",
        "--crate-type",
        "cdylib",
        "--target",
        TARGET,
    ]);
    if progress.colours() {
        cargo.args(["--color", "always"]);
    }
    process::run(&mut cargo, progress)?;
    let component = target
        .join(TARGET)
        .join("release")
        .join(format!("{}.wasm", project.name().replace('-', "_")));
    if component.is_file() {
        Ok(component)
    } else {
        Err(BuildError::NoComponent {
            component,
            advice: "the package in Cargo.toml has the name of the grant, NAME.grant.toml",
        })
    }
}

/// Cargo in the project's folder, set to make components.
fn cargo(project: &Project, environment: &Environment) -> Command {
    let mut cargo = environment.command(environment.variable("CARGO").unwrap_or("cargo".as_ref()));
    cargo
        .current_dir(project.folder())
        // Meant for native code: a linker for the host's own, say. Those for components are below, over what the project's
        // .cargo/config.toml says.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            flags(project, environment),
        );
    if environment.variable(toolchain::LINKER_VARIABLE).is_none() {
        cargo.env(toolchain::LINKER_VARIABLE, toolchain::LINKER);
    }
    cargo
}

/// The compiler's settings. This machine's paths stay out of components, so that the same sources give the same digest wherever
/// they are built.
fn flags(project: &Project, environment: &Environment) -> OsString {
    let mut flags = OsString::from(STACK);
    let mut remap = |from: &Path, to: &str| {
        // The variable is split at spaces: with one in it, the path stays in.
        if !from.to_string_lossy().contains(' ') {
            flags.push(format!(" --remap-path-prefix={}={to}", from.display()));
        }
    };
    remap(project.folder(), &format!("/{}", project.name()));
    let home = environment.variable("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| environment.variable("HOME").map(|home| Path::new(home).join(".cargo"))) {
        remap(&home, "/cargo");
    }
    flags
}

/// Where cargo puts what it builds for this project: a workspace or a configuration may have moved it.
fn target_folder(project: &Project, environment: &Environment) -> Result<PathBuf, BuildError> {
    let mut cargo = cargo(project, environment);
    let output = cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|source| BuildError::NotStarted {
            program: "cargo".to_owned(),
            source,
            advice: "",
        })?;
    let metadata: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    metadata
        .as_ref()
        .and_then(|metadata| metadata["target_directory"].as_str())
        .map(PathBuf::from)
        .ok_or_else(|| BuildError::Project {
            file: project.folder().join("Cargo.toml"),
            detail: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
}
