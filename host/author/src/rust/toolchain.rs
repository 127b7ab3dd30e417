//! What a Rust toolchain needs to make components: cargo, a compiler with the target's standard library, and the linker.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::TARGET;
use crate::environment::Environment;
use crate::missing::Missing;
use crate::process;

/// The linker that makes a component of a core module, so that cargo's output needs no further step.
pub(super) const LINKER: &str = "wasm-component-ld";

/// The variable that names another. <https://doc.rust-lang.org/cargo/reference/environment-variables.html#configuration-environment-variables>
pub(super) const LINKER_VARIABLE: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";

/// How to get Rust where there is none, or none that can be helped.
const RUSTUP: &str = "install Rust with rustup (https://rustup.rs), then: rustup target add wasm32-unknown-unknown";

/// What the machine lacks.
pub(super) fn missing(environment: &Environment) -> Vec<Missing> {
    let program = |variable: &str, name: &str| {
        let wanted = environment.variable(variable).unwrap_or(OsStr::new(name)).to_owned();
        (environment.program(&wanted).is_some(), wanted)
    };
    let mut missing = Vec::new();
    let (has_cargo, cargo) = program("CARGO", "cargo");
    let (has_rustc, rustc) = program("RUSTC", "rustc");
    for (has, wanted) in [(has_cargo, &cargo), (has_rustc, &rustc)] {
        if !has {
            missing.push(Missing::new(format!("`{}`", wanted.display()), RUSTUP));
        }
    }
    if !has_rustc {
        return missing;
    }
    let said = process::answer(environment.command(&rustc).args([
        "--target",
        TARGET,
        "--print=sysroot",
        "--print=host-tuple",
        "--print=target-libdir",
    ]));
    match said.as_deref().and_then(Sysroot::read) {
        None => missing.push(Missing::new(
            format!("a Rust compiler that knows {TARGET}: `{}` doesn't", rustc.display()),
            RUSTUP,
        )),
        Some(sysroot) => missing.extend(sysroot.missing(environment)),
    }
    missing
}

/// What a compiler says about itself.
struct Sysroot<'a> {
    folder: &'a Path,
    host: &'a str,
    libraries: &'a Path,
}

impl<'a> Sysroot<'a> {
    /// `said` is the sysroot, the host's target tuple and the folder of the target's standard library, a line each.
    fn read(said: &'a str) -> Option<Self> {
        let mut lines = said.lines().map(str::trim);
        Some(Self {
            folder: Path::new(lines.next()?),
            host: lines.next()?,
            libraries: Path::new(lines.next()?),
        })
    }

    fn missing(&self, environment: &Environment) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !self.has_standard_library() {
            missing.push(Missing::new(
                format!(
                    "Rust's target {TARGET} (the compiler is that of {})",
                    self.folder.display()
                ),
                self.how_to_get_the_target(environment),
            ));
        }
        let linker = environment.variable(LINKER_VARIABLE).unwrap_or(OsStr::new(LINKER));
        if environment.program(linker).is_none() && !(linker == LINKER && self.linker().is_file()) {
            missing.push(Missing::new(
                format!("the linker `{}`", linker.display()),
                "it comes with Rust as rustup installs it: rustup update stable\nor, with any Rust: cargo install --locked wasm-component-ld",
            ));
        }
        missing
    }

    fn has_standard_library(&self) -> bool {
        std::fs::read_dir(self.libraries).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
    }

    /// Rustc puts this folder on the PATH of the linker that it calls.
    fn linker(&self) -> PathBuf {
        self.folder
            .join("lib/rustlib")
            .join(self.host)
            .join("bin")
            .join(format!("{LINKER}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Rustup adds it to a toolchain of its own. A compiler of the system's packages gets it from there, if at all.
    fn how_to_get_the_target(&self, environment: &Environment) -> String {
        let of_the_system = self.folder.starts_with("/usr") && !self.folder.starts_with("/usr/local");
        if environment.program("rustup").is_some() && !of_the_system {
            return format!("rustup target add {TARGET}");
        }
        if of_the_system && environment.program("apt-get").is_some() {
            // Debian's name for the standard libraries of its WebAssembly targets, of the version of its rustc.
            return format!("apt-get install libstd-rust-dev-wasm32\nor, if that Rust is older than 1.95: {RUSTUP}");
        }
        RUSTUP.to_owned()
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A machine with these programs, whose compiler has these parts.
    struct Machine(tempfile::TempDir);

    impl Machine {
        fn with(programs: &[&str], standard_library: bool, linker: bool) -> Self {
            let machine = Self(tempfile::tempdir().unwrap());
            let root = machine.0.path();
            let (bin, rustlib) = (root.join("bin"), root.join("sysroot/lib/rustlib"));
            let libraries = rustlib.join(TARGET).join("lib");
            fs::create_dir_all(&bin).unwrap();
            fs::create_dir_all(rustlib.join("host/bin")).unwrap();
            for program in programs {
                let said = format!("{}\nhost\n{}", root.join("sysroot").display(), libraries.display());
                let file = bin.join(program);
                fs::write(&file, format!("#!/bin/sh\necho '{said}'\n")).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
            if standard_library {
                fs::create_dir_all(&libraries).unwrap();
                fs::write(libraries.join("libstd-0123.rlib"), "").unwrap();
            }
            if linker {
                fs::write(rustlib.join("host/bin").join(LINKER), "").unwrap();
            }
            machine
        }

        fn lacks(&self) -> String {
            self.lacks_with(&[])
        }

        fn lacks_with(&self, variables: &[(&str, &str)]) -> String {
            let path = ("PATH".into(), self.0.path().join("bin").into());
            let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
            let missing = missing(&Environment::of(variables.chain([path])));
            missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
    }

    #[test]
    fn a_toolchain_with_all_parts_lacks_nothing() {
        assert_eq!(Machine::with(&["cargo", "rustc"], true, true).lacks(), "");
        assert_eq!(Machine::with(&["cargo", "rustc", LINKER], true, false).lacks(), "");
    }

    #[test]
    fn each_missing_part_is_named_with_what_installs_it() {
        let nothing = Machine::with(&[], false, false).lacks();
        assert!(nothing.contains("`cargo`") && nothing.contains("`rustc`") && nothing.contains("https://rustup.rs"));
        let target = Machine::with(&["cargo", "rustc", "rustup"], false, true).lacks();
        assert!(
            target.contains("\n    rustup target add wasm32-unknown-unknown"),
            "{target}"
        );
        let no_rustup = Machine::with(&["cargo", "rustc"], false, true).lacks();
        assert!(no_rustup.contains("install Rust with rustup"), "{no_rustup}");
        let linker = Machine::with(&["cargo", "rustc"], true, false).lacks();
        assert!(
            linker.contains("`wasm-component-ld`") && linker.contains("cargo install"),
            "{linker}"
        );
    }

    #[test]
    fn what_the_environment_names_is_what_counts() {
        let machine = Machine::with(&["cargo", "my-rustc", "my-ld"], true, false);
        let named = [("RUSTC", "my-rustc"), (LINKER_VARIABLE, "my-ld")];
        assert_eq!(machine.lacks_with(&named), "");
        assert!(machine.lacks().contains("`rustc`"));
        assert!(machine.lacks_with(&[("RUSTC", "/no/rustc")]).contains("`/no/rustc`"));
    }
}
