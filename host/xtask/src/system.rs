//! The machine's own package manager, and who we are to it.

use std::process::Command;

use crate::process;
use crate::step::Step;

/// Whether we may install packages.
pub(crate) fn is_root() -> bool {
    process::output_of(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// One of apt's programs, speaking plain English so that what it says can be read.
pub(crate) fn apt(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("LC_ALL", "C.UTF-8")
        .env("DEBIAN_FRONTEND", "noninteractive");
    if program == "apt-get" {
        command.arg("--quiet");
        if is_root() {
            // Its sandbox user may not enter our folders; it would warn and do without.
            command.args(["--option", "APT::Sandbox::User=root"]);
        }
    }
    command
}

/// Loads apt's lists anew. Needs root.
pub(crate) fn apt_get_update() -> anyhow::Result<()> {
    process::output_of(apt("apt-get").arg("update")).map(drop)
}

/// Installs a Debian package if this is Debian and we are root; otherwise an error that says what to install.
pub(crate) fn install(package: &str, purpose: &str, step: &Step) -> anyhow::Result<()> {
    if !(process::is_on_path("apt-get") && is_root()) {
        anyhow::bail!("{purpose} is missing: install it (on Debian and Ubuntu: `sudo apt-get install {package}`)");
    }
    step.doing(&format!("apt-get install {package}, since {purpose} is missing"));
    let install =
        || process::output_of(apt("apt-get").args(["install", "--yes", "--no-install-recommends", package])).map(drop);
    install().or_else(|_| {
        apt_get_update()?;
        install()
    })
}

/// The leading numbers of a version, for comparison: `[1, 96, 0]` of `1.96.0+dfsg1-1~deb12u2`.
pub(crate) fn version_numbers(version: &str) -> Vec<u32> {
    let end = version
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(version.len());
    version[..end]
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        assert_eq!(version_numbers("1.96.0+dfsg1-1~deb12u2"), [1, 96, 0]);
        assert!(version_numbers("1.100.0") > version_numbers("1.96.0"));
        assert!(version_numbers("1.95.0") >= version_numbers("1.95"));
        assert!(version_numbers("1.85.0+dfsg3") < version_numbers("1.95"));
        assert!(version_numbers("").is_empty());
    }
}
