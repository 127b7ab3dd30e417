//! Which host a command is about: by its data folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use usher_registry::control::is_host_running;
use usher_registry::status::Status;

use crate::config::{self, Config};

/// Which host a command is about.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// The configuration. Without it, environment variables alone.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder, instead of the configuration's. Default: .usher
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The folder of components and grants, instead of the one that the host serves or the configuration names.
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
}

/// The host, and where it keeps what.
pub(super) struct Place {
    pub(super) config: Config,
    /// The folder of components and grants.
    pub(super) tools: PathBuf,
    /// The folder of what was decided.
    pub(super) control: PathBuf,
    /// What the host wrote last.
    pub(super) status: Option<Status>,
    /// A host uses the data folder now.
    pub(super) running: bool,
}

impl Place {
    /// Finds it.
    ///
    /// # Errors
    /// The configuration is wrong, or the data folder can't be read.
    pub(super) fn find(arguments: &PlaceArguments) -> anyhow::Result<Self> {
        let mut config = config::load(arguments.config.as_deref())?;
        if let Some(data) = &arguments.data {
            config.data.clone_from(data);
        }
        let control = config.data.join(usher_registry::CONTROL);
        let running = is_host_running(&control).with_context(|| format!("{} can't be read", control.display()))?;
        let status = read_status(&config.data)?;
        let served = status.as_ref().map(|status| status.folder.clone());
        let tools = match (&arguments.tools, &arguments.config) {
            (Some(tools), _) => tools.clone(),
            (None, Some(_)) => config.tools.clone(),
            (None, None) => served.unwrap_or_else(|| config.tools.clone()),
        };
        Ok(Self {
            tools,
            control,
            status,
            running,
            config,
        })
    }

    /// Whether the folder of tools is the one that the host serves.
    pub(super) fn is_served(&self) -> bool {
        let status = self.status.as_ref();
        status.is_none_or(
            |status| match (status.folder.canonicalize(), self.tools.canonicalize()) {
                (Ok(served), Ok(tools)) => served == tools,
                _ => status.folder == self.tools,
            },
        )
    }

    /// The file of a component.
    pub(super) fn component(&self, name: &str) -> PathBuf {
        self.tools.join(format!("{name}.wasm"))
    }
}

/// What the host wrote last.
pub(super) fn read_status(data: &Path) -> anyhow::Result<Option<Status>> {
    Status::read(data).with_context(|| {
        format!(
            "the status in {} can't be read; it may be that of a host of another version",
            data.display()
        )
    })
}
