//! Which packages, in which versions, and how they are loaded.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::OLDEST_RUST;
use crate::step::Step;
use crate::{files, process, system};

/// The packages to load.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packages {
    /// The version of Debian's Rust packages, like `1.96.0+dfsg1-1~deb12u2`. They only fit each other in one version.
    pub(super) version: String,
    /// The major version of the LLVM that they are linked with.
    pub(super) llvm: u32,
    /// What else the compiler needs and the machine hasn't installed, by apt's own reckoning.
    missing: Vec<String>,
}

impl Packages {
    /// Finds them in apt's lists; loads newer lists if that is needed and we may.
    pub(super) fn find(step: &Step) -> anyhow::Result<Self> {
        if let Some(version) = candidate_new_enough()? {
            return Self::of_version(version);
        }
        if !system::is_root() {
            bail!(
                "apt knows no `rustc-web` of version {OLDEST_RUST} or later: run `sudo apt-get update` and try again \
                 (the package is in Debian's security archive, bookworm-security or later)"
            );
        }
        step.doing("apt-get update");
        system::apt_get_update()?;
        match candidate_new_enough()? {
            Some(version) => Self::of_version(version),
            None => bail!(
                "apt knows no `rustc-web` of version {OLDEST_RUST} or later, not even after `apt-get update`: add \
                 Debian's security archive (bookworm-security or later) to its sources"
            ),
        }
    }

    fn of_version(version: String) -> anyhow::Result<Self> {
        let series = series_of(&version)?;
        let shown = process::output_of(
            system::apt("apt-cache").args(["show", &format!("libstd-rust-web-{series}={version}")]),
        )?;
        let llvm = llvm_in(&shown).context("the compiler's package doesn't say which LLVM it needs")?;
        let simulated = process::output_of(system::apt("apt-get").args([
            "install",
            "--simulate",
            "--no-install-recommends",
            &format!("libllvm{llvm}"),
            &format!("lld-{llvm}"),
        ]));
        // Beyond the fixed list mostly nothing is missing. If apt can't reckon (broken packages on the machine), go on
        // without: the compiler will say which library it lacks.
        let missing = simulated.map(|text| installs_in(&text)).unwrap_or_default();
        Ok(Self { version, llvm, missing })
    }

    /// The source folder's version, like `1.96.0`.
    pub(super) fn upstream(&self) -> &str {
        upstream_of(&self.version)
    }

    /// Everything to download, as apt wants it.
    fn names(&self) -> anyhow::Result<Vec<String>> {
        let Self { version, llvm, missing } = self;
        let series = series_of(version)?;
        let mut names = vec![
            format!("rustc-web={version}"),
            format!("libstd-rust-web-{series}={version}"),
            format!("libstd-rust-web-dev={version}"),
            format!("rust-web-llvm={version}"),
            format!("{SOURCE}={version}"),
            format!("libllvm{llvm}"),
            format!("lld-{llvm}"),
        ];
        names.extend(
            missing
                .iter()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect::<Vec<_>>(),
        );
        Ok(names)
    }

    /// Loads them into a folder. Apt checks their signatures' hashes.
    pub(super) fn download(&self, into: &Path, step: &Step) -> anyhow::Result<()> {
        files::make_folder(into)?;
        let names = self.names()?;
        let download = || process::output_of(system::apt("apt-get").arg("download").args(&names).current_dir(into));
        let Err(error) = download() else { return Ok(()) };
        // Debian's servers keep only the newest version: with lists that are a few weeks old the file is gone.
        if !system::is_root() {
            return Err(error.context("Debian's packages can't be loaded: run `sudo apt-get update` and try again"));
        }
        step.doing("apt-get update, since its lists may be out of date");
        system::apt_get_update()?;
        download().context("Debian's packages can't be loaded").map(drop)
    }
}

/// The package with the source.
pub(super) const SOURCE: &str = "rust-web-src";

fn candidate_new_enough() -> anyhow::Result<Option<String>> {
    let policy = process::output_of(system::apt("apt-cache").args(["policy", "rustc-web"]))?;
    Ok(candidate_in(&policy)
        .filter(|version| system::version_numbers(version) >= system::version_numbers(OLDEST_RUST))
        .map(String::from))
}

/// The candidate in the output of `apt-cache policy`.
fn candidate_in(policy: &str) -> Option<&str> {
    policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))
        .filter(|version| *version != "(none)")
}

/// `1.96.0` of `1.96.0+dfsg1-1~deb12u2`.
fn upstream_of(version: &str) -> &str {
    version.split(['+', '-', '~']).next().unwrap_or(version)
}

/// `1.96` of `1.96.0+dfsg1-1~deb12u2`.
fn series_of(version: &str) -> anyhow::Result<&str> {
    let upstream = upstream_of(version);
    upstream
        .rsplit_once('.')
        .map(|(series, _)| series)
        .with_context(|| format!("`{version}` is no version of Rust"))
}

/// The LLVM in the dependencies that `apt-cache show` shows.
fn llvm_in(shown: &str) -> Option<u32> {
    let depends = shown.lines().find_map(|line| line.strip_prefix("Depends: "))?;
    depends
        .split(", ")
        .find_map(|one| one.split(' ').next()?.strip_prefix("libllvm")?.parse().ok())
}

/// The packages that `apt-get install --simulate` would install.
fn installs_in(simulated: &str) -> Vec<String> {
    simulated
        .lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
        .map(String::from)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn apts_candidate_is_read() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  Version table:\n";
        assert_eq!(candidate_in(policy), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(
            candidate_in("rustc-web:\n  Installed: (none)\n  Candidate: (none)\n"),
            None
        );
        assert_eq!(candidate_in(""), None);
    }

    #[test]
    fn a_debian_version_is_taken_apart() {
        assert_eq!(upstream_of("1.96.0+dfsg1-1~deb12u2"), "1.96.0");
        assert_eq!(series_of("1.96.0+dfsg1-1~deb12u2").unwrap(), "1.96");
        assert_eq!(series_of("1.97.1-2").unwrap(), "1.97");
        assert!(series_of("nonsense").is_err());
    }

    #[test]
    fn the_llvm_is_read_from_the_dependencies() {
        let shown = "Package: libstd-rust-web-1.96\nDepends: libc6 (>= 2.34), libllvm22, libstdc++6 (>= 11)\n";
        assert_eq!(llvm_in(shown), Some(22));
        assert_eq!(llvm_in("Depends: libllvm22 (>= 1:22.1)\n"), Some(22));
        assert_eq!(llvm_in("Depends: libc6\n"), None);
    }

    #[test]
    fn libraries_that_the_machine_lacks_are_loaded_too_and_nothing_twice() {
        let missing =
            installs_in("Inst libz3-4 (4.8.12 Debian:12 [amd64])\nInst lld-22 (1:22.1 D [amd64])\nConf libz3-4 (x)\n");
        assert_eq!(missing, ["libz3-4", "lld-22"]);
        let names = Packages {
            version: "1.96.0-1".into(),
            llvm: 22,
            missing,
        }
        .names()
        .unwrap();
        assert!(names.contains(&"rustc-web=1.96.0-1".into()) && names.contains(&"libz3-4".into()));
        assert_eq!(names.iter().filter(|name| *name == "lld-22").count(), 1);
    }
}
