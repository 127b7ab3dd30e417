//! Compiled components on disk, so that the second start takes milliseconds.
//!
//! A cached file is native code: whoever can write it runs in this process. So nothing is loaded that could have come from
//! somebody else ([`trust`]), each file is written under another name and then renamed, and its SHA-256, kept beside it, is
//! checked before it is loaded ([`entry`]). What doesn't pass is compiled again.
//!
//! The key is the component's SHA-256 together with wasmtime's own hash of engine version, settings and target features: another
//! version of the host, and another processor, don't find each other's files.
//!
//! There are two folders. The host's own is written, and bounded in size ([`room`]): what wasn't used for longest goes. The
//! prebuilt one comes with an image (`usher compile`), is looked at first, and is never written.
//!
//! A component is compiled by one thread at a time, whoever asks for it meanwhile waits for that one. Compiling uses all
//! processors until calls are served, and half of them from then on.

mod entry;
mod room;
mod trust;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};
use thiserror::Error;
use wasmtime::Engine;
use wasmtime::component::Component;

use self::entry::Entry;
use self::trust::Trust;
use crate::engine::{KEPT_MEMORY_MIB, engine, one_line};
use crate::source::Source;

/// Where compiled components are kept.
#[derive(Debug, Clone)]
pub struct CacheSettings {
    /// The host's own folder. None: everything is compiled at each start.
    pub folder: Option<PathBuf>,
    /// A folder that is only read: compiled components that came with an image.
    pub prebuilt: Option<PathBuf>,
    /// The bytes that the host's own folder may come to. Default 2 GiB.
    pub max_bytes: u64,
    /// Everybody may read the files, and nobody else write them: for a folder that goes into an image, where the host will run as
    /// another user. Default: only this user reads them.
    pub readable: bool,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            folder: None,
            prebuilt: None,
            max_bytes: 2 << 30,
            readable: false,
        }
    }
}

/// Why a folder of compiled components can't be used.
#[derive(Debug, Error)]
#[error("the folder of compiled components {} can't be used: {source}", .folder.display())]
pub struct CacheError {
    /// The folder.
    pub folder: PathBuf,
    /// Why, and what to do.
    pub source: io::Error,
}

/// The cache; without folders it only compiles.
pub(crate) struct CompileCache {
    own: Option<(PathBuf, Trust)>,
    prebuilt: Option<(PathBuf, Trust)>,
    max_bytes: u64,
    readable: bool,
    engine_key: String,
    /// One lock for each component that is being compiled or loaded.
    busy: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    serving: AtomicBool,
    half: OnceLock<Option<ThreadPool>>,
}

impl CompileCache {
    /// Opens the folders; the host's own is made if it isn't there.
    ///
    /// # Errors
    /// The host's own can't be made, or others could write to one of them.
    pub(crate) fn open(settings: &CacheSettings, engine: &Engine) -> Result<Self, CacheError> {
        let failed = |folder: &Path, source| CacheError {
            folder: folder.to_owned(),
            source,
        };
        let own = match &settings.folder {
            Some(folder) => {
                let trust = trust::own(folder, settings.readable).map_err(|error| failed(folder, error))?;
                room::sweep(folder);
                Some((folder.clone(), trust))
            }
            None => None,
        };
        let prebuilt = match &settings.prebuilt {
            Some(folder) => Some((
                folder.clone(),
                trust::prebuilt(folder).map_err(|error| failed(folder, error))?,
            )),
            None => None,
        };
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            own,
            prebuilt,
            max_bytes: settings.max_bytes,
            readable: settings.readable,
            engine_key: format!("{:016x}", hasher.finish()),
            busy: Mutex::default(),
            serving: AtomicBool::new(false),
            half: OnceLock::new(),
        })
    }

    /// From now on compiling takes half of the processors.
    pub(crate) fn leave_room_for_calls(&self) {
        self.serving.store(true, Ordering::Relaxed);
    }

    /// The component of these bytes, whose SHA-256 is `digest`: from the cache, or compiled and put there.
    ///
    /// # Errors
    /// The bytes aren't a component that the engine takes.
    pub(crate) fn compile(&self, engine: &Engine, digest: &str, bytes: &[u8]) -> wasmtime::Result<Component> {
        let key = self.key(digest);
        self.alone(&key, || {
            if let Some(component) = self.find(engine, &key) {
                return Ok(component);
            }
            let Some((folder, trust)) = &self.own else {
                return self.busily(|| Component::from_binary(engine, bytes));
            };
            let entry = Entry::new(folder, &key);
            let compiled = self.busily(|| engine.precompile_component(bytes))?;
            match entry.store(&compiled, self.readable) {
                Ok(()) => self.make_room(folder),
                Err(error) => {
                    tracing::warn!(file = %entry.code().display(), %error, "a compiled component can't be kept; the next start compiles it again");
                    return self.busily(|| Component::from_binary(engine, bytes));
                }
            }
            match entry.load(engine, trust) {
                Ok(Some(component)) => Ok(component),
                Ok(None) | Err(_) => self.busily(|| Component::from_binary(engine, bytes)),
            }
        })
    }

    /// What is kept under a key, if it is what was written.
    fn find(&self, engine: &Engine, key: &str) -> Option<Component> {
        for (folder, trust) in self.prebuilt.iter().chain(&self.own) {
            let entry = Entry::new(folder, key);
            match entry.load(engine, trust) {
                Ok(Some(component)) => return Some(component),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(file = %entry.code().display(), %error, "a compiled component can't be used; compiling it again");
                }
            }
        }
        None
    }

    /// Sees to it that the compiled form of these bytes is in the host's own folder.
    fn keep(&self, engine: &Engine, digest: &str, bytes: &[u8]) -> Result<Precompiled, PrecompileError> {
        let key = self.key(digest);
        let Some((folder, trust)) = &self.own else {
            return Err(PrecompileError::Keep(io::Error::other(
                "there is no folder to keep it in",
            )));
        };
        self.alone(&key, || {
            let entry = Entry::new(folder, &key);
            if matches!(entry.load(engine, trust), Ok(Some(_))) {
                return Ok(Precompiled::Already);
            }
            let compiled = self
                .busily(|| engine.precompile_component(bytes))
                .map_err(|error| PrecompileError::Component(one_line(&error)))?;
            entry.store(&compiled, self.readable).map_err(PrecompileError::Keep)?;
            Ok(Precompiled::Now { bytes: compiled.len() })
        })
    }

    fn key(&self, digest: &str) -> String {
        format!("{digest}-{}", self.engine_key)
    }

    /// Does something with an entry while nobody else of this process does.
    fn alone<T>(&self, key: &str, work: impl FnOnce() -> T) -> T {
        let lock = Arc::clone(self.busy().entry(key.to_owned()).or_default());
        let done = {
            let _alone = lock.lock().unwrap_or_else(PoisonError::into_inner);
            work()
        };
        drop(lock);
        let mut busy = self.busy();
        if busy.get(key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            busy.remove(key);
        }
        done
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Mutex<()>>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compiles on as many processors as may be taken.
    fn busily<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        if !self.serving.load(Ordering::Relaxed) {
            return work();
        }
        let half = self.half.get_or_init(|| {
            let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            ThreadPoolBuilder::new()
                .num_threads((processors / 2).max(1))
                .thread_name(|number| format!("compile-{number}"))
                .build()
                .ok()
        });
        match half {
            Some(half) => half.install(work),
            // No thread is left in the system: this one does it alone.
            None => work(),
        }
    }

    /// Removes what wasn't used for longest until the folder is within its bound, but nothing that is being loaded.
    fn make_room(&self, folder: &Path) {
        let busy: Vec<String> = self.busy().keys().cloned().collect();
        if let Err(error) = room::make(folder, self.max_bytes, |key| busy.iter().any(|busy| busy == key)) {
            tracing::warn!(folder = %folder.display(), %error, "the folder of compiled components can't be tidied up");
        }
    }
}

/// Compiles components into a folder without running anything of them: for images.
pub struct Precompiler {
    engine: Engine,
    cache: CompileCache,
}

/// What became of a component that was to be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precompiled {
    /// Its compiled form was there.
    Already,
    /// It was compiled.
    Now {
        /// The size of the compiled form in bytes.
        bytes: usize,
    },
}

/// Why a component couldn't be compiled into a folder.
#[derive(Debug, Error)]
pub enum PrecompileError {
    /// It isn't a component that this host can run.
    #[error("it isn't a component that this host can run: {0}")]
    Component(String),
    /// The compiled form can't be written.
    #[error("its compiled form can't be kept: {0}")]
    Keep(io::Error),
}

impl Precompiler {
    /// For a folder, which is made if it isn't there.
    ///
    /// # Errors
    /// The engine can't be set up, or the folder can't be used.
    pub fn open(settings: &CacheSettings) -> Result<Self, crate::StartError> {
        // How many instances there may be at once changes nothing of the code.
        let engine = engine(1, KEPT_MEMORY_MIB, false).map_err(crate::StartError::Engine)?;
        let cache = CompileCache::open(settings, &engine)?;
        Ok(Self { engine, cache })
    }

    /// Sees to it that the compiled form of a component is in the folder. Takes seconds of a thread.
    ///
    /// # Errors
    /// The bytes aren't a component that this host can run, or what was compiled can't be written.
    pub fn precompile(&self, source: &Source) -> Result<Precompiled, PrecompileError> {
        self.cache.keep(&self.engine, &source.digest(), &source.wasm)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
