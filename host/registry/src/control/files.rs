//! Files of the operator's decisions: only the owner's, whole or not there, and of the shape that is expected.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown};
use std::path::Path;

use tempfile::NamedTempFile;

/// Makes a folder for its owner alone, if it isn't there.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    give_to_owner_of(folder.parent(), folder)
}

/// What root makes in a folder of another account's belongs to that account: else a host couldn't read what was decided for
/// it with `sudo`.
fn give_to_owner_of(parent: Option<&Path>, made: &Path) -> io::Result<()> {
    let parent = match parent {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (owner, own) = (parent.metadata()?, made.metadata()?);
    if own.uid() == 0 && owner.uid() != 0 {
        chown(made, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// Writes a file of its owner's alone so that whoever reads it, now or after a crash, finds all of it or what was there
/// before.
pub(super) fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut temporary = NamedTempFile::with_prefix_in(".tmp-", folder)?;
    temporary.write_all(bytes)?;
    give_to_owner_of(Some(folder), temporary.path())?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    // The name too is on the disk then.
    File::open(folder)?.sync_all()
}

/// Opens a file to lock, and makes it if it isn't there.
pub(super) fn open_lock(file: &Path) -> io::Result<File> {
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(file)?;
    give_to_owner_of(file.parent(), file)?;
    Ok(opened)
}

/// Whether somebody holds a lock on a file.
pub(super) fn is_locked(file: &Path) -> io::Result<bool> {
    let file = match File::open(file) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
