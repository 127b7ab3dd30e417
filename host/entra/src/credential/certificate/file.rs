//! The certificate's file, read again when it has changed.
//!
//! Whether it has is told by modification time, size and inode: tools that renew certificates either write in place or
//! put a new file under the old name, and Kubernetes turns a symbolic link round.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    sync::Arc,
    time::SystemTime,
};

use secrecy::{ExposeSecret, SecretSlice};

use super::{CertificateSettings, key_pair::KeyPair};
use crate::CredentialError;

/// The largest file that is read. A long chain takes 10 KB.
const MAX_BYTES: u64 = 1024 * 1024;

/// The file as it was when it was last looked at.
pub(super) struct CertificateFile {
    stamp: Option<Stamp>,
    /// Why what it holds now isn't what is in use.
    bad: Option<CredentialError>,
}

/// What a look at the file showed.
pub(super) enum Look {
    /// The file is as it was; and if it was bad then, why.
    Unchanged { bad: Option<CredentialError> },
    /// Another key, or the same with another certificate.
    Replaced(Box<KeyPair>),
    /// The file is another, and not one that can be used.
    Bad(CredentialError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            inode: inode(metadata),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Other systems have none; the time and the size must do there.
#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

impl CertificateFile {
    /// Reads the file for the first time. It must be good and valid at `now`.
    pub(super) fn open(settings: &CertificateSettings, now: u64) -> Result<(Self, KeyPair), CredentialError> {
        let (stamp, content) = read(settings);
        let key = parse(settings, content, now)?;
        Ok((Self { stamp, bad: None }, key))
    }

    /// Looks at the file, and reads it if it isn't as it was.
    pub(super) async fn look(&mut self, settings: &Arc<CertificateSettings>, now: u64) -> Look {
        // A certificate for later becomes good by time alone.
        let may_be_good_now = matches!(self.bad, Some(CredentialError::CertificateNotYetValid { .. }));
        let before = self.stamp.clone();
        let settings = Arc::clone(settings);
        let task = tokio::task::spawn_blocking(move || {
            let is_same = std::fs::metadata(&settings.file).ok().as_ref().map(Stamp::of) == before && !may_be_good_now;
            // Deriving the key of a PKCS #12 file takes milliseconds of work, which belongs here too.
            (!is_same).then(|| {
                let (stamp, content) = read(&settings);
                (stamp, parse(&settings, content, now))
            })
        });
        match task.await {
            Ok(Some((stamp, Ok(key)))) => {
                self.stamp = stamp;
                self.bad = None;
                Look::Replaced(Box::new(key))
            }
            Ok(Some((stamp, Err(error)))) => {
                self.stamp = stamp;
                let bad = Some(error.clone());
                if self.bad == bad {
                    return Look::Unchanged { bad };
                }
                self.bad = bad;
                Look::Bad(error)
            }
            // The task is only cut off when the runtime ends.
            Ok(None) | Err(_) => Look::Unchanged { bad: self.bad.clone() },
        }
    }
}

/// The content, and what the file was like before it was read: if it changes meanwhile, the next look finds that it did.
fn read(settings: &CertificateSettings) -> (Option<Stamp>, io::Result<SecretSlice<u8>>) {
    let mut stamp = None;
    let content = (|| {
        let file = File::open(&settings.file)?;
        stamp = Some(Stamp::of(&file.metadata()?));
        let mut content = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
        let content = SecretSlice::from(content);
        if content.expose_secret().len() as u64 > MAX_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is larger than a certificate file can be",
            ));
        }
        Ok(content)
    })();
    (stamp, content)
}

fn parse(
    settings: &CertificateSettings,
    content: io::Result<SecretSlice<u8>>,
    now: u64,
) -> Result<KeyPair, CredentialError> {
    let content = content.map_err(|error| CredentialError::Unreadable {
        file: settings.file.clone(),
        cause: error.to_string(),
    })?;
    let key = KeyPair::parse(content.expose_secret(), settings.password.as_ref()).map_err(|problem| {
        CredentialError::CertificateFile {
            file: settings.file.clone(),
            problem,
        }
    })?;
    key.check_validity(now)?;
    Ok(key)
}
