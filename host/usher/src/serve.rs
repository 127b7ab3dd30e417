//! `usher serve`: the host for a tenant.

use crate::cli::ServeArguments;
use crate::downstream::Downstream;
use crate::sign_in::SignIn;
use crate::stack::Stack;
use crate::{config, listen, logging, shutdown};

/// Serves until it is told to stop.
///
/// # Errors
/// What keeps it from starting, or stopped it.
pub(crate) async fn run(arguments: ServeArguments) -> anyhow::Result<()> {
    let config = config::load(arguments.config.as_deref())?;
    logging::start(&config.log)?;
    let sign_in = SignIn::from_config(&config)?;
    let stop = shutdown::on_signal()?;
    let listener = listen::on(config.listen, "the key `listen`").await?;
    let downstream = Downstream::of_tenant(&config, &sign_in)?;
    let stack = Stack::open(&config, &downstream, config.groups()).await?;
    let registry = stack.registry(&config).await?;
    tracing::info!(address = %config.listen, public_url = sign_in.public_url, "serving");
    stack.serve(&config, sign_in, &registry, listener, stop).await
}
