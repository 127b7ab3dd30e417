//! What the host says of itself, in the file `status.json` of its data folder, for `usher status` and for whoever waits until a
//! change is live.
//!
//! The file is replaced whole at each catalog, and whenever what was decided about revisions was read anew: after the catalog that
//! follows from it is live.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::settings::Mode;
use crate::watching::Noticing;

/// The file's name.
const FILE: &str = "status.json";

/// The state of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The process.
    pub pid: u32,
    /// The host's version.
    pub version: String,
    /// When it started, in seconds since 1970.
    pub started: u64,
    /// When this was written, in seconds since 1970.
    pub written: u64,
    /// What a change of the folder does.
    pub mode: Mode,
    /// How changes are noticed.
    pub noticing: Noticing,
    /// The folder of components and grants.
    pub folder: PathBuf,
    /// Catalogs since the start. The first one is 1.
    pub generation: u64,
    /// What tells the decisions about revisions that are in force from others.
    pub decided: String,
    /// What keeps changes from being seen: a folder or a record that can't be read.
    pub trouble: Vec<String>,
    /// How long the newest catalog took.
    pub timing: Timing,
    /// The components, by their names.
    pub components: Vec<ComponentStatus>,
}

/// How long a catalog took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timing {
    /// From the moment that the first change was seen until all had settled, in milliseconds: the debounce, and what went on changing.
    pub settled_ms: u64,
    /// Reading, compiling, linking, listing and judging all that changed, in microseconds.
    pub load_us: u64,
    /// Putting the catalog in the place of the one before, in microseconds.
    pub swap_us: u64,
    /// How many components were looked at.
    pub components: usize,
}

/// A component of the folder, or one that is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ComponentStatus {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// What is served of it.
    pub serving: Option<Serving>,
    /// What lies in the folder now, if it could be read.
    pub file: Option<FileDigests>,
    /// Why that isn't what is served, and what to do.
    pub reason: Option<String>,
    /// What waits for approval: a paragraph each.
    pub changes: Vec<String>,
    /// The revisions that can be put back, newest first.
    pub kept: Vec<KeptRevision>,
}

/// How a component stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// What lies in the folder is served.
    Served,
    /// What lies in the folder can't be served; an earlier revision serves on.
    ServesOn,
    /// What lies in the folder waits for approval. An earlier revision serves on, if there is one.
    Waiting,
    /// Nothing of it is served.
    Refused,
    /// An earlier revision was put back in its place.
    RolledBack,
}

/// What is served of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Serving {
    /// The SHA-256 of the component.
    pub digest: String,
    /// The SHA-256 of its grant's text.
    pub grant_digest: String,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// Since when this process serves it, in seconds since 1970.
    pub since: u64,
}

/// The files of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileDigests {
    /// The SHA-256 of the component.
    pub digest: String,
    /// The SHA-256 of its grant's text, if there is one.
    pub grant_digest: Option<String>,
}

/// A revision that can be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeptRevision {
    /// The SHA-256 of the component.
    pub digest: String,
    /// The SHA-256 of its grant's text.
    pub grant_digest: String,
    /// When it went live, in seconds since 1970.
    pub since: u64,
}

impl Status {
    /// Reads what the host that uses a data folder last wrote. None: it wrote nothing yet.
    ///
    /// # Errors
    /// The file can't be read, or was written by a host of another version.
    pub fn read(data: &Path) -> io::Result<Option<Self>> {
        match fs::read(data.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the file. Only this user can read it.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn write(&self, data: &Path) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".status-").tempfile_in(data)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        // Not synced: after a crash of the machine there is no host that it would be true of.
        file.persist(data.join(FILE)).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}
