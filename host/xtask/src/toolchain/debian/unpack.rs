//! Packages into a folder that a compiler runs from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::packages::{Packages, SOURCE};
use crate::{files, process};

/// The compiler of a finished toolchain: a script, since the compiler needs its own libraries and linker.
pub(super) fn compiler_in(toolchain: &Path) -> PathBuf {
    toolchain.join("bin/rustc")
}

/// Where the standard library's source is unpacked to.
pub(super) fn library_source_in(toolchain: &Path, packages: &Packages) -> PathBuf {
    toolchain.join(library_source(packages))
}

fn library_source(packages: &Packages) -> String {
    format!("usr/src/rustc-{}/library", packages.upstream())
}

/// Unpacks every package in `debs` into `toolchain` and writes the script that calls the compiler; removes `debs`.
pub(super) fn unpack(debs: &Path, packages: &Packages, toolchain: &Path) -> anyhow::Result<()> {
    files::make_folder(toolchain)?;
    for name in files::names_in(debs) {
        let deb = debs.join(&name);
        if name.starts_with(SOURCE) {
            // Of 40,000 files only the standard library's are wanted.
            unpack_part(&deb, &format!("./{}", library_source(packages)), toolchain)?;
        } else {
            process::output_of(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(toolchain))?;
        }
    }
    files::remove_folder(debs)?;

    let compiler = compiler_in(toolchain);
    let libraries = library_folders(toolchain)?;
    files::make_folder(&toolchain.join("bin"))?;
    fs::write(&compiler, script(&libraries, packages.llvm)).context("the compiler's script can't be written")?;
    make_executable(&compiler)?;
    process::output_of(Command::new(&compiler).arg("--version"))
        .context("the compiler of Debian's packages doesn't run here")?;
    Ok(())
}

fn unpack_part(deb: &Path, part: &str, into: &Path) -> anyhow::Result<()> {
    let mut tree = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdout(Stdio::piped())
        .spawn()
        .context("`dpkg-deb` can't be started")?;
    let pipe = tree.stdout.take().context("dpkg-deb's output was asked for")?;
    let unpacked = Command::new("tar")
        .arg("--extract")
        .arg("--directory")
        .arg(into)
        .arg(part)
        .stdin(pipe)
        .status();
    let read = tree.wait().context("dpkg-deb's end can't be awaited")?;
    if !(unpacked.context("`tar` can't be started")?.success() && read.success()) {
        bail!("{part} can't be unpacked from {}", deb.display());
    }
    Ok(())
}

/// The folders with shared libraries, relative to the toolchain: `usr/lib/x86_64-linux-gnu` and its like.
fn library_folders(toolchain: &Path) -> anyhow::Result<Vec<String>> {
    let mut folders = Vec::new();
    for parent in ["usr/lib", "lib"] {
        for name in files::names_in(&toolchain.join(parent)) {
            let has_libraries = files::names_in(&toolchain.join(parent).join(&name))
                .iter()
                .any(|name| name.contains(".so"));
            if name.contains("-linux-") && has_libraries {
                folders.push(format!("{parent}/{name}"));
            }
        }
    }
    if folders.is_empty() {
        bail!("the packages hold no shared libraries where Debian puts them");
    }
    Ok(folders)
}

/// The script finds everything from its own place, so that the folder can be renamed and moved.
fn script(library_folders: &[String], llvm: u32) -> String {
    let libraries: Vec<String> = library_folders.iter().map(|folder| format!("$here/{folder}")).collect();
    format!(
        "#!/bin/sh\n\
         # The compiler with its own libraries, and with wasm-ld where wasm-component-ld looks for it.\n\
         here=${{0%/*}}/..\n\
         LD_LIBRARY_PATH=\"{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\" \\\n\
         PATH=\"$here/usr/lib/llvm-{llvm}/bin:$PATH\" \\\n\
         exec \"$here/usr/bin/rustc\" \"$@\"\n",
        libraries = libraries.join(":"),
    )
}

#[cfg(unix)]
fn make_executable(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} can't be made executable", file.display()))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> anyhow::Result<()> {
    bail!("Debian's packages are of no use here")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_no_absolute_place() {
        let script = script(&["usr/lib/x86_64-linux-gnu".into()], 22);
        assert!(
            script.contains("LD_LIBRARY_PATH=\"$here/usr/lib/x86_64-linux-gnu${"),
            "{script}"
        );
        assert!(script.contains("PATH=\"$here/usr/lib/llvm-22/bin:$PATH\""), "{script}");
        assert!(!script.contains("\"/"), "{script}");
    }

    #[test]
    fn library_folders_are_those_of_the_machines_architecture() {
        let toolchain = tempfile::tempdir().unwrap();
        for (folder, file) in [
            ("usr/lib/aarch64-linux-gnu", "libLLVM.so.22.1"),
            ("usr/lib/rustlib", "x.so"),
            ("usr/lib/a-linux-b", "x"),
        ] {
            fs::create_dir_all(toolchain.path().join(folder)).unwrap();
            fs::write(toolchain.path().join(folder).join(file), "").unwrap();
        }
        assert_eq!(
            library_folders(toolchain.path()).unwrap(),
            ["usr/lib/aarch64-linux-gnu"]
        );
    }
}
