//! A toolchain out of Debian's packages, for machines where rustup can't load one.
//!
//! Debian ships a recent Rust for its browsers (`rustc-web` and its siblings) with no WebAssembly target, but with the
//! source of the standard library. So: load the packages, unpack them into the cache folder, and build the standard
//! library for the target with the compiler that it belongs to (no other version can build it). No root is needed and
//! nothing outside the cache folder changes; about 140 MB to load, 500 MB on disk, a minute in all.
//!
//! All is made in a work folder that is renamed at the end: a folder of the final name is always whole.

mod packages;
mod standard_library;
mod unpack;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Answer, Toolchain};
use crate::lock::Lock;
use crate::step::Step;
use crate::{cache, files, process, system};
use packages::Packages;

/// Counted up whenever what is made here changes, so that no run takes what an older version of this program made.
const RECIPE: u32 = 1;

/// The oldest Rust that can compile the workspace.
const OLDEST_RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// The newest toolchain of an earlier run.
pub(super) fn cached() -> Answer {
    let found = folder().map(|folder| newest(&files::names_in(&folder)).map(|name| folder.join(name)));
    match found {
        Ok(Some(made)) => Answer::Found(toolchain(&made)),
        Ok(None) => Answer::Without("no earlier run has made one out of Debian's packages".into()),
        Err(error) => Answer::Without(format!("{error:#}")),
    }
}

/// Makes one.
pub(super) fn make(step: &Step) -> Answer {
    if !(process::is_on_path("apt-get") && process::is_on_path("dpkg-deb")) {
        return Answer::Without("this is no Debian: there is no apt-get".into());
    }
    match try_to_make(step) {
        Ok(made) => Answer::Found(toolchain(&made)),
        Err(error) => Answer::Without(format!("none could be made out of Debian's packages: {error:#}")),
    }
}

fn try_to_make(step: &Step) -> anyhow::Result<PathBuf> {
    let folder = folder()?;
    let _lock = Lock::of_folder(&folder, step)?;
    if let Some(name) = newest(&files::names_in(&folder)) {
        return Ok(folder.join(name)); // Made by another run while we waited.
    }
    let packages = Packages::find(step)?;
    let made = folder.join(name_of(&packages.version));
    let work = folder.join("work");
    files::remove_folder(&work)?; // Left by a run that was interrupted.
    files::make_folder(&work)?;

    let (debs, tree) = (work.join("debs"), work.join("toolchain"));
    step.doing("loading Debian's Rust packages (about 140 MB)");
    packages.download(&debs, step)?;
    step.doing("unpacking them");
    unpack::unpack(&debs, &packages, &tree)?;
    step.doing("building the standard library for it (half a minute on two cores)");
    standard_library::build(&tree, &packages, &work.join("target"))?;

    std::fs::rename(&tree, &made).with_context(|| format!("{} can't be put in place", made.display()))?;
    files::remove_folder(&work)?;
    Ok(made)
}

fn folder() -> anyhow::Result<PathBuf> {
    Ok(cache::folder()?.join("wasm-toolchain"))
}

fn toolchain(made: &Path) -> Toolchain {
    let compiler = unpack::compiler_in(made);
    // One that was made anew in the same place is another.
    let made_at = std::fs::metadata(&compiler).and_then(|file| file.modified()).ok();
    Toolchain {
        identity: format!("{} {made_at:?}", made.display()),
        rustc: Some(compiler),
        name: "debian",
        description: format!("made of Debian's packages, in {}", made.display()),
    }
}

/// The folder's name for a package version: with the recipe and the processor, since a home folder may be shared.
fn name_of(version: &str) -> String {
    format!("debian-{version}-{RECIPE}-{}", std::env::consts::ARCH)
}

/// The folder with the newest toolchain that this version of the program made and that can compile the workspace.
fn newest(names: &[String]) -> Option<&String> {
    let end = format!("-{RECIPE}-{}", std::env::consts::ARCH);
    names
        .iter()
        .filter_map(|name| {
            let version = name.strip_prefix("debian-")?.strip_suffix(&end)?;
            Some((system::version_numbers(version), name))
        })
        .filter(|(version, _)| *version >= system::version_numbers(OLDEST_RUST))
        .max()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_toolchain_of_this_recipe_and_new_enough_is_taken() {
        let arch = std::env::consts::ARCH;
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let old = name_of("1.85.0+dfsg3-1~deb12u3");
        let good = name_of("1.96.0+dfsg1-1~deb12u2");
        let newer = name_of("1.100.0+dfsg1-1");
        assert_eq!(
            newest(&names(&[
                "work",
                ".lock",
                "debian-1.99.0-0-x",
                &format!("debian-1.99.0-0-{arch}")
            ])),
            None
        );
        assert_eq!(newest(&names(&[&old])), None);
        assert_eq!(newest(&names(&[&old, &good])), Some(&good));
        assert_eq!(newest(&names(&[&newer, &good])), Some(&newer));
    }
}
