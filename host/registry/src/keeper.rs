//! The one who keeps the catalog: looks, takes in what has settled, puts a new catalog in the place of the one before.
//!
//! One look at the folder is the truth, whatever was told of it. What has settled is taken in on threads that serve nobody, a few at
//! once; when all of it is through, one new catalog takes the place of the old one, and only then is it written down that it did.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use usher_runtime::{Catalog, LoadError, Progress, Revision};

use crate::announce;
use crate::control::Control;
use crate::folder::{self, Fingerprint, Sight, Trace, component_file, trace};
use crate::intake::{Before, Intake, Outcome};
use crate::metrics::Reloads;
use crate::names::{self, Wanted};
use crate::report;
use crate::settings::{Mode, RegistrySettings};
use crate::settling::{Settled, Settling};
use crate::status::{FileDigests, Status, Timing, now};
use crate::watching::Watching;

/// Looks follow each other no faster than this share of the debounce, however much is told.
const LOOKS_IN_A_DEBOUNCE: u32 = 4;
/// At once after folders came that must be watched; more than a few times means that they come and go faster than one can look.
const LOOKS_AT_ONCE: usize = 3;

/// A wish of the host.
pub(crate) enum Wish {
    /// Says something beside the answers of a component's tools, or nothing any more.
    Note { component: String, text: Option<String> },
}

/// Keeps the catalog of a folder.
pub(crate) struct Keeper {
    settings: RegistrySettings,
    control: Arc<Control>,
    intake: Arc<Intake>,
    catalogs: watch::Sender<Arc<Catalog>>,
    watching: Watching,
    settling: Settling,
    /// What each component looked like when it was taken in.
    known: BTreeMap<String, Fingerprint>,
    wanted: BTreeMap<String, Wanted>,
    files: BTreeMap<String, Option<FileDigests>>,
    live: BTreeMap<String, Arc<Revision>>,
    since: BTreeMap<String, u64>,
    notes: BTreeMap<String, Arc<str>>,
    /// The files of decisions, when they were read last.
    records: Vec<Option<Trace>>,
    folder_trouble: Option<String>,
    records_trouble: Option<String>,
    looked: Instant,
    started: u64,
    generation: u64,
    timing: Timing,
    reloads: Reloads,
}

impl Keeper {
    pub(crate) fn new(
        settings: RegistrySettings,
        control: Arc<Control>,
        intake: Intake,
        catalogs: watch::Sender<Arc<Catalog>>,
    ) -> Self {
        Self {
            watching: Watching::start(&settings),
            settling: Settling::new(settings.debounce),
            settings,
            control,
            intake: Arc::new(intake),
            catalogs,
            known: BTreeMap::new(),
            wanted: BTreeMap::new(),
            files: BTreeMap::new(),
            live: BTreeMap::new(),
            since: BTreeMap::new(),
            notes: BTreeMap::new(),
            records: Vec::new(),
            folder_trouble: None,
            records_trouble: None,
            looked: Instant::now(),
            started: now(),
            generation: 0,
            timing: Timing::default(),
            reloads: Reloads::default(),
        }
    }

    /// What is counted of its work.
    pub(crate) fn reloads(&self) -> &Reloads {
        &self.reloads
    }

    /// Keeps it until told to stop.
    pub(crate) async fn run(mut self, stop: CancellationToken, mut wishes: mpsc::UnboundedReceiver<Wish>) {
        self.begin().await;
        // What changed while it was read is noticed now, whatever is told of it.
        self.look().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                wish = wishes.recv() => match wish {
                    Some(Wish::Note { component, text }) => self.note(component, text).await,
                    None => return,
                },
                () = self.due() => self.look().await,
            }
        }
    }

    /// When to look again.
    async fn due(&self) {
        if self.settings.mode == Mode::Off && self.settling.look_at(self.looked).is_none() {
            return std::future::pending().await;
        }
        let poll = self.watching.poll().map(|interval| self.looked + interval);
        let look = self.settling.look_at(self.looked).into_iter().chain(poll).min();
        let mut told = pin!(self.watching.told());
        match look {
            Some(at) => {
                tokio::select! {
                    () = &mut told => {}
                    () = sleep_until(at.into()) => {}
                }
            }
            None => told.await,
        }
        sleep_until((self.looked + self.pause()).into()).await;
    }

    /// Between two looks, however much is told.
    fn pause(&self) -> Duration {
        self.settings.debounce / LOOKS_IN_A_DEBOUNCE
    }

    /// Takes in all that is there: nothing is served yet that a file which is still being written could harm.
    async fn begin(&mut self) {
        self.read_records().await;
        let sight = self.see().await;
        let now = Instant::now();
        let components = sight.into_iter().flat_map(|sight| sight.components);
        let all = Settled {
            components: components.map(|(name, seen)| (name, Some(seen))).collect(),
            first: Some(now),
        };
        self.progress(0, all.components.len());
        self.take_in(all, now).await;
        self.intake.runtime.leave_room_for_calls();
    }

    /// Looks, and acts upon what has settled.
    async fn look(&mut self) {
        let decided = self.read_records().await;
        // Asked for before the folder is: a look may come some time after what it is about.
        let told = self.watching.last_told();
        let Some(sight) = self.see().await else {
            if decided.is_some() {
                self.write_status().await;
            }
            return;
        };
        let now = Instant::now();
        // So long before a look, which the pause explains, and no longer: what is to have settled is looked at twice.
        let changed = told.filter(|told| *told + 2 * self.pause() >= now).unwrap_or(now);
        let mut settled = self.settling.look(&self.known, &sight.components, changed, now);
        for name in decided.iter().flatten() {
            // What the operator decided holds at once, also of files that nobody touched.
            if let Some(known) = self.known.get(name) {
                settled
                    .components
                    .entry(name.clone())
                    .or_insert_with(|| Some(known.clone()));
            }
        }
        if !settled.components.is_empty() {
            self.take_in(settled, now).await;
        } else if decided.is_some() {
            self.write_status().await;
        }
    }

    /// Reads what was decided, if it was changed. Gives the components that it concerns.
    async fn read_records(&mut self) -> Option<BTreeSet<String>> {
        let control = Arc::clone(&self.control);
        let known = self.records.clone();
        let read = spawn_blocking(move || {
            let records: Vec<_> = control.records().iter().map(|file| trace(file)).collect();
            (records != known).then(|| (records, control.refresh().map_err(|error| error.to_string())))
        });
        let (records, refreshed) = finished(read.await)?;
        self.records = records;
        match refreshed {
            Ok(mut names) => {
                if self.records_trouble.take().is_some() {
                    // What couldn't be decided can be now.
                    names.extend(self.undecided().cloned());
                }
                Some(names)
            }
            Err(error) => {
                tracing::error!("{error}");
                self.records_trouble = Some(error);
                Some(BTreeSet::new())
            }
        }
    }

    /// One look, with all folders that matter watched from before it. None: the folder can't be read, which says nothing of what is
    /// in it.
    async fn see(&mut self) -> Option<Sight> {
        let mut seen = None;
        for _ in 0..LOOKS_AT_ONCE {
            let folder = self.settings.folder.clone();
            let control = self.settings.data.join(crate::CONTROL);
            let look = spawn_blocking(move || {
                folder::look(&folder).map(|mut sight| {
                    sight.add(Some(control));
                    sight
                })
            });
            let sight = finished(look.await);
            self.looked = Instant::now();
            match sight {
                Ok(mut sight) => {
                    if let Some(trouble) = self.folder_trouble.take() {
                        tracing::info!("the folder of tools can be read again ({trouble})");
                    }
                    let (folders, way) = (std::mem::take(&mut sight.folders), std::mem::take(&mut sight.way));
                    seen = Some(sight);
                    if !self.watching.follow(folders, way) {
                        break;
                    }
                }
                Err(error) => {
                    let trouble = format!(
                        "the folder of tools {} can't be read: {error}; what is served serves on",
                        self.settings.folder.display()
                    );
                    if self.folder_trouble.as_ref() != Some(&trouble) {
                        tracing::error!("{trouble}");
                        self.folder_trouble = Some(trouble);
                        self.write_status().await;
                    }
                    return None;
                }
            }
        }
        seen
    }

    /// Takes components in, and makes the catalog of what they come to.
    async fn take_in(&mut self, settled: Settled, begun: Instant) {
        let starting = self.generation == 0;
        let total = settled.components.len();
        let mut present = Vec::new();
        for (name, seen) in settled.components {
            match seen {
                Some(seen) => present.push((name, seen)),
                None => {
                    self.reloads.gone();
                    self.known.remove(&name);
                    self.wanted.remove(&name);
                    self.files.remove(&name);
                }
            }
        }
        let intake = Arc::clone(&self.intake);
        let taken: Vec<_> = present
            .into_iter()
            .map(|(name, seen)| {
                let before = Before {
                    serving: self.live.get(&name).cloned(),
                    starting,
                };
                (component_file(&self.settings.folder, &name), name, seen, before)
            })
            .collect();
        let mut outcomes = stream::iter(taken)
            .map(|(file, name, seen, before)| {
                let intake = Arc::clone(&intake);
                spawn_blocking(move || {
                    let outcome = intake.take(&file, &seen, &before);
                    (name, file, seen, outcome)
                })
            })
            .buffer_unordered(at_once(starting));
        let mut done = 0;
        let mut arrived = Vec::new();
        while let Some(outcome) = outcomes.next().await {
            arrived.push(finished(outcome));
            done += 1;
            if starting {
                self.progress(done, total);
            }
        }
        drop(outcomes);
        for (name, file, seen, outcome) in arrived {
            // What changed while it was read is seen to differ at the next look, and settles first.
            let Some(outcome) = outcome else { continue };
            self.known.insert(name.clone(), seen);
            self.want(name, file, outcome);
        }
        self.timing = Timing {
            settled_ms: settled.first.map_or(0, |first| millis(begun.duration_since(first))),
            load_us: micros(begun.elapsed()),
            swap_us: 0,
            components: total,
        };
        self.publish().await;
    }

    /// The components that are refused because what was decided couldn't be read.
    fn undecided(&self) -> impl Iterator<Item = &String> {
        let undecided = |wanted: &Wanted| matches!(wanted.error.as_deref(), Some(LoadError::Undecided { .. }));
        self.wanted
            .iter()
            .filter(move |(_, wanted)| undecided(wanted))
            .map(|(name, _)| name)
    }

    fn want(&mut self, name: String, file: PathBuf, outcome: Outcome) {
        let Outcome {
            revision,
            mut error,
            file: digests,
        } = outcome;
        // The same words are the same error: nothing is new.
        if let (Some(new), Some(old)) = (
            &mut error,
            self.wanted.get(&name).and_then(|wanted| wanted.error.as_ref()),
        ) && new.to_string() == old.to_string()
        {
            *new = Arc::clone(old);
        }
        self.reloads.count(error.as_deref(), revision.is_some());
        self.files.insert(name.clone(), digests);
        self.wanted.insert(name, Wanted { file, revision, error });
    }

    async fn note(&mut self, component: String, text: Option<String>) {
        match text {
            Some(text) => self.notes.insert(component, text.into()),
            None => self.notes.remove(&component),
        };
        self.publish().await;
    }

    /// Puts a new catalog in the place of the one before, if it is another one.
    async fn publish(&mut self) {
        let begun = Instant::now();
        let resolved = names::resolve(&self.wanted, &self.live);
        let before = Arc::clone(&self.catalogs.borrow());
        // A note is about the revision that serves: it goes with it, so that it is never said of another.
        self.notes
            .retain(|name, _| serving(&before, name).map(Arc::as_ptr) == serving(&resolved, name).map(Arc::as_ptr));
        let catalog = Arc::new(resolved.with_notes(self.notes.clone()));
        let went_live = if is_same(&before, &catalog, &self.notes) {
            Vec::new()
        } else {
            self.catalogs.send_replace(Arc::clone(&catalog));
            self.timing.swap_us = micros(begun.elapsed());
            self.generation += 1;
            let Timing {
                settled_ms,
                load_us,
                swap_us,
                components,
            } = self.timing;
            tracing::debug!(
                generation = self.generation,
                settled_ms,
                load_us,
                swap_us,
                components,
                "a new catalog is served"
            );
            if before.progress().is_some() {
                announce::first(&catalog);
            } else {
                announce::changes(&before, &catalog);
            }
            self.note_live(&catalog)
        };
        let control = Arc::clone(&self.control);
        let noted = spawn_blocking(move || {
            for revision in went_live {
                if let Err(error) = control.went_live(&revision) {
                    tracing::error!(component = revision.name(), %error, "it can't be written down that this revision went live");
                }
            }
        });
        finished(noted.await);
        self.write_status().await;
    }

    /// Remembers what is served. Gives what wasn't before.
    fn note_live(&mut self, catalog: &Catalog) -> Vec<Arc<Revision>> {
        let mut new = Vec::new();
        let mut live = BTreeMap::new();
        for revision in catalog.revisions() {
            let name = revision.name().to_owned();
            let same = self
                .live
                .get(&name)
                .is_some_and(|earlier| Arc::ptr_eq(earlier, revision));
            if !same {
                self.since.insert(name.clone(), now());
                new.push(Arc::clone(revision));
            }
            live.insert(name, Arc::clone(revision));
        }
        self.since.retain(|name, _| live.contains_key(name));
        self.live = live;
        new
    }

    async fn write_status(&self) {
        if self.generation == 0 {
            return;
        }
        let mut status = Status {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started,
            written: now(),
            mode: self.settings.mode,
            noticing: self.watching.noticing(),
            folder: self.settings.folder.clone(),
            generation: self.generation,
            decided: self.control.decided(),
            trouble: self
                .folder_trouble
                .iter()
                .chain(&self.records_trouble)
                .cloned()
                .collect(),
            timing: self.timing,
            components: Vec::new(),
        };
        let (files, since) = (self.files.clone(), self.since.clone());
        let (control, catalog) = (Arc::clone(&self.control), Arc::clone(&self.catalogs.borrow()));
        let data = self.settings.data.clone();
        let written = spawn_blocking(move || {
            let known = report::Known {
                control: &control,
                files: &files,
                since: &since,
            };
            status.components = report::components(&catalog, &known);
            status.write(&data)
        });
        if let Err(error) = finished(written.await) {
            tracing::error!(%error, "the status can't be written");
        }
    }

    fn progress(&self, done: usize, total: usize) {
        self.catalogs
            .send_replace(Arc::new(Catalog::loading(Progress { done, total })));
    }
}

/// How many components are taken in at once: all processors while nothing is served, half of them from then on.
fn at_once(starting: bool) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    if starting { processors } else { (processors / 2).max(1) }
}

/// The revision of a component that a catalog serves.
fn serving<'a>(catalog: &'a Catalog, component: &str) -> Option<&'a Arc<Revision>> {
    catalog.revisions().iter().find(|revision| revision.name() == component)
}

/// Whether nobody could tell two catalogs apart.
fn is_same(before: &Catalog, after: &Catalog, notes: &BTreeMap<String, Arc<str>>) -> bool {
    let (one, other) = (before.revisions(), after.revisions());
    let (refused, other_refused) = (before.refused(), after.refused());
    before.progress().is_none()
        && one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
        && refused.len() == other_refused.len()
        && refused.iter().zip(other_refused).all(|(one, other)| {
            one.file == other.file
                && one.error.to_string() == other.error.to_string()
                && one.serving.as_ref().map(Arc::as_ptr) == other.serving.as_ref().map(Arc::as_ptr)
        })
        && before.notes() == notes
}

/// What a thread came to; it panics here if it panicked there.
fn finished<T>(joined: Result<T, tokio::task::JoinError>) -> T {
    joined.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => panic!("nobody cancels what blocks: {error}"),
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
