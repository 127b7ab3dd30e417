//! The key that continuations are sealed with: kept, so that they outlive a restart.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use usher_capabilities::SealKey;

/// The key of a file. Made if there is none and `make` says so.
///
/// # Errors
/// The file can't be read or made, or isn't a key.
pub(crate) fn load(file: &Path, make: bool) -> anyhow::Result<SealKey> {
    let key = match fs::read(file) {
        Ok(bytes) => SealKey::from_bytes(&bytes),
        Err(error) if error.kind() == ErrorKind::NotFound && make => {
            let key = SealKey::random()?;
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)
                .and_then(|mut created| created.write_all(key.expose()))
                .with_context(|| format!("{} can't be written", file.display()))?;
            Ok(key)
        }
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", file.display())),
    };
    key.with_context(|| {
        format!(
            "{} isn't a key of the seals; delete it to have a new one made",
            file.display()
        )
    })
}
