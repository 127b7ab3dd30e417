//! Whose native code is loaded.
//!
//! The host's own folder must belong to the user that the host runs as, and nobody else may write to it. Each file must belong to
//! that user too and be closed to the writing of others.
//!
//! A prebuilt folder usually belongs to root, in an image, while the host runs as somebody who can't write there. That is as safe
//! as the host's own binary beside it: who can change what belongs to root can change that too. So root's files are taken there,
//! besides this user's. What makes it safe is that nobody else can put a file, or a whole folder, in that place; therefore every
//! folder on the way must belong to root or to this user and be closed to the writing of others, or be sticky as `/tmp` is (only
//! the owner of what is in a sticky folder can rename it).

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// Group and others may write.
const OTHERS_WRITE: u32 = 0o022;
/// The sticky bit of a folder.
const STICKY: u32 = 0o1000;
/// The user id of root.
const ROOT: u32 = 0;

/// Whose files are loaded from a folder.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    owners: Vec<u32>,
    /// The files are used, and when is noted.
    pub(super) noted: bool,
}

impl Trust {
    /// Refuses a file that somebody else could have written.
    ///
    /// # Errors
    /// It isn't an ordinary file, belongs to another user, or others may write to it.
    pub(super) fn check(&self, metadata: &Metadata) -> io::Result<()> {
        if !metadata.is_file() {
            return refuse("it isn't a file");
        }
        if !self.owners.contains(&metadata.uid()) {
            return refuse("it belongs to another user");
        }
        if metadata.permissions().mode() & OTHERS_WRITE != 0 {
            return refuse("others may write to it");
        }
        Ok(())
    }
}

/// Opens the host's own folder, or makes it.
///
/// # Errors
/// It can't be made or written to, belongs to another user, or others may write to it.
pub(super) fn own(folder: &Path, readable: bool) -> io::Result<Trust> {
    if !folder.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if readable {
            fs::set_permissions(folder, Permissions::from_mode(0o755))?;
        }
    }
    let metadata = fs::metadata(folder)?;
    let me = me(folder)?;
    if metadata.uid() != me {
        return refuse("it belongs to another user");
    }
    if metadata.permissions().mode() & OTHERS_WRITE != 0 {
        return refuse("others may write to it; `chmod go-w` it");
    }
    Ok(Trust {
        owners: vec![me],
        noted: true,
    })
}

/// Opens a folder that came with an image.
///
/// # Errors
/// It isn't there, or somebody else than root and this user could put a file in it.
pub(super) fn prebuilt(folder: &Path) -> io::Result<Trust> {
    let me = me(&std::env::temp_dir())?;
    let folder = folder.canonicalize()?;
    for step in folder.ancestors() {
        let metadata = fs::metadata(step)?;
        let mode = metadata.permissions().mode();
        let closed = mode & OTHERS_WRITE == 0 || (mode & STICKY != 0 && step != folder);
        if !closed || ![ROOT, me].contains(&metadata.uid()) {
            return refuse(&format!(
                "it holds native code, and others than root and this user could put files there: {} is theirs or open to them",
                step.display()
            ));
        }
    }
    Ok(Trust {
        owners: vec![ROOT, me],
        noted: false,
    })
}

/// The user that this process runs as: a file that it makes belongs to that one.
fn me(folder: &Path) -> io::Result<u32> {
    Ok(tempfile::tempfile_in(folder)?.metadata()?.uid())
}

fn refuse<T>(why: &str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}
