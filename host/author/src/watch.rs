//! Builds a project again at each save.
//!
//! What counts is the state of the sources: their paths, sizes and times, without the folders that builds write. It is looked at
//! when the operating system says that something happened, and once a second where it can't say so. A state that stays the same
//! for a moment is settled, and a settled state that isn't the one of the last build is built. So a flurry of saves is one build,
//! there is one build at a time, and a save during a build is followed by another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use thiserror::Error;

use crate::build::{self, BuildError, Built};
use crate::environment::Environment;
use crate::progress::Progress;
use crate::project::Project;

/// How long the sources stay the same before they are built. Editors write a file in several steps; people don't notice this.
const SETTLED: Duration = Duration::from_millis(150);

/// How often to look where the operating system doesn't say that something happened.
const LOOK: Duration = Duration::from_secs(1);

/// Folders that are nobody's source, at any depth; besides those of the language, and hidden ones.
const NOT_SOURCES: &[&str] = &["dist", "target"];

/// One build of a project that is watched.
#[derive(Debug)]
pub struct Attempt {
    /// What came of it.
    pub result: Result<Built, BuildError>,
    /// How long it took.
    pub took: Duration,
}

/// Why a project can't be watched.
#[derive(Debug, Error)]
#[error("{} can't be watched: {source}", project.display())]
pub struct WatchError {
    project: PathBuf,
    source: std::io::Error,
}

/// Builds a project at once and then at each save, on a thread of its own, until it is dropped.
pub struct Watcher {
    progress: Progress,
    wake: mpsc::Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

/// Why the thread looks.
enum Wake {
    Changed,
    Stop,
}

impl Watcher {
    /// Starts. Each attempt is handed over before the next begins.
    ///
    /// # Errors
    /// The thread can't be started.
    pub fn start(
        project: Project,
        environment: Environment,
        progress: Progress,
        attempted: impl FnMut(Attempt) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let (wake, woken) = mpsc::channel();
        let tree = Tree::new(&project, wake.clone());
        let building = progress.clone();
        let folder = project.folder().to_owned();
        let thread = thread::Builder::new()
            .name("usher-source".to_owned())
            .spawn(move || follow(&project, &environment, &building, tree, &woken, attempted))
            .map_err(|source| WatchError {
                project: folder,
                source,
            })?;
        Ok(Self {
            progress,
            wake,
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.progress.stop();
        // A thread that has ended needs no waking; one that panicked has said so.
        let _ = self.wake.send(Wake::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn follow(
    project: &Project,
    environment: &Environment,
    progress: &Progress,
    mut tree: Tree,
    woken: &mpsc::Receiver<Wake>,
    mut attempted: impl FnMut(Attempt),
) {
    let mut built = None;
    loop {
        let Some(sources) = settled(&mut tree, built.as_ref(), woken) else {
            return;
        };
        let started = Instant::now();
        let result = build::build(project, environment, progress);
        if matches!(result, Err(BuildError::Stopped)) {
            return;
        }
        // The state before the build: a save during it makes another.
        built = Some(sources);
        attempted(Attempt {
            result,
            took: started.elapsed(),
        });
    }
}

/// Waits for a state that isn't the one that was built and stays the same for [`SETTLED`]. None: it is time to stop.
fn settled(tree: &mut Tree, built: Option<&Sources>, woken: &mpsc::Receiver<Wake>) -> Option<Sources> {
    let mut seen = tree.look();
    loop {
        let wait = if built == Some(&seen) {
            if tree.is_told() { None } else { Some(LOOK) }
        } else {
            Some(SETTLED)
        };
        let woken = match wait {
            None => woken.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
            Some(wait) => woken.recv_timeout(wait),
        };
        if matches!(woken, Ok(Wake::Stop) | Err(mpsc::RecvTimeoutError::Disconnected)) {
            return None;
        }
        let now = tree.look();
        if now == seen && built != Some(&seen) && woken.is_err() {
            return Some(seen);
        }
        seen = now;
    }
}

/// The sources at a moment: each file's time and size.
type Sources = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// The folders of a project that hold sources, each watched by itself: what a build writes wakes nobody.
struct Tree {
    root: PathBuf,
    not_sources: &'static [&'static str],
    /// None: the operating system can't tell, so the folders are looked at again and again.
    notifications: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
}

impl Tree {
    fn new(project: &Project, wake: mpsc::Sender<Wake>) -> Self {
        let notifications = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading, which builds do all the time, changes nothing. An error, an overflow above all, means: look.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                // Whoever isn't there any more needs no waking.
                let _ = wake.send(Wake::Changed);
            }
        });
        Self {
            root: project.folder().to_owned(),
            not_sources: project.language().not_sources(),
            notifications: notifications
                .inspect_err(|error| {
                    tracing::warn!("no notifications of saves ({error}): looking at the sources once a second");
                })
                .ok(),
            watched: BTreeSet::new(),
        }
    }

    /// Whether somebody says when there is something to see.
    fn is_told(&self) -> bool {
        self.notifications.is_some()
    }

    /// The sources now. Folders that are new are watched from now on.
    fn look(&mut self) -> Sources {
        let (mut sources, mut folders) = (Sources::new(), BTreeSet::new());
        walk(&self.root, self.not_sources, &mut sources, &mut folders);
        let before = self.watched.len();
        for folder in &folders {
            self.watch(folder);
        }
        self.watched.retain(|folder| folders.contains(folder));
        if self.watched.len() > before {
            // Files may have come into a new folder before it was watched.
            sources.clear();
            walk(&self.root, self.not_sources, &mut sources, &mut BTreeSet::new());
        }
        sources
    }

    fn watch(&mut self, folder: &Path) {
        let Some(notifications) = &mut self.notifications else {
            return;
        };
        if self.watched.contains(folder) {
            return;
        }
        match notifications.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.watched.insert(folder.to_owned());
            }
            // It may be gone already, and its parent says so.
            Err(error) if !folder.exists() => drop(error),
            Err(error) => {
                tracing::warn!(
                    "{} can't be watched ({error}): looking at the sources once a second",
                    folder.display()
                );
                self.notifications = None;
            }
        }
    }
}

fn walk(folder: &Path, not_sources: &[&str], sources: &mut Sources, folders: &mut BTreeSet<PathBuf>) {
    // What can't be read is as good as gone; the compiler says more about it.
    let Ok(entries) = fs::read_dir(folder) else { return };
    folders.insert(folder.to_owned());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            if !name.starts_with('.') && !NOT_SOURCES.contains(&&*name) && !not_sources.contains(&&*name) {
                walk(&entry.path(), not_sources, sources, folders);
            }
        } else if !is_of_an_editor(&name) {
            sources.insert(entry.path(), (metadata.modified().ok(), metadata.len()));
        }
    }
}

/// Files that editors keep beside the one that is edited: `#a.rs#`, `.#a.rs` and `.a.rs.swp`, `a.rs~`; and Vim's 4913, by which it
/// tries whether it can write.
fn is_of_an_editor(name: &str) -> bool {
    name.starts_with(['.', '#']) || name.ends_with('~') || name == "4913"
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// How long a test waits for what must come.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// A project in Rust, and a machine whose cargo makes a component of the source as it stands: it fails if that says `error`,
    /// and while there is a file `slow`, it waits until there is none.
    struct Trial {
        folder: tempfile::TempDir,
        attempts: mpsc::Receiver<Attempt>,
        _watcher: Watcher,
    }

    const CARGO: &str = r#"#!/bin/sh
if [ "$1" = metadata ]; then echo '{"target_directory":"FOLDER/notes/target"}'; exit; fi
source=$(cat src/lib.rs)
touch ../building
while [ -e ../slow ]; do sleep 0.02; done
case "$source" in *error*) echo "error: $source" >&2; exit 1;; esac
mkdir -p target/wasm32-unknown-unknown/release
echo "$source" > target/wasm32-unknown-unknown/release/notes.wasm
"#;

    const RUSTC: &str = "#!/bin/sh\necho FOLDER/sysroot; echo host; echo FOLDER/libraries\n";

    impl Trial {
        fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            for name in ["notes/src", "bin", "libraries", "sysroot/lib/rustlib/host/bin"] {
                fs::create_dir_all(root.join(name)).unwrap();
            }
            for (name, script) in [("cargo", CARGO), ("rustc", RUSTC)] {
                let file = root.join("bin").join(name);
                fs::write(&file, script.replace("FOLDER", root.to_str().unwrap())).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
            for (name, text) in [
                ("libraries/libstd-1.rlib", ""),
                ("sysroot/lib/rustlib/host/bin/wasm-component-ld", ""),
                ("notes/Cargo.toml", ""),
                ("notes/notes.grant.toml", ""),
                ("notes/src/lib.rs", "one"),
            ] {
                fs::write(root.join(name), text).unwrap();
            }
            let path = std::env::join_paths([root.join("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
            let (sender, attempts) = mpsc::channel();
            let watcher = Watcher::start(
                Project::open(&root.join("notes")).unwrap(),
                Environment::of([("PATH".into(), path)]),
                Progress::to(std::io::sink(), false),
                move |attempt| sender.send(attempt).unwrap(),
            );
            Self {
                attempts,
                _watcher: watcher.unwrap(),
                folder,
            }
        }

        fn file(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn save(&self, text: &str) {
            fs::write(self.file("notes/src/lib.rs"), text).unwrap();
        }

        /// What the next build made: the component's text, or the short account of why there is none.
        fn next(&self) -> Result<String, String> {
            let attempt = self.attempts.recv_timeout(PATIENCE).unwrap();
            match attempt.result {
                Ok(built) => Ok(fs::read_to_string(built.component).unwrap().trim().to_owned()),
                Err(error) => Err(error.short()),
            }
        }

        fn wait_until_building(&self) {
            let started = Instant::now();
            while !self.file("building").exists() {
                assert!(started.elapsed() < PATIENCE, "no build began");
                thread::yield_now();
            }
        }
    }

    #[test]
    fn each_save_is_built_whether_the_last_one_did_or_not() {
        let trial = Trial::start();
        assert_eq!(trial.next().unwrap(), "one");
        trial.save("an error");
        assert_eq!(trial.next().unwrap_err(), "error: an error");
        trial.save("two");
        assert_eq!(trial.next().unwrap(), "two");
        assert_eq!(
            fs::read_to_string(trial.file("notes/dist/notes.wasm")).unwrap(),
            "two\n"
        );
    }

    #[test]
    fn a_save_during_a_build_is_followed_by_another() {
        let trial = Trial::start();
        assert_eq!(trial.next().unwrap(), "one");
        fs::write(trial.file("slow"), "").unwrap();
        fs::remove_file(trial.file("building")).unwrap();
        trial.save("two");
        trial.wait_until_building();
        trial.save("three!");
        fs::remove_file(trial.file("slow")).unwrap();
        assert_eq!(trial.next().unwrap(), "two");
        assert_eq!(trial.next().unwrap(), "three!");
    }

    #[test]
    fn a_file_in_a_new_folder_is_a_source_and_what_builds_write_is_none() {
        let trial = Trial::start();
        assert_eq!(trial.next().unwrap(), "one");
        fs::create_dir_all(trial.file("notes/target/deep")).unwrap();
        fs::write(trial.file("notes/target/deep/a.o"), "").unwrap();
        fs::write(trial.file("notes/src/.lib.rs.swp"), "").unwrap();
        fs::create_dir(trial.file("notes/src/part")).unwrap();
        fs::write(trial.file("notes/src/part/mod.rs"), "").unwrap();
        assert_eq!(trial.next().unwrap(), "one");
        fs::write(trial.file("notes/src/part/mod.rs"), "changed").unwrap();
        assert_eq!(trial.next().unwrap(), "one");
        assert!(trial.attempts.try_recv().is_err(), "two changes, two builds");
    }

    #[test]
    fn a_watcher_that_is_dropped_ends_its_build() {
        let trial = Trial::start();
        assert_eq!(trial.next().unwrap(), "one");
        fs::write(trial.file("slow"), "").unwrap();
        fs::remove_file(trial.file("building")).unwrap();
        trial.save("two");
        trial.wait_until_building();
        let Trial {
            attempts,
            folder,
            _watcher,
        } = trial;
        drop(_watcher);
        assert!(attempts.recv().is_err(), "a build that was ended isn't an attempt");
        drop(folder);
    }
}
