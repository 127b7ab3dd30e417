//! Compiled components on disk, so that the second start takes milliseconds.
//!
//! A cached file is native code: whoever can write it runs in this process. So the folder must belong to the user that the host
//! runs as and be closed to everybody else, each file is written under another name and then renamed, and its SHA-256, kept
//! beside it, is checked before it is loaded. What doesn't pass is compiled again.
//!
//! The key is the component's SHA-256 together with wasmtime's own hash of engine version, settings and target features.

use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::source::hex;

/// The cache; without a folder it only compiles.
pub(crate) struct CompileCache {
    folder: Option<PathBuf>,
    engine_key: String,
}

impl CompileCache {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// It can't be made, or others could write to it.
    pub(crate) fn open(folder: Option<&Path>, engine: &Engine) -> io::Result<Self> {
        if let Some(folder) = folder {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            check_private(folder)?;
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            folder: folder.map(Path::to_owned),
            engine_key: format!("{:016x}", hasher.finish()),
        })
    }

    /// The component of these bytes, whose SHA-256 is `digest`: from the cache, or compiled and put there.
    ///
    /// # Errors
    /// The bytes aren't a component that the engine takes.
    pub(crate) fn compile(&self, engine: &Engine, digest: &str, bytes: &[u8]) -> wasmtime::Result<Component> {
        let Some(folder) = &self.folder else {
            return Component::from_binary(engine, bytes);
        };
        let path = folder.join(format!("{digest}-{}.cwasm", self.engine_key));
        match load(engine, &path) {
            Ok(Some(component)) => return Ok(component),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(file = %path.display(), %error, "a compiled component can't be used; compiling it again")
            }
        }
        let compiled = engine.precompile_component(bytes)?;
        if let Err(error) = store(&path, &compiled) {
            tracing::warn!(file = %path.display(), %error, "a compiled component can't be kept; the next start compiles it again");
        } else if let Ok(Some(component)) = load(engine, &path) {
            return Ok(component);
        }
        Component::from_binary(engine, bytes)
    }
}

/// The folder must be ours and closed to others.
fn check_private(folder: &Path) -> io::Result<()> {
    let metadata = fs::metadata(folder)?;
    // A file that this process makes belongs to the user it runs as.
    let probe = tempfile::tempfile_in(folder)?;
    if metadata.uid() != probe.metadata()?.uid() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it belongs to another user",
        ));
    }
    if metadata.permissions().mode() & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "others may write to it; `chmod go-w` it",
        ));
    }
    Ok(())
}

fn digest_path(path: &Path) -> PathBuf {
    path.with_extension("sha256")
}

/// Loads a cached file if it is there and is what was written.
fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Option<Component>> {
    let (compiled, expected) = match (fs::read(path), fs::read_to_string(digest_path(path))) {
        (Ok(compiled), Ok(expected)) => (compiled, expected),
        (Err(error), _) | (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        (Err(error), _) | (_, Err(error)) => return Err(error.into()),
    };
    if hex(&Sha256::digest(&compiled)) != expected {
        return Err(wasmtime::Error::msg(
            "its digest isn't the one that was written with it",
        ));
    }
    map(engine, path).map(Some)
}

/// The one unsafe call of the host.
#[allow(unsafe_code)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize_file` demands a file that this version of wasmtime wrote and that nobody changes afterwards. The
    // file was written by `store` below from `Engine::precompile_component`, in a folder that belongs to this user and that
    // nobody else may write to (checked when it was opened); its digest was compared right before. It is never written in
    // place, only replaced by renaming, so a mapping of it doesn't change. wasmtime itself checks version and settings.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Writes the compiled code, then its digest, each under a temporary name first.
fn store(path: &Path, compiled: &[u8]) -> io::Result<()> {
    write_atomically(path, compiled)?;
    write_atomically(&digest_path(path), hex(&Sha256::digest(compiled)).as_bytes())
}

fn write_atomically(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::engine;

    /// The smallest component: the preamble of the format, layer 1.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn cached(folder: &Path) -> PathBuf {
        let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .find(|path| path.extension().is_some_and(|extension| extension == "cwasm"))
            .unwrap()
    }

    #[test]
    fn what_was_changed_is_compiled_again_and_never_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(1).unwrap();
        let cache = CompileCache::open(Some(&folder.path().join("compiled")), &engine).unwrap();
        cache.compile(&engine, "0a", EMPTY).unwrap();
        let path = cached(&folder.path().join("compiled"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(load(&engine, &path).unwrap().is_some());

        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, &bad).unwrap();
        assert!(load(&engine, &path).is_err());
        cache.compile(&engine, "0a", EMPTY).unwrap();
        assert_eq!(fs::read(&path).unwrap(), good, "it was replaced by a good one");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let error = CompileCache::open(Some(folder.path()), &engine(1).unwrap())
            .err()
            .unwrap();
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }
}
