//! The active toolchain, if it has the target.

use std::path::Path;
use std::process::Command;

use super::{Answer, LINKER, TARGET, Toolchain};
use crate::{files, process};

/// Looks whether the compiler that cargo would use has the target's standard library, and the linker.
pub(super) fn find() -> Answer {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output_of(Command::new(&rustc).args([
        "--target",
        TARGET,
        "--print=sysroot",
        "--print=host-tuple",
        "--print=target-libdir",
    ]));
    match said {
        Ok(said) => judge(&said, process::is_on_path(LINKER)),
        Err(error) => Answer::Without(format!("the active Rust toolchain doesn't answer: {error}")),
    }
}

/// `said` is the sysroot, the host's target tuple and the folder of the target's standard library, a line each.
fn judge(said: &str, linker_on_path: bool) -> Answer {
    let mut lines = said.lines().map(str::trim);
    let (Some(sysroot), Some(host), Some(libraries)) = (lines.next(), lines.next(), lines.next()) else {
        return Answer::Without(format!(
            "the active Rust toolchain gave an answer that makes no sense: {said}"
        ));
    };
    if !files::names_in(Path::new(libraries))
        .iter()
        .any(|name| name.starts_with("libstd-"))
    {
        return Answer::Without(format!("the active Rust toolchain ({sysroot}) has no {TARGET} target"));
    }
    // Rustc puts this folder on the PATH of the linker that it calls.
    let tools = Path::new(sysroot).join("lib/rustlib").join(host).join("bin");
    let linker = tools.join(format!("{LINKER}{}", std::env::consts::EXE_SUFFIX));
    if !linker.is_file() && !linker_on_path {
        return Answer::Without(format!("the active Rust toolchain ({sysroot}) has no {LINKER}"));
    }
    Answer::Found(Toolchain {
        rustc: None,
        name: "installed",
        description: format!("installed in {sysroot}"),
        identity: sysroot.to_owned(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    /// A sysroot with or without the two things that count, and what rustc would say of it.
    fn sysroot(std: bool, linker: bool) -> (tempfile::TempDir, String) {
        let sysroot = tempfile::tempdir().unwrap();
        let rustlib = sysroot.path().join("lib/rustlib");
        let libraries = rustlib.join(TARGET).join("lib");
        fs::create_dir_all(rustlib.join("host/bin")).unwrap();
        if std {
            fs::create_dir_all(&libraries).unwrap();
            fs::write(libraries.join("libstd-0123.rlib"), "").unwrap();
        }
        if linker {
            let name = format!("{LINKER}{}", std::env::consts::EXE_SUFFIX);
            fs::write(rustlib.join("host/bin").join(name), "").unwrap();
        }
        let said = format!("{}\nhost\n{}\n", sysroot.path().display(), libraries.display());
        (sysroot, said)
    }

    fn is_found(std: bool, linker: bool, linker_on_path: bool) -> bool {
        let (_folder, said) = sysroot(std, linker);
        matches!(judge(&said, linker_on_path), Answer::Found(_))
    }

    #[test]
    fn a_toolchain_counts_only_with_both_standard_library_and_linker() {
        assert!(is_found(true, true, false));
        assert!(is_found(true, false, true));
        assert!(!is_found(true, false, false));
        assert!(!is_found(false, true, true));
    }

    #[test]
    fn a_compiler_that_says_something_else_is_no_toolchain() {
        assert!(matches!(judge("one line", true), Answer::Without(_)));
    }
}
