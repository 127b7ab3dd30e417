//! The folder for what is dear to make and the same for every checkout.

use std::path::PathBuf;

use anyhow::Context as _;

/// The variable that names the folder.
pub(crate) const VARIABLE: &str = "USHER_CACHE_DIR";

/// `$USHER_CACHE_DIR`, else `$XDG_CACHE_HOME/usher`, else `~/.cache/usher` (XDG Base Directory Specification).
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    folder_from(|name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    })
    .with_context(|| format!("there is no home folder to keep a cache in: set {VARIABLE}"))
}

fn folder_from(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    variable(VARIABLE)
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("usher")))
        .or_else(|| {
            Some(
                absolute("HOME")
                    .or_else(|| absolute("USERPROFILE"))?
                    .join(".cache/usher"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_particular_variable_wins() {
        let from = |set: &'static [(&str, &str)]| {
            folder_from(|name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| PathBuf::from(value))
            })
        };
        assert_eq!(
            from(&[("USHER_CACHE_DIR", "/a"), ("XDG_CACHE_HOME", "/b")]),
            Some("/a".into())
        );
        assert_eq!(
            from(&[("XDG_CACHE_HOME", "/b"), ("HOME", "/c")]),
            Some("/b/usher".into())
        );
        assert_eq!(from(&[("HOME", "/c")]), Some("/c/.cache/usher".into()));
        assert_eq!(from(&[]), None);
    }

    #[test]
    fn a_relative_xdg_folder_is_ignored_as_its_specification_says() {
        let folder = folder_from(|name| match name {
            "XDG_CACHE_HOME" => Some("b".into()),
            "HOME" => Some("/c".into()),
            _ => None,
        });
        assert_eq!(folder, Some("/c/.cache/usher".into()));
    }
}
