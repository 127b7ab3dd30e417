//! Where things are: the checkout, and what is built from it.

use std::path::{Path, PathBuf};

/// The checkout and its target folder.
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// `$CARGO_TARGET_DIR`, else `target/` in the root.
    pub(crate) target: PathBuf,
}

/// How the host is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// Quick to run.
    Release,
}

impl Workspace {
    /// The workspace that this program was compiled in.
    pub(crate) fn locate() -> Self {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = crate_folder.ancestors().nth(2).unwrap_or(crate_folder).to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            // Cargo takes a relative one from where it is called; we call it in the root.
            Some(folder) if !folder.is_empty() => root.join(folder),
            _ => root.join("target"),
        };
        Self { root, target }
    }

    /// The host's binary.
    pub(crate) fn usher(&self, profile: Profile) -> PathBuf {
        let folder = match profile {
            Profile::Dev => "debug",
            Profile::Release => "release",
        };
        self.target
            .join(folder)
            .join(format!("usher{}", std::env::consts::EXE_SUFFIX))
    }

    /// The built components, each with its grant.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The built samples, each with its grant.
    pub(crate) fn samples(&self) -> PathBuf {
        self.target.join("samples")
    }

    /// The components that exist for the tests' sake.
    pub(crate) fn test_guests(&self) -> PathBuf {
        self.target.join("test-guests")
    }

    /// What tests said and what was issued to them.
    pub(crate) fn test_transcripts(&self) -> PathBuf {
        self.target.join("test-transcripts")
    }

    /// Other people's programs that the tests and checks run.
    pub(crate) fn test_tools(&self) -> PathBuf {
        self.target.join("test-tools")
    }

    /// Cargo's target folder for components that are built by a toolchain of this name: each has its own, since crates
    /// compiled by one are of no use to another.
    pub(crate) fn wasm_target(&self, toolchain: &str) -> PathBuf {
        self.target.join("wasm").join(toolchain)
    }
}
