//! A file that appears under its name only when it is complete and on the disk.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file in the making, for its owner only. Dropped before [`NewFile::finish`], it leaves nothing.
pub(crate) struct NewFile {
    /// Where it is made: beside where it will be, so that it can be moved there in one step.
    partial: PathBuf,
    target: PathBuf,
}

impl NewFile {
    /// Makes an empty file. It doesn't touch what is at `target`.
    pub(crate) fn create(target: &Path) -> io::Result<(Self, File)> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it isn't the name of a file"))?;
        let mut name = name.to_owned();
        name.push(format!(".{}.partial", uuid::Uuid::new_v4().simple()));
        let partial = target.with_file_name(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&partial)?;
        let target = target.to_owned();
        Ok((Self { partial, target }, file))
    }

    /// Where it is until it is finished.
    pub(crate) fn path(&self) -> &Path {
        &self.partial
    }

    /// Puts it under its name, once it is on the disk. If something is there, it is replaced, or else this fails.
    pub(crate) fn finish(self, replace: bool) -> io::Result<()> {
        File::open(&self.partial)?.sync_all()?;
        if replace {
            std::fs::rename(&self.partial, &self.target)?;
        } else {
            // Unlike a rename this fails if there is something, whoever put it there and when.
            std::fs::hard_link(&self.partial, &self.target)?;
        }
        // The name is on the disk only when the directory is.
        let directory = self.target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After a rename it isn't there any more.
        drop(std::fs::remove_file(&self.partial));
    }
}
