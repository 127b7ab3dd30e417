//! One compiled component on disk: its code, and beside it the SHA-256 of the code.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::trust::Trust;
use crate::source::hex;

/// The ending of files of code.
pub(super) const CODE: &str = "cwasm";
/// The ending of files of digests.
pub(super) const DIGEST: &str = "sha256";
/// What files begin with that are being written.
pub(super) const UNFINISHED: &str = ".unfinished-";

/// Where a compiled component is kept.
pub(super) struct Entry {
    code: PathBuf,
    digest: PathBuf,
}

impl Entry {
    pub(super) fn new(folder: &Path, key: &str) -> Self {
        Self {
            code: folder.join(format!("{key}.{CODE}")),
            digest: folder.join(format!("{key}.{DIGEST}")),
        }
    }

    /// The file of the code.
    pub(super) fn code(&self) -> &Path {
        &self.code
    }

    /// Loads it if it is there and is what was written.
    ///
    /// # Errors
    /// It was changed, somebody else could have written it, or the engine doesn't take it.
    pub(super) fn load(&self, engine: &Engine, trust: &Trust) -> wasmtime::Result<Option<Component>> {
        let files = (fs::symlink_metadata(&self.code), fs::symlink_metadata(&self.digest));
        let (code, digest) = match files {
            (Ok(code), Ok(digest)) => (code, digest),
            (Err(error), _) | (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            (Err(error), _) | (_, Err(error)) => return Err(error.into()),
        };
        trust.check(&code)?;
        trust.check(&digest)?;
        let expected = fs::read_to_string(&self.digest)?;
        let mut file = File::open(&self.code)?;
        let mut hasher = Sha256::new();
        io::copy(&mut file, &mut hasher)?;
        if hex(&hasher.finalize()) != expected {
            return Err(wasmtime::Error::msg(
                "its digest isn't the one that was written with it",
            ));
        }
        if trust.noted {
            // Used now: others go before it when room is made. Without that it only goes earlier.
            let _ = file.set_modified(SystemTime::now());
        }
        map(engine, &self.code).map(Some)
    }

    /// Writes the code, then its digest, each under a temporary name first.
    ///
    /// # Errors
    /// They can't be written.
    pub(super) fn store(&self, compiled: &[u8], readable: bool) -> io::Result<()> {
        write(&self.code, compiled, readable)?;
        write(&self.digest, hex(&Sha256::digest(compiled)).as_bytes(), readable)
    }
}

/// The one unsafe call of the host.
#[allow(unsafe_code)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize_file` demands a file that this version of wasmtime wrote and that nobody changes afterwards. The
    // file was written by `store` above from `Engine::precompile_component`, by this user or by root, and nobody else may write to
    // it or to its folder (`trust`); its digest was compared right before. It is never written in place, only replaced by renaming
    // or removed, so a mapping of it doesn't change. wasmtime itself checks version and settings.
    unsafe { Component::deserialize_file(engine, path) }
}

fn write(path: &Path, contents: &[u8], readable: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only this user can open it: 0600.
    let mut file: NamedTempFile = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(contents)?;
    if readable {
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
