//! `usher check`: what is wrong, without serving.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context;
use uuid::Uuid;

use crate::cli::CheckArguments;
use crate::config::{self, Config};
use crate::downstream::Downstream;
use crate::sign_in::SignIn;
use crate::stack::Stack;

/// The services that components are linked against, and the groups that grants may name. No service is asked.
type Surroundings = (Downstream, BTreeMap<String, Uuid>);

/// Checks a configuration and every component of its folder, and prints one paragraph for each.
///
/// # Errors
/// The configuration is wrong, or the folder can't be read.
pub(crate) async fn run(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let mut config = config::load(arguments.config.as_deref())?;
    let tools = arguments.tools.clone().unwrap_or_else(|| config.tools.clone());
    let (downstream, groups) = match arguments.config {
        Some(_) => {
            let sign_in = SignIn::from_config(&config)?;
            (Downstream::of_tenant(&config, &sign_in)?, config.groups())
        }
        None => {
            config.add_containers_of_grants(&tools);
            of_development(&config)?
        }
    };
    // The components are compiled and linked for real, over a store of their own: no data is touched.
    let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
    let stack = Stack::scratch(&config, scratch.path(), &downstream, groups)?;
    let catalog = stack.load(&tools).await?.catalog();
    for tool in catalog.tools() {
        let policy = tool.policy();
        println!(
            "{} is served, from {}.wasm (revision {})",
            tool.name(),
            policy.component(),
            policy.revision()
        );
    }
    for refusal in catalog.refused() {
        println!(
            "{} is not served: {}",
            refusal.file.file_name().unwrap_or_default().to_string_lossy(),
            refusal.error
        );
    }
    stack.close().await;
    let (served, refused) = (catalog.tools().len(), catalog.refused().len());
    println!("{served} tools served, {refused} components refused");
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Those of a development host.
#[cfg(feature = "dev")]
fn of_development(config: &Config) -> anyhow::Result<Surroundings> {
    use crate::dev::cloud;
    Ok((cloud::downstream_of_none(config)?, cloud::all_groups()?))
}

/// Without a development host, there is nothing to reach without a configuration.
#[cfg(not(feature = "dev"))]
fn of_development(config: &Config) -> anyhow::Result<Surroundings> {
    Ok((Downstream::new(config, None, None, BTreeMap::new())?, BTreeMap::new()))
}
