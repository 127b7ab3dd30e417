//! Being told that something happened in a folder.
//!
//! What is told is only "look again": what is there, a look finds out. So it doesn't matter that notifications are merged, come
//! late or twice, or mean different things on different systems. Where the system can't tell of what others change, on network
//! file systems, the folder is looked at again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::folder::Folders;
use crate::settings::{Mode, Polling, RegistrySettings};

/// Between two looks at a folder whose changes the system can't tell of.
const POLL: Duration = Duration::from_secs(5);
/// Between two looks at one whose changes it does tell of: for the little that it doesn't, such as a link beyond a link.
const SAFETY: Duration = Duration::from_secs(60);

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noticing {
    /// Not at all.
    Off,
    /// The system tells.
    Notifications,
    /// By looking again and again.
    Polling,
    /// Both.
    NotificationsAndPolling,
}

/// Tells when to look again.
pub(crate) struct Watching {
    watcher: Option<RecommendedWatcher>,
    told: Arc<Told>,
    /// The folders that are watched, and which ones they were: another may have taken the place of one.
    watched: Folders,
    poll: Option<Duration>,
    polling: Polling,
    /// Looking again and again is what changes are noticed by.
    relied_on: bool,
}

#[derive(Default)]
struct Told {
    something: Notify,
    /// When something was told last.
    last: Mutex<Option<Instant>>,
    /// Watched folders that went away: nothing is told of them any more.
    gone: Mutex<BTreeSet<PathBuf>>,
    /// Folders of which only one entry matters.
    way: Mutex<BTreeMap<PathBuf, OsString>>,
}

impl Watching {
    pub(crate) fn start(settings: &RegistrySettings) -> Self {
        let told = Arc::<Told>::default();
        if settings.mode == Mode::Off {
            return Self {
                watcher: None,
                told,
                watched: Folders::new(),
                poll: None,
                polling: Polling::Never,
                relied_on: false,
            };
        }
        let telling = Arc::clone(&told);
        let watcher = notify::recommended_watcher(move |event| telling.tell(event));
        let watcher = watcher
            .inspect_err(|error| {
                tracing::warn!(%error, "the system can't tell of changes of files");
            })
            .ok();
        let poll = match settings.polling {
            Polling::Every(interval) => Some(interval),
            Polling::Never => None,
            Polling::Automatic if watcher.is_none() || is_remote(&settings.folder) => Some(POLL),
            Polling::Automatic => Some(SAFETY),
        };
        Self {
            watcher,
            told,
            watched: Folders::new(),
            poll,
            polling: settings.polling,
            relied_on: poll.is_some_and(|interval| interval != SAFETY || settings.polling != Polling::Automatic),
        }
    }

    /// How changes are noticed.
    pub(crate) fn noticing(&self) -> Noticing {
        match (&self.watcher, self.relied_on) {
            (None, false) => Noticing::Off,
            (Some(_), false) => Noticing::Notifications,
            (None, true) => Noticing::Polling,
            (Some(_), true) => Noticing::NotificationsAndPolling,
        }
    }

    /// Between two looks, if nothing is told.
    pub(crate) fn poll(&self) -> Option<Duration> {
        self.poll
    }

    /// Watches these folders and no others. Whether that changed anything: then something may have happened meanwhile that
    /// nobody was told of.
    pub(crate) fn follow(&mut self, folders: Folders, way: BTreeMap<PathBuf, OsString>) -> bool {
        *self.told.way() = way;
        let Some(watcher) = &mut self.watcher else { return false };
        for gone in std::mem::take(&mut *self.told.gone()) {
            if self.watched.remove(&gone).is_some() {
                let _ = watcher.unwatch(&gone);
            }
        }
        self.watched.retain(|folder, born| {
            let stays = folders.get(folder) == Some(born);
            if !stays {
                // It fails if the folder is gone; then nothing is left to do.
                let _ = watcher.unwatch(folder);
            }
            stays
        });
        let mut changed = false;
        for (folder, born) in folders {
            if self.watched.contains_key(&folder) {
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder, born);
                    changed = true;
                }
                // It went away since the look, or the system has no notifications left.
                Err(error) if folder.exists() => {
                    tracing::warn!(folder = %folder.display(), %error, "the system can't tell of changes in this folder");
                    if self.polling == Polling::Automatic {
                        (self.poll, self.relied_on) = (Some(POLL), true);
                    }
                    // Not tried at each look.
                    self.watched.insert(folder, born);
                }
                Err(_) => {}
            }
        }
        changed
    }

    /// When something happened last that was told of since this was asked before.
    pub(crate) fn last_told(&self) -> Option<Instant> {
        self.told.last().take()
    }

    /// Waits until something happened.
    pub(crate) async fn told(&self) {
        self.told.something.notified().await;
    }
}

impl Told {
    fn tell(&self, event: notify::Result<notify::Event>) {
        match event {
            // Reading is no change. Having been written is: on some file systems the only thing that is told of it.
            Ok(event) if !event.paths.is_empty() && event.paths.iter().all(|path| self.is_beside_the_way(path)) => {
                return;
            }
            Ok(event) => match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
                EventKind::Access(_) => return,
                EventKind::Remove(_) => self.gone().extend(event.paths),
                _ => {}
            },
            // Notifications were lost, or a folder went away: look.
            Err(error) => tracing::debug!(%error, "a notification was lost"),
        }
        *self.last() = Some(Instant::now());
        self.something.notify_one();
    }

    /// Whether something happened beside the folder, to another entry of the one above.
    fn is_beside_the_way(&self, path: &Path) -> bool {
        let (Some(above), Some(entry)) = (path.parent(), path.file_name()) else {
            return false;
        };
        self.way().get(above).is_some_and(|matters| matters != entry)
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn way(&self) -> std::sync::MutexGuard<'_, BTreeMap<PathBuf, OsString>> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> std::sync::MutexGuard<'_, BTreeSet<PathBuf>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether others can change the folder without this system noticing.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    /// Numbers of file systems (statfs(2)): AFS, Ceph, CIFS, FUSE, NFS, 9P, SMB, SMB2.
    const REMOTE: [u32; 8] = [
        0x5346_414f,
        0x00c3_6400,
        0xff53_4d42,
        0x6573_5546,
        0x0000_6969,
        0x0102_1997,
        0x0000_517b,
        0xfe53_4d42,
    ];
    // The type is a C long; the numbers are 32 bits of it.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    rustix::fs::statfs(folder).is_ok_and(|system| REMOTE.contains(&(system.f_type as u32)))
}

/// Elsewhere the system doesn't say.
#[cfg(not(target_os = "linux"))]
fn is_remote(_folder: &Path) -> bool {
    false
}
