//! The command line.

#[cfg(feature = "dev")]
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::doctor::{Code, NotAnArgument};

/// A WebAssembly plugin host for MCP, for teams on Microsoft Entra ID.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Parsed,
}

#[derive(Debug, Subcommand)]
enum Parsed {
    /// Makes a project for tools in Rust, Python or JavaScript.
    New(crate::new::Arguments),
    /// Builds a project: a component and its grant, in its folder dist.
    Build(crate::build::Arguments),
    /// Serves the tools of a folder to the users of a tenant.
    Serve(ServeArguments),
    /// Serves the tools of a folder on this machine, with a loopback Entra and an embedded store.
    #[cfg(feature = "dev")]
    Dev(Box<DevCommand>),
    /// Calls one tool without a server, records what it asks of its host, or repeats a recorded call. Exits with 1 unless it
    /// answers, or does as it was recorded.
    #[cfg(feature = "dev")]
    Call(Box<crate::call::Arguments>),
    /// Says what is wrong with a configuration and a folder of tools. Exits with 1 if something is.
    Check(crate::check::Arguments),
    /// Says in plain words what a component can at most do, and what its grant leaves of that.
    Inspect(crate::inspect::Arguments),
    /// Writes the grant that a component needs, or says what the one that is there lacks. Exits with 1 if it lacks something.
    Grant(crate::grant::Arguments),
    /// Says what the host serves, and why not something newer. Exits with 1 if something can't be served.
    Status(crate::control::StatusArguments),
    /// Lets through what waits: shows what is different about it, and asks.
    Approve(crate::control::ApproveArguments),
    /// Puts an earlier revision of a component back at once.
    Rollback(crate::control::RollbackArguments),
    /// Compiles a folder of tools ahead, for an image. Exits with 1 if one can't be compiled.
    Compile(crate::compile::Arguments),
    /// Tries whatever a configuration names: authority, keys, credential, Graph, store. Or explains an error, or a token.
    Doctor(Box<DoctorArguments>),
    /// Backs up, exports or imports the documents.
    #[command(subcommand)]
    Data(DataCommand),
}

/// `usher data`.
#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Copies the whole embedded store into one file, also while a host uses it.
    Backup {
        /// The file to make.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Replaces the file if it exists.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        from: DataArguments,
    },
    /// Writes all items as JSON lines, also while a host uses the store. The file holds every user's items.
    Export {
        /// The file to make.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Replaces the file if it exists.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        from: DataArguments,
    },
    /// Stores the items of JSON lines over those that are there. A host that uses an embedded store must be stopped.
    Import {
        /// The file to read.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        into: DataArguments,
    },
}

/// Which store `usher data` is about.
#[derive(Debug, Args)]
pub(crate) struct DataArguments {
    /// The configuration. Without it, environment variables alone.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder, instead of the configuration's. Default: .usher
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `usher serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The configuration. Without it, environment variables alone.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `usher doctor`.
#[derive(Debug, Default, Args)]
pub(crate) struct DoctorArguments {
    /// The configuration. Without it, environment variables alone, or the development host of --data.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder of a running development host. Default: .usher
    #[cfg(feature = "dev")]
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub data: Option<PathBuf>,
    /// The folder of components and grants, instead of the configuration's.
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
    /// Explains the number of an error of Entra's, as 65001 or AADSTS65001, and does nothing else.
    #[arg(long, value_name = "NUMBER", value_parser = Code::parse, conflicts_with_all = ["config", "tools", "token"])]
    pub code: Option<Code>,
    /// Reads a token from standard input, decodes it and says whether the host would take it. Stores nothing.
    // A value is taken so that it can be refused without being repeated.
    #[arg(long, value_name = "NOTHING", hide_possible_values = true, conflicts_with = "tools")]
    pub token: Option<Option<NotAnArgument>>,
    /// Prints one JSON object.
    #[arg(long)]
    pub json: bool,
}

#[cfg(feature = "dev")]
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct DevCommand {
    #[command(subcommand)]
    token: Option<DevSubcommand>,
    #[command(flatten)]
    dev: DevArguments,
}

#[cfg(feature = "dev")]
#[derive(Debug, Subcommand)]
enum DevSubcommand {
    /// Prints a bearer token of the dev host that is running.
    Token(TokenArguments),
}

/// `usher dev`.
#[cfg(feature = "dev")]
#[derive(Debug, Args)]
pub(crate) struct DevArguments {
    /// Where MCP listens. Default: 127.0.0.1:8400. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where the loopback Entra listens. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8401")]
    pub entra_listen: SocketAddr,
    /// The folder of components and grants. Default: target/tools if it is there, else tools.
    #[arg(long, value_name = "DIR")]
    pub tools: Option<PathBuf>,
    /// The folder of everything that is kept. Default: .usher
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A project that is built, served, and built again at each save. May be given more than once. Without --tools nothing else is
    /// served.
    #[arg(long, value_name = "DIR")]
    pub source: Vec<PathBuf>,
    /// A configuration to start from.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `usher dev token`.
#[cfg(feature = "dev")]
#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// Who: admin, member, member-2 or unscoped.
    #[arg(long = "as", value_name = "PERSONA")]
    pub persona: String,
    /// How long the token is good, in seconds. Negative: it has expired already.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub ttl: Option<i64>,
    /// The scopes of the token, by their short names, instead of the persona's.
    #[arg(long, value_name = "SCOPES")]
    pub scope: Option<String>,
    /// For tests: a JSON object that is laid over the claims (null removes one).
    #[arg(long, value_name = "FILE")]
    pub claims: Option<PathBuf>,
    /// The loopback Entra of the dev host.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8401")]
    pub entra: String,
    /// The data folder of the dev host, to find its Entra by, instead of --entra.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// `usher new`.
    New(crate::new::Arguments),
    /// `usher build`.
    Build(crate::build::Arguments),
    /// `usher serve`.
    Serve(ServeArguments),
    /// `usher call`.
    #[cfg(feature = "dev")]
    Call(Box<crate::call::Arguments>),
    /// `usher check`.
    Check(crate::check::Arguments),
    /// `usher inspect`.
    Inspect(crate::inspect::Arguments),
    /// `usher grant`.
    Grant(crate::grant::Arguments),
    /// `usher status`.
    Status(crate::control::StatusArguments),
    /// `usher approve`.
    Approve(crate::control::ApproveArguments),
    /// `usher rollback`.
    Rollback(crate::control::RollbackArguments),
    /// `usher compile`.
    Compile(crate::compile::Arguments),
    /// `usher doctor`.
    Doctor(Box<DoctorArguments>),
    /// `usher data`.
    Data(DataCommand),
    /// `usher dev`.
    #[cfg(feature = "dev")]
    Dev(DevArguments),
    /// `usher dev token`.
    #[cfg(feature = "dev")]
    DevToken(TokenArguments),
}

impl From<Arguments> for Command {
    fn from(arguments: Arguments) -> Self {
        match arguments.command {
            Parsed::New(arguments) => Self::New(arguments),
            Parsed::Build(arguments) => Self::Build(arguments),
            Parsed::Serve(arguments) => Self::Serve(arguments),
            #[cfg(feature = "dev")]
            Parsed::Call(arguments) => Self::Call(arguments),
            Parsed::Check(arguments) => Self::Check(arguments),
            Parsed::Inspect(arguments) => Self::Inspect(arguments),
            Parsed::Grant(arguments) => Self::Grant(arguments),
            Parsed::Status(arguments) => Self::Status(arguments),
            Parsed::Approve(arguments) => Self::Approve(arguments),
            Parsed::Rollback(arguments) => Self::Rollback(arguments),
            Parsed::Compile(arguments) => Self::Compile(arguments),
            Parsed::Doctor(arguments) => Self::Doctor(arguments),
            Parsed::Data(command) => Self::Data(command),
            #[cfg(feature = "dev")]
            Parsed::Dev(command) => match command.token {
                Some(DevSubcommand::Token(arguments)) => Self::DevToken(arguments),
                None => Self::Dev(command.dev),
            },
        }
    }
}
