//! How a folder of components is served.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::control::Signatures;

/// How a folder of components is served.
#[derive(Debug, Clone)]
pub struct RegistrySettings {
    /// The folder of components and grants.
    pub folder: PathBuf,
    /// The folder of everything that the host keeps: `status.json` and `control/` go there.
    pub data: PathBuf,
    /// What a change of the folder does.
    pub mode: Mode,
    /// How long a file and its grant must have stayed as they are before they are read.
    pub debounce: Duration,
    /// When the folder is looked at without having been told of a change.
    pub polling: Polling,
    /// How many revisions of each component are kept for a rollback, the one that is served among them. At least 1.
    pub keep_revisions: usize,
    /// Which signatures components must have.
    pub signatures: Signatures,
}

/// What a change of the folder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing: the folder is read once.
    Off,
    /// It goes live.
    #[default]
    Automatic,
    /// It goes live if it can't do more and says the same about its tools; else it waits for the operator.
    Reviewed,
}

/// When the folder is looked at without having been told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Polling {
    /// When the system can't tell of changes: on network file systems, and when it has no notifications left.
    #[default]
    Automatic,
    /// Never.
    Never,
    /// Each time that this has passed.
    Every(Duration),
}
