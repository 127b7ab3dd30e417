//! Where a secret is: a file or an environment variable, never the configuration.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use secrecy::SecretString;
use serde::Deserialize;

/// Where to read a secret from. Written as `{ file = "/run/secrets/ledger-key" }` or `{ env = "LEDGER_KEY" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SecretSource {
    /// A file that holds the secret and nothing else; white space around it is cut off.
    File(PathBuf),
    /// An environment variable.
    Env(String),
}

impl SecretSource {
    /// Reads it.
    ///
    /// # Errors
    /// It isn't there or is empty. The message names the place and nothing of the value.
    pub(crate) fn read(&self) -> anyhow::Result<SecretString> {
        let (place, text) = match self {
            Self::File(path) => {
                let place = format!("the file {}", path.display());
                let text = std::fs::read_to_string(path).with_context(|| format!("{place} can't be read"))?;
                (place, text)
            }
            Self::Env(name) => {
                let place = format!("the environment variable {name}");
                // `VarError` would print a value that isn't Unicode.
                let text = std::env::var(name)
                    .ok()
                    .with_context(|| format!("{place} isn't set to a text"))?;
                (place, text)
            }
        };
        let text = SecretString::from(text);
        let trimmed = secrecy::ExposeSecret::expose_secret(&text).trim();
        ensure!(!trimmed.is_empty(), "{place} is empty");
        Ok(SecretString::from(trimmed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_file_is_read_without_the_line_break_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s3cret\n").unwrap();
        assert_eq!(SecretSource::File(path).read().unwrap().expose_secret(), "s3cret");
    }

    #[test]
    fn errors_when_the_secret_is_missing_or_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert!(SecretSource::File(path.clone()).read().is_err());
        std::fs::write(&path, " \n").unwrap();
        let message = SecretSource::File(path).read().unwrap_err().to_string();
        assert!(message.ends_with("is empty"), "{message}");
        assert!(
            SecretSource::Env("NO_SUCH_VARIABLE_OF_USHER".to_owned())
                .read()
                .is_err()
        );
    }
}
