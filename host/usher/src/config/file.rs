//! Reads the configuration.

use std::path::Path;

use anyhow::{Context, anyhow};
use serde::Deserialize;
use toml::Table;

use super::{Config, environment};

/// The configuration of a development host: a file's if one is given, under the environment's variables.
///
/// # Errors
/// As [`load`], and if it names a tenant: the development host brings its own sign-in.
#[cfg(feature = "dev")]
pub(crate) fn for_development(file: Option<&Path>) -> anyhow::Result<Config> {
    let config = load(file)?;
    anyhow::ensure!(
        config.entra.is_none() && config.public_url.is_none(),
        "[entra] and public-url are for `usher serve`: the development host brings its own sign-in; leave them out"
    );
    Ok(config)
}

/// The configuration of a file, if one is given, under the environment's variables.
///
/// # Errors
/// The file can't be read, or something in it or in a variable is wrong; the message has line and column where there is one.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let mut table = Table::new();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
        // Alone first: only the text knows lines and columns.
        toml::from_str::<Config>(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        table = toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    }
    environment::overlay(&mut table, std::env::vars()).map_err(|error| anyhow!(error))?;
    let config = Config::deserialize(table)
        .map_err(|error| anyhow!("a USHER_… environment variable is wrong: {}", error.to_string().trim()))?;
    config.validate()?;
    Ok(config)
}
