//! `usher`: the host. Command line, configuration and wiring; everything else is in the rooms beside it.
//!
//! ```text
//! usher serve   the host for a tenant of Microsoft Entra ID
//! usher dev     the host on a laptop: loopback Entra, embedded store, no cloud
//! usher check   what is wrong with a configuration and a folder of tools, without serving
//! usher doctor  the same for all that a configuration names: authority, keys, credential, Graph, store
//! usher data    backup, export and import of the embedded store's documents
//! ```
#![forbid(unsafe_code)]

mod check;
mod cli;
mod config;
mod data;
#[cfg(feature = "dev")]
mod dev;
mod doctor;
mod documents;
mod downstream;
mod listen;
mod logging;
mod seal_key;
mod serve;
mod shutdown;
mod sign_in;
mod stack;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    threads.block_on(async {
        match command {
            cli::Command::Serve(arguments) => serve::run(arguments).await.map(|()| ExitCode::SUCCESS),
            cli::Command::Check(arguments) => check::run(arguments).await,
            cli::Command::Doctor(arguments) => doctor::run(*arguments).await,
            cli::Command::Data(command) => data::run(command).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            cli::Command::Dev(arguments) => dev::run(arguments).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            cli::Command::DevToken(arguments) => dev::token::run(arguments).await.map(|()| ExitCode::SUCCESS),
        }
    })
}
