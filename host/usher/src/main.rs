//! `usher`: the host. Command line, configuration and wiring; everything else is in the rooms beside it.
//!
//! ```text
//! usher new     a project for tools, in Rust, Python or JavaScript
//! usher build   its component and grant
//! usher inspect what a component can at most do, in plain words
//! usher grant   the grant that a component needs, for the operator to edit
//! usher serve   the host for a tenant of Microsoft Entra ID
//! usher dev     the host on a laptop: loopback Entra, embedded store, no cloud
//! usher call    one call without a server, recorded or repeated
//! usher check   what is wrong with a configuration and a folder of tools, without serving
//! usher compile the compiled forms of a folder's components, for an image
//! usher doctor  the same for all that a configuration names: authority, keys, credential, Graph, store
//! usher status  what is served, what waits and why; usher approve and usher rollback decide about it
//! usher data    backup, export and import of documents
//! ```
#![forbid(unsafe_code)]

mod build;
#[cfg(feature = "dev")]
mod call;
mod check;
mod cli;
mod compile;
mod config;
mod control;
mod data;
#[cfg(feature = "dev")]
mod dev;
mod doctor;
mod documents;
mod downstream;
mod grant;
mod inspect;
mod listen;
mod logging;
mod metrics;
mod new;
mod progress;
mod seal_key;
mod serve;
mod shutdown;
mod sign_in;
mod stack;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long threads that block may take to end.
const CLOSING_TIME: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    match run(cli::Arguments::parse().into()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("usher: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: cli::Command) -> anyhow::Result<ExitCode> {
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = threads.block_on(async {
        match command {
            cli::Command::New(arguments) => new::run(arguments).map(|()| ExitCode::SUCCESS),
            cli::Command::Build(arguments) => build::run(arguments).map(|()| ExitCode::SUCCESS),
            cli::Command::Serve(arguments) => serve::run(arguments).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            cli::Command::Call(arguments) => call::run(*arguments).await,
            cli::Command::Check(arguments) => check::run(arguments).await,
            cli::Command::Inspect(arguments) => inspect::run(arguments).await,
            cli::Command::Grant(arguments) => grant::run(arguments).await,
            cli::Command::Status(arguments) => control::status(arguments).await,
            cli::Command::Approve(arguments) => control::approve(arguments).await,
            cli::Command::Rollback(arguments) => control::rollback(arguments).await,
            cli::Command::Compile(arguments) => compile::run(arguments).await,
            cli::Command::Doctor(arguments) => doctor::run(*arguments).await,
            cli::Command::Data(command) => data::run(command).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            cli::Command::Dev(arguments) => dev::run(arguments).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            cli::Command::DevToken(arguments) => dev::token::run(arguments).await.map(|()| ExitCode::SUCCESS),
        }
    });
    // Not for a component that is being compiled still.
    threads.shutdown_timeout(CLOSING_TIME);
    ended
}
