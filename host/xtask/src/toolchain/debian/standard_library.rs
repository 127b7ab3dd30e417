//! The standard library for the target, built from the packaged source.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use super::packages::Packages;
use super::unpack;
use crate::toolchain::TARGET;
use crate::{files, process};

/// Builds it in `target`, puts it where the compiler looks for it, and removes the source.
///
/// Done as Rust's own bootstrap does it for a library that is handed out: the unstable parts are locked for those who
/// use it, and bitcode is kept so that components can be optimised across crates (`lto`).
pub(super) fn build(toolchain: &Path, packages: &Packages, target: &Path) -> anyhow::Result<()> {
    let source = unpack::library_source_in(toolchain, packages);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--target", TARGET])
        .args(["--package", "std", "--package", "alloc", "--package", "panic_abort"])
        .args(["--features", "std/compiler-builtins-mem"])
        // Better code for 10 s more; and no debug information, which components are stripped of anyway.
        .args([
            "--config",
            "profile.release.codegen-units=1",
            "--config",
            "profile.release.debug=0",
        ])
        .current_dir(&source)
        .env("RUSTC", unpack::compiler_in(toolchain))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", target)
        // Sets the library's symbols apart from those of a crate of the same name and version.
        .env("__CARGO_DEFAULT_LIB_METADATA", "usher")
        .env(
            "RUSTFLAGS",
            format!(
                "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes --remap-path-prefix={}=/library",
                source.display()
            ),
        );
    // What a person set for builds of their own has no place in this one.
    for name in [
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        cargo.env_remove(name);
    }
    process::output_of(&mut cargo).context("the standard library can't be built")?;

    let built = target.join(TARGET).join("release/deps");
    let place = toolchain.join("usr/lib/rustlib").join(TARGET).join("lib");
    files::make_folder(&place)?;
    let libraries: Vec<String> = files::names_in(&built)
        .into_iter()
        .filter(|name| name.ends_with(".rlib"))
        .collect();
    if libraries.is_empty() {
        bail!("the standard library's build left nothing in {}", built.display());
    }
    for name in libraries {
        fs::copy(built.join(&name), place.join(&name)).with_context(|| format!("{name} can't be put in place"))?;
    }
    files::remove_folder(&toolchain.join("usr/src"))
}
