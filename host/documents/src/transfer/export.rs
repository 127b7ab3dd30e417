//! From a store to a file: one that appears under its name only when it is whole, and JSON lines in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::body::json_string;
use crate::names::ContainerName;
use crate::new_file::NewFile;

/// Why a copy's file wasn't made. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is a file already.
    #[error("`{path}` exists: name another file, or say that it is to be replaced")]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// It can't be written.
    #[error("`{path}` can't be written: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Error,
    },
}

/// A copy's file in the making, for its owner only. Dropped before [`Copy::finish`], it leaves nothing.
pub(crate) struct Copy {
    new: NewFile,
    target: PathBuf,
    replace: bool,
}

impl Copy {
    /// Starts a copy. That there is a file is found out before the work; what appears meanwhile, at the end.
    pub(crate) fn create(target: &Path, replace: bool) -> Result<(Self, File), CopyError> {
        if !replace && target.symlink_metadata().is_ok() {
            return Err(CopyError::Exists {
                path: target.to_owned(),
            });
        }
        let (new, file) = NewFile::create(target).map_err(|source| CopyError::File {
            path: target.to_owned(),
            source,
        })?;
        let copy = Self {
            new,
            target: target.to_owned(),
            replace,
        };
        Ok((copy, file))
    }

    /// Where it is until it is finished.
    pub(crate) fn path(&self) -> &Path {
        self.new.path()
    }

    /// An error of writing it.
    pub(crate) fn failed(&self, source: Error) -> CopyError {
        CopyError::File {
            path: self.target.clone(),
            source,
        }
    }

    /// Puts it under its name, once it is on the disk.
    pub(crate) fn finish(self) -> Result<(), CopyError> {
        let Self { new, target, replace } = self;
        new.finish(replace).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => CopyError::Exists { path: target },
            _ => CopyError::File { path: target, source },
        })
    }
}

/// An item as it is written to a line.
pub(crate) struct Line<'a> {
    /// A JSON array of strings.
    pub(crate) partition: &'a str,
    pub(crate) etag: &'a str,
    pub(crate) timestamp: u64,
    /// A JSON object.
    pub(crate) item: &'a str,
}

impl Line<'_> {
    /// The line, with its end.
    fn to_text(&self, container: &ContainerName) -> String {
        let Self {
            partition,
            etag,
            timestamp,
            item,
        } = self;
        // An item keeps the spaces that it was written with, line ends included; within JSON strings there are none.
        let item = item.replace(['\n', '\r'], " ");
        let (container, etag) = (json_string(container.as_str()), json_string(etag));
        format!(r#"{{"container":{container},"partition":{partition},"item":{item},"etag":{etag},"ts":{timestamp}}}"#)
            + "\n"
    }
}

/// An export in the making.
pub(crate) struct Export {
    copy: Copy,
    out: BufWriter<File>,
    counts: BTreeMap<ContainerName, u64>,
}

impl Export {
    /// Starts one.
    pub(crate) fn create(to: &Path, replace: bool) -> Result<Self, CopyError> {
        let (copy, file) = Copy::create(to, replace)?;
        Ok(Self {
            copy,
            out: BufWriter::with_capacity(1 << 20, file),
            counts: BTreeMap::new(),
        })
    }

    /// Begins a container, which is counted though it may be empty.
    pub(crate) fn begin(&mut self, container: &ContainerName) {
        self.counts.entry(container.clone()).or_default();
    }

    /// Writes an item.
    pub(crate) fn write(&mut self, container: &ContainerName, line: &Line<'_>) -> Result<(), CopyError> {
        self.out
            .write_all(line.to_text(container).as_bytes())
            .map_err(|error| self.copy.failed(error))?;
        *self.counts.entry(container.clone()).or_default() += 1;
        Ok(())
    }

    /// Puts the file under its name. Gives how many items each container has.
    pub(crate) fn finish(self) -> Result<BTreeMap<ContainerName, u64>, CopyError> {
        let Self { copy, mut out, counts } = self;
        out.flush().map_err(|error| copy.failed(error))?;
        drop(out);
        copy.finish()?;
        Ok(counts)
    }
}
