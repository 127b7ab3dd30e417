//! What outlives the process: keys, registered clients, the client secret and the refresh token key.
//!
//! One JSON file, readable by its owner only, replaced whole by renaming a finished copy over it: after a crash it is
//! the old one or the new one, never half of either.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::clients::RegisteredClient;
use crate::keys::{KeyRing, SigningKey};
use crate::random;
use crate::settings::StartError;

/// The file's name within the state folder.
const FILE: &str = "entra.json";

/// The version of the file's shape. Another one is refused, not guessed at.
const VERSION: u32 = 1;

/// Clients that may be registered at once. A client registers once and keeps its id, so that this is a bound against
/// a runaway, not a budget; the oldest registration makes way.
const MAX_CLIENTS: usize = 1000;

/// The secrets and registrations of one dev cloud, with the file that keeps them.
pub(crate) struct State {
    file: Option<PathBuf>,
    pub(crate) keys: KeyRing,
    pub(crate) client_secret: String,
    pub(crate) refresh_key: [u8; 32],
    clients: VecDeque<RegisteredClient>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    client_secret: String,
    refresh_key: String,
    signing: String,
    keys: Vec<KeptKey>,
    clients: VecDeque<RegisteredClient>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptKey {
    pkcs8: String,
    certificate: String,
    published: bool,
}

impl State {
    /// Reads the folder's state, or makes a new one and writes it there. Without a folder nothing is ever written.
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, StartError> {
        let Some(folder) = folder else {
            return Self::generate(None);
        };
        let path = folder.join(FILE);
        let failed = |source| StartError::StateFile {
            path: path.clone(),
            source,
        };
        match fs::read(&path) {
            Ok(content) => Self::parse(path.clone(), &content).map_err(|reason| StartError::StateContent {
                path: path.clone(),
                reason,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder).map_err(failed)?;
                let state = Self::generate(Some(path.clone()))?;
                state.save().map_err(failed)?;
                Ok(state)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn generate(file: Option<PathBuf>) -> Result<Self, StartError> {
        Ok(Self {
            file,
            keys: KeyRing::generate()?,
            client_secret: random::opaque::<30>(),
            refresh_key: random::bytes(),
            clients: VecDeque::new(),
        })
    }

    fn parse(file: PathBuf, content: &[u8]) -> Result<Self, String> {
        let kept: Kept = serde_json::from_slice(content).map_err(|error| error.to_string())?;
        if kept.version != VERSION {
            return Err(format!(
                "it has version {}, this program writes version {VERSION}",
                kept.version
            ));
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|error| error.to_string());
        let mut keys = Vec::with_capacity(kept.keys.len());
        for key in &kept.keys {
            let key = SigningKey::from_parts(decode(&key.pkcs8)?, decode(&key.certificate)?, key.published);
            keys.push(key.map_err(|error| error.to_string())?);
        }
        Ok(Self {
            file: Some(file),
            keys: KeyRing::from_parts(keys, kept.signing).ok_or("the signing key is missing")?,
            client_secret: kept.client_secret,
            refresh_key: decode(&kept.refresh_key)?
                .try_into()
                .map_err(|_| "the refresh key isn't 32 bytes")?,
            clients: kept.clients,
        })
    }

    /// A client that registered itself.
    pub(crate) fn client(&self, client_id: &str) -> Option<&RegisteredClient> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    /// Keeps a new registration; when there are too many, the oldest is forgotten.
    pub(crate) fn register(&mut self, client: RegisteredClient) -> io::Result<()> {
        if self.clients.len() >= MAX_CLIENTS {
            self.clients.pop_front();
        }
        self.clients.push_back(client);
        self.save()
    }

    /// Writes the state to its file, if it has one.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let kept = Kept {
            version: VERSION,
            client_secret: self.client_secret.clone(),
            refresh_key: STANDARD.encode(self.refresh_key),
            signing: self.keys.signing().kid().to_owned(),
            keys: self
                .keys
                .keys()
                .iter()
                .map(|key| KeptKey {
                    pkcs8: STANDARD.encode(key.pkcs8()),
                    certificate: STANDARD.encode(key.certificate()),
                    published: key.published,
                })
                .collect(),
            clients: self.clients.clone(),
        };
        replace(path, &serde_json::to_vec_pretty(&kept)?)
    }
}

/// Replaces a file's content atomically and durably, readable by its owner only.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // Best effort: the failure to report is the first one.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // The rename itself is durable only once its folder is.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn errors_when_the_file_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "{}", r#"{"version":2}"#, "[1,2"] {
            fs::write(folder.path().join(FILE), content).unwrap();
            assert!(
                matches!(State::open(Some(folder.path())), Err(StartError::StateContent { .. })),
                "{content}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        State::open(Some(folder.path())).unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file is left behind"
        );
    }

    #[test]
    fn the_oldest_registration_makes_way() {
        let mut state = State::open(None).unwrap();
        for number in 0..=MAX_CLIENTS {
            state.register(RegisteredClient::for_tests(number.to_string())).unwrap();
        }
        assert!(state.client("0").is_none());
        assert!(state.client("1").is_some() && state.client(&MAX_CLIENTS.to_string()).is_some());
    }
}
