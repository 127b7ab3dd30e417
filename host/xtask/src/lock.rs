//! A lock between processes, so that two runs at once don't set up the same thing.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context as _;

use crate::files;
use crate::step::Step;

/// Held until dropped; the operating system lets go of it when the process ends, however it ends.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until no other process holds the lock of this folder, which is made if it isn't there.
    pub(crate) fn of_folder(folder: &Path, step: &Step) -> anyhow::Result<Self> {
        files::make_folder(folder)?;
        let path = folder.join(".lock");
        let context = || format!("the lock {} can't be taken", path.display());
        let file = File::create(&path).with_context(context)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                step.doing("waiting for another run that sets it up");
                file.lock().with_context(context)?;
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(context),
        }
        Ok(Self { _file: file })
    }
}
