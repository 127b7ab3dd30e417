//! `usher check`: what is wrong, without serving.

use std::process::ExitCode;

use anyhow::Context;

use crate::cli::CheckArguments;
use crate::config;
use crate::sign_in::SignIn;
use crate::stack::Stack;

/// Checks a configuration and every component of its folder, and prints one paragraph for each.
///
/// # Errors
/// The configuration is wrong, or the folder can't be read.
pub(crate) async fn run(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let mut config = config::load(arguments.config.as_deref())?;
    let tools = arguments.tools.clone().unwrap_or_else(|| config.tools.clone());
    match arguments.config {
        Some(_) => drop(SignIn::from_config(&config)?),
        None => config.add_containers_of_grants(&tools),
    }
    // The components are compiled and linked for real, over a store of their own: no data is touched.
    let scratch = tempfile::tempdir().context("no temporary folder could be made")?;
    let stack = Stack::open(&config, scratch.path())?;
    let catalog = stack.load(&tools).await?;
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
