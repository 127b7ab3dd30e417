//! How large the folder may become.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entry::{CODE, DIGEST, UNFINISHED};

/// A file that has been unfinished for so long belongs to a process that is gone.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// Removes what wasn't used for longest until the code in a folder comes to no more than `max_bytes`. What is `kept` stays, and
/// what was used last stays in any case. Removing a file that is in use does no harm: its mapping keeps it.
///
/// # Errors
/// The folder can't be read, or a file can't be removed.
pub(super) fn make(folder: &Path, max_bytes: u64, kept: impl Fn(&str) -> bool) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for path in paths(folder)? {
        if path.extension() != Some(OsStr::new(CODE)) {
            continue;
        }
        match fs::metadata(&path) {
            Ok(metadata) => files.push((metadata.modified()?, metadata.len(), path)),
            // Another host that shares the folder was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    files.sort();
    files.pop();
    for (_, size, path) in files {
        if total <= max_bytes {
            break;
        }
        if path.file_stem().and_then(OsStr::to_str).is_some_and(&kept) {
            continue;
        }
        // The digest first: code without one is never loaded.
        remove(&path.with_extension(DIGEST))?;
        remove(&path)?;
        total = total.saturating_sub(size);
    }
    Ok(())
}

/// Removes what a process that was killed left unfinished. What can't be removed is in nobody's way.
pub(super) fn sweep(folder: &Path) {
    for path in paths(folder).unwrap_or_default() {
        let unfinished = path
            .file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| name.starts_with(UNFINISHED));
        let age = fs::metadata(&path)
            .and_then(|metadata| metadata.modified())
            .map(|time| time.elapsed());
        if unfinished && matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
