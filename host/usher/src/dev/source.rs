//! `usher dev --source DIR`: tools that are built from their source, and again at each save.
//!
//! In come projects; out go their components and grants, in a folder of the data folder that the registry watches like any other,
//! and notes: as long as the newest source isn't what answers, a call's answer says so. Nothing here loads a component.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::sync::mpsc;
use usher_author::{Attempt, Built, Environment, Progress, Project, Watcher};
use usher_policy::Grant;
use usher_registry::Registry;
use usher_runtime::{Catalog, component_name, sha256};

use super::beside::{self, Beside};
use crate::config::Config;

/// The folder of what was built, in the data folder.
const FOLDER: &str = "sources";

/// Projects that are to be served from their source.
pub(crate) struct Sources {
    projects: Vec<Project>,
    folder: PathBuf,
    beside: Option<Beside>,
}

impl Sources {
    /// The projects in these folders, to be built into the data folder, with the components of another folder beside them.
    ///
    /// # Errors
    /// One isn't a project, two make a component of the same name, or the other folder isn't there.
    pub(crate) fn open(folders: &[PathBuf], beside: Option<&Path>, data: &Path) -> anyhow::Result<Self> {
        let mut projects: Vec<Project> = Vec::new();
        for folder in folders {
            let project = Project::open(folder).context("see --source")?;
            if let Some(other) = projects.iter().find(|other| other.name() == project.name()) {
                let folders = (other.folder().display(), project.folder().display());
                anyhow::bail!(
                    "{} and {} both make a component {}; a host serves one of a name",
                    folders.0,
                    folders.1,
                    project.name()
                );
            }
            projects.push(project);
        }
        let built = || projects.iter().map(|project| project.name().to_owned()).collect();
        let beside = beside.map(|tools| {
            Beside::of(tools, built())
                .with_context(|| format!("the folder of tools {} can't be read; see --tools", tools.display()))
        });
        Ok(Self {
            beside: beside.transpose()?,
            projects,
            folder: data.join(FOLDER),
        })
    }

    /// The folder of what was built.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the containers of the projects' grants part of a configuration.
    pub(crate) fn add_containers(&self, config: &mut Config) {
        for project in &self.projects {
            config.add_containers_of_grants(project.folder());
        }
    }

    /// Begins to build, in a folder that holds nothing of an earlier run. The data folder is this process's alone by now.
    ///
    /// # Errors
    /// The folder can't be made, or a project can't be watched.
    pub(crate) fn build(self, config: &Config) -> anyhow::Result<Building> {
        let containers: BTreeSet<String> = config.containers.keys().cloned().collect();
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} can't be emptied", self.folder.display()));
            }
            _ => {}
        }
        DirBuilder::new()
            .mode(0o700)
            .create(&self.folder)
            .with_context(|| format!("{} can't be made", self.folder.display()))?;
        if let Some(beside) = &self.beside {
            beside
                .link_into(&self.folder)
                .with_context(|| format!("{} can't be filled", self.folder.display()))?;
        }
        let (sender, outcomes) = mpsc::unbounded_channel();
        let mut building = Building {
            states: self
                .projects
                .iter()
                .map(|project| (project.name().to_owned(), State::Building))
                .collect(),
            folder: self.folder,
            beside: self.beside,
            outcomes,
            _watchers: Vec::new(),
        };
        for project in self.projects {
            eprintln!("building {} from {}", project.name(), project.folder().display());
            let (sender, folder, containers) = (sender.clone(), building.folder.clone(), containers.clone());
            let name = project.name().to_owned();
            let mut served = false;
            let attempted = move |attempt: Attempt| {
                let state = settle(&name, attempt, &folder, &containers, served);
                served |= matches!(state, State::Built { .. });
                // It fails only when the host stops.
                let _ = sender.send((name.clone(), state));
            };
            building._watchers.push(Watcher::start(
                project,
                Environment::of_process(),
                Progress::on_terminal(),
                attempted,
            )?);
        }
        Ok(building)
    }
}

/// What came of the newest source of a project.
enum State {
    /// Nothing yet.
    Building,
    /// It was built, and has this SHA-256.
    Built { digest: String },
    /// It wasn't: the first lines of why.
    Failed { short: String },
}

/// Puts what was built where the registry sees it, and tells the author what came of it.
fn settle(name: &str, attempt: Attempt, folder: &Path, containers: &BTreeSet<String>, served: bool) -> State {
    let took = attempt.took;
    let delivered = attempt.result.and_then(|built| {
        say_new_containers(&built, containers);
        built.copy_into(folder)
    });
    let read = delivered
        .map_err(|error| (error.short(), error.to_string()))
        .and_then(|built| {
            let bytes = fs::read(&built.component);
            bytes.map_err(|error| (error.to_string(), error.to_string()))
        });
    match read {
        Ok(component) => {
            eprintln!("{name} is built ({:.1} s)", took.as_secs_f64());
            State::Built {
                digest: sha256(&component),
            }
        }
        Err((short, error)) => {
            let then = if served {
                "the version before serves on"
            } else {
                "nothing of it is served yet"
            };
            eprintln!("{name} isn't built: {error}\n{name}: {then}; the next save builds it again");
            State::Failed { short }
        }
    }
}

/// Containers are made when the host starts: a grant that names another is one for the next start.
fn say_new_containers(built: &Built, containers: &BTreeSet<String>) {
    let Some(grant) = fs::read_to_string(&built.grant)
        .ok()
        .and_then(|text| Grant::parse(&text).ok())
    else {
        return;
    };
    let shared = grant.shared_containers().map(|granted| granted.name.as_str());
    for name in grant.containers().chain(shared) {
        if !containers.contains(name) {
            eprintln!("the grant names a new container, `{name}`: start `usher dev` again, so that it is made");
        }
    }
}

/// Projects that are being built at each save, until this is dropped.
pub(crate) struct Building {
    folder: PathBuf,
    beside: Option<Beside>,
    states: BTreeMap<String, State>,
    outcomes: mpsc::UnboundedReceiver<(String, State)>,
    _watchers: Vec<Watcher>,
}

impl Building {
    /// Waits until each project was built once, for better or worse.
    pub(crate) async fn first(&mut self) {
        while self.states.values().any(|state| matches!(state, State::Building)) {
            let Some((name, state)) = self.outcomes.recv().await else {
                return;
            };
            self.states.insert(name, state);
        }
    }

    /// Keeps the notes of the components that a registry serves in accord with their sources. Never ends by itself.
    pub(crate) async fn follow(mut self, registry: &Registry) {
        let mut catalogs = registry.catalogs();
        let mut looks = tokio::time::interval(beside::LOOK);
        loop {
            let catalog = catalogs.borrow_and_update().clone();
            self.note(registry, &catalog);
            tokio::select! {
                Some((name, state)) = self.outcomes.recv() => {
                    self.states.insert(name, state);
                }
                Ok(()) = catalogs.changed() => {}
                _ = looks.tick(), if self.beside.is_some() => self.look_beside(),
                else => std::future::pending().await,
            }
        }
    }

    /// A folder that can't be read for a moment is looked at again in the next.
    fn look_beside(&self) {
        if let Some(Err(error)) = self.beside.as_ref().map(|beside| beside.link_into(&self.folder)) {
            tracing::warn!("the folder of --tools can't be followed: {error}");
        }
    }

    fn note(&self, registry: &Registry, catalog: &Catalog) {
        for (name, state) in &self.states {
            let Some(text) = text(name, state, &self.folder, catalog) else {
                continue;
            };
            if catalog.note(name).map(|note| &**note) != text.as_deref() {
                registry.note(name, text);
            }
        }
    }
}

/// What callers of a component are told: nothing, if its newest source is what answers. None: that isn't known yet.
fn text(name: &str, state: &State, folder: &Path, catalog: &Catalog) -> Option<Option<String>> {
    let told = |what: &str, why: &str| {
        Some(Some(format!(
            "The newest source of {name} {what}; this answer is of the version before.\n{why}"
        )))
    };
    match state {
        State::Building => None,
        State::Failed { short } => told("didn't build", short),
        State::Built { digest } => {
            let refused = catalog
                .refused()
                .iter()
                .find(|refusal| component_name(&refusal.file) == name && refusal.file.starts_with(folder));
            match refused {
                Some(refusal) => told("was built and can't be served", &refusal.error.to_string()),
                None => catalog
                    .revisions()
                    .iter()
                    .any(|revision| revision.name() == name && revision.digest() == digest)
                    .then_some(None),
            }
        }
    }
}
