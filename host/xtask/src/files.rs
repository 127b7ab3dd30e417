//! Files that others may be reading while we replace them.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Copies `from` to `to`, by a file beside it that is renamed, so that a running host sees the old one or the new one
/// and never a half; and not at all if `to` is the same already, so that the host has nothing to reload.
///
/// Returns whether `to` changed.
pub(crate) fn copy_if_changed(from: &Path, to: &Path) -> anyhow::Result<bool> {
    let contents = fs::read(from).with_context(|| format!("{} can't be read", from.display()))?;
    if fs::read(to).is_ok_and(|present| present == contents) {
        return Ok(false);
    }
    replace(to, &contents)?;
    Ok(true)
}

/// Writes `to` by a file beside it that is renamed.
pub(crate) fn replace(to: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().context("a file to replace has a name")?);
    name.push(format!(".{}.new", std::process::id()));
    let beside = to.with_file_name(name);
    fs::write(&beside, contents)
        .and_then(|()| fs::rename(&beside, to))
        .with_context(|| format!("{} can't be written", to.display()))
}

/// Makes a folder with all its parents.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("the folder {} can't be made", folder.display()))
}

/// Removes a folder with all that is in it, if it is there.
pub(crate) fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("the folder {} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The names in a folder, sorted; none if it isn't there. Names that are not UTF-8 are none of ours and left out.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_file_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "one").unwrap();
        assert!(copy_if_changed(&from, &to).unwrap());
        assert!(!copy_if_changed(&from, &to).unwrap());
        fs::write(&from, "two").unwrap();
        assert!(copy_if_changed(&from, &to).unwrap());
        assert_eq!(fs::read_to_string(&to).unwrap(), "two");
    }

    #[test]
    fn nothing_is_left_beside_a_replaced_file() {
        let folder = tempfile::tempdir().unwrap();
        replace(&folder.path().join("file"), b"x").unwrap();
        assert_eq!(names_in(folder.path()), ["file"]);
    }
}
