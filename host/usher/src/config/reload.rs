//! How a folder of tools is kept up with, whose components are taken, and where their compiled forms are.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use serde::Deserialize;
use usher_registry::control::Signatures;
use usher_registry::{Mode, Polling, RegistrySettings};
use usher_runtime::CacheSettings;

use super::Config;

/// The folder of compiled components, within the data folder.
const COMPILED: &str = "compiled";

/// How a folder of tools is kept up with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Reload {
    /// What a change of the folder does. `automatic`: it goes live; the default. `reviewed`: what can do more than before, or says
    /// something else about its tools, waits for `usher approve`. `off`: nothing, the folder is read at the start only.
    pub mode: Mode,
    /// How long a component and its grant must have stayed as they are before they are read, in milliseconds; 1 to 60,000. Default
    /// 200.
    pub debounce_ms: u64,
    /// The folder is looked at each time that so many seconds have passed, besides when the system tells of a change; 0: never; at
    /// most 86,400. Without it: every 5 seconds where the system can't tell, as on network file systems, and every minute elsewhere.
    pub poll_seconds: Option<u64>,
    /// How many revisions of each component are kept to be put back; 1 to 100. Default 5.
    pub keep_revisions: usize,
}

impl Default for Reload {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            debounce_ms: 200,
            poll_seconds: None,
            keep_revisions: 5,
        }
    }
}

/// Whose components are taken.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct SignedBy {
    /// A component without a good signature isn't served. Default false: only one with a bad signature isn't.
    pub required: bool,
    /// Public keys of minisign: the second line of its `.pub` files.
    pub keys: Vec<String>,
}

/// Where compiled components are.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct CompileCache {
    /// How large the folder `compiled` of the data folder may become, in MiB. Default 2,048.
    pub max_mib: u64,
    /// A folder that `usher compile` filled, as it comes with an image. It is only read.
    pub prebuilt: Option<PathBuf>,
}

impl Default for CompileCache {
    fn default() -> Self {
        Self {
            max_mib: 2_048,
            prebuilt: None,
        }
    }
}

impl Config {
    /// How the registry keeps up with the folder.
    ///
    /// # Errors
    /// A key isn't one.
    pub(crate) fn registry(&self) -> anyhow::Result<RegistrySettings> {
        let polling = match self.reload.poll_seconds {
            None => Polling::Automatic,
            Some(0) => Polling::Never,
            Some(seconds) => Polling::Every(Duration::from_secs(seconds)),
        };
        Ok(RegistrySettings {
            folder: self.tools.clone(),
            data: self.data.clone(),
            mode: self.reload.mode,
            debounce: Duration::from_millis(self.reload.debounce_ms),
            polling,
            keep_revisions: self.reload.keep_revisions,
            signatures: Signatures::new(self.signatures.required, &self.signatures.keys)?,
        })
    }

    /// Where compiled components are kept, for a host that keeps its own in this folder.
    pub(crate) fn compile_cache(&self, data: &std::path::Path) -> CacheSettings {
        CacheSettings {
            folder: Some(data.join(COMPILED)),
            prebuilt: self.compile_cache.prebuilt.clone(),
            max_bytes: self.compile_cache.max_mib.saturating_mul(1 << 20),
            readable: false,
        }
    }

    /// Checks the ranges.
    pub(super) fn validate_reload(&self) -> anyhow::Result<()> {
        let reload = &self.reload;
        ensure!(
            (1..=60_000).contains(&reload.debounce_ms),
            "reload.debounce-ms must be 1 to 60000"
        );
        ensure!(
            reload.poll_seconds.is_none_or(|seconds| seconds <= 86_400),
            "reload.poll-seconds must be at most 86400"
        );
        ensure!(
            (1..=100).contains(&reload.keep_revisions),
            "reload.keep-revisions must be 1 to 100"
        );
        ensure!(
            self.compile_cache.max_mib > 0,
            "compile-cache.max-mib must be at least 1"
        );
        self.registry().map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|error| error.to_string())?;
        config.validate_reload().map_err(|error| error.to_string())?;
        Ok(config)
    }

    #[test]
    fn a_change_goes_live_unless_it_is_said_otherwise() {
        let registry = config("").unwrap().registry().unwrap();
        assert_eq!((registry.mode, registry.polling), (Mode::Automatic, Polling::Automatic));
        let registry = config("[reload]\nmode = \"reviewed\"\npoll-seconds = 0")
            .unwrap()
            .registry()
            .unwrap();
        assert_eq!((registry.mode, registry.polling), (Mode::Reviewed, Polling::Never));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            "[reload]\nmode = \"sometimes\"",
            "[reload]\ndebounce-ms = 0",
            "[reload]\npoll-seconds = 86401",
            "[reload]\nkeep-revisions = 0",
            "[reload]\ndebounce = 1",
            "[compile-cache]\nmax-mib = 0",
            "[signatures]\nrequired = true",
            "[signatures]\nkeys = [\"none\"]",
        ] {
            assert!(config(wrong).is_err(), "{wrong}");
        }
    }
}
