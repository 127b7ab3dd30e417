//! A folder of components with their grants, for a host of a test's own.

use std::path::Path;

use tempfile::TempDir;

use crate::{Grant, built, guest};

/// The folder. It is gone when it is dropped, and a host that serves it notices: see [`Host::keeping`](crate::Host::keeping).
pub struct Folder(TempDir);

impl Folder {
    /// With nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Adds a program of `tests/guests/examples` with its grant.
    #[must_use]
    pub fn guest(self, name: &str, grant: &Grant) -> Self {
        std::fs::write(self.path().join(format!("{name}.wasm")), guest(name)).unwrap();
        std::fs::write(self.path().join(format!("{name}.grant.toml")), grant.text()).unwrap();
        self
    }

    /// Adds a sample with its grant.
    #[must_use]
    pub fn sample(self, name: &str) -> Self {
        for file in [format!("{name}.wasm"), format!("{name}.grant.toml")] {
            let from = built::samples().join(&file);
            std::fs::copy(&from, self.path().join(file))
                .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask test`", from.display()));
        }
        self
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}
