//! `usher dev`: the host on a laptop. The same code as in production; only the authority is a loopback one.

mod banner;
mod beside;
pub(crate) mod cloud;
mod source;
pub(crate) mod token;

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use usher_devcloud::{DevCloud, DevCloudSettings};
use usher_registry::Registry;

use self::cloud::DevelopmentCloud;
use self::source::{Building, Sources};
use crate::cli::DevArguments;
use crate::config::{self, Config};
use crate::stack::Stack;
use crate::{listen, logging, shutdown};

/// The file in the data folder that describes the running host to programs; the same as `GET /dev.json` of its Entra.
pub(crate) const DESCRIPTION: &str = "dev.json";

/// Serves until it is told to stop.
///
/// # Errors
/// What keeps it from starting, or stopped it.
pub(crate) async fn run(arguments: DevArguments) -> anyhow::Result<()> {
    let (config, sources) = configure(&arguments)?;
    logging::start(&config.log)?;
    let stop = shutdown::on_signal()?;
    let listener = listen::on(config.listen, "--listen").await?;
    let mcp_url = format!("http://{}/mcp", listener.local_addr()?);
    let bound = DevCloud::bind(arguments.entra_listen)
        .await
        .context("see --entra-listen")?;
    let cloud = bound.open(DevCloudSettings {
        state_dir: Some(config.data.clone()),
        ..DevCloudSettings::new(mcp_url)
    })?;
    let description = cloud.description();
    let known = DevelopmentCloud(&description);
    let sign_in = known.sign_in()?;
    let stack = Stack::open(&config, &known.downstream(&config)?, known.groups()?).await?;
    let entra = tokio::spawn(cloud.serve(stop.clone()));
    let mut building = sources.map(|sources| sources.build(&config)).transpose()?;
    if let Some(building) = &mut building {
        // What is printed when the host is ready names the tools.
        tokio::select! {
            () = building.first() => {}
            () = stop.cancelled() => {}
        }
    }
    let registry = stack.registry(&config).await?;
    let served = tokio::select! {
        served = stack.serve(&config, sign_in, &registry, listener, stop.clone()) => served,
        Err(error) = announce(&registry, &config.data, &description) => Err(error),
        () = follow(building, &registry) => Ok(()),
    };
    stop.cancel();
    entra.await.context("the loopback Entra stopped")??;
    served
}

/// Says that the host is ready once it is, to programs and to people.
///
/// # Errors
/// It can't be written down.
async fn announce(registry: &Registry, data: &Path, description: &serde_json::Value) -> anyhow::Result<()> {
    let catalog = registry.ready().await;
    write_description(data, description)?;
    print!("{}", banner::text(description, &catalog));
    Ok(())
}

/// Keeps what callers are told in accord with the sources that are built. Without sources, there is nothing to tell.
async fn follow(building: Option<Building>, registry: &Registry) {
    match building {
        Some(building) => building.follow(registry).await,
        None => std::future::pending().await,
    }
}

/// The configuration with the flags over it, and the sources that are to be built.
fn configure(arguments: &DevArguments) -> anyhow::Result<(Config, Option<Sources>)> {
    let mut config = config::for_development(arguments.config.as_deref())?;
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    ensure!(
        config.listen.ip().is_loopback(),
        "{} is not a loopback address: a development host, which anybody can sign in to, listens on 127.0.0.1 or ::1 only",
        config.listen
    );
    if let Some(data) = &arguments.data {
        config.data.clone_from(data);
    }
    let sources = match arguments.source.as_slice() {
        [] => None,
        folders => Some(Sources::open(folders, arguments.tools.as_deref(), &config.data)?),
    };
    match &arguments.tools {
        Some(tools) => config.tools.clone_from(tools),
        None if arguments.config.is_none() => config.tools = built_tools(),
        None => {}
    }
    if sources.is_none() || arguments.tools.is_some() {
        config.add_containers_of_grants(&config.tools.clone());
    }
    if let Some(sources) = &sources {
        sources.add_containers(&mut config);
        sources.folder().clone_into(&mut config.tools);
    }
    Ok((config, sources))
}

/// Where the build puts components, if it has; else the default.
fn built_tools() -> PathBuf {
    let built = PathBuf::from("target/tools");
    if built.is_dir() { built } else { Config::default().tools }
}

/// Writes the description, closed to others since it holds the development client's secret.
fn write_description(data: &Path, description: &serde_json::Value) -> anyhow::Result<()> {
    let path = data.join(DESCRIPTION);
    let temporary = data.join("dev.json.tmp");
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| file.write_all(format!("{description:#}\n").as_bytes()))
        .and_then(|()| std::fs::rename(&temporary, &path))
        .with_context(|| format!("{} can't be written", path.display()))
}
