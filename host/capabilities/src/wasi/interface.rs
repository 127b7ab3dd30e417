//! The interfaces of WASI 0.2 that a grant can give, and the key that gives each.

use usher_policy::{WasiGrant, WasiKey};
use wasmtime::component::{Component, HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksCtxView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi_io::bindings::wasi::io;

use super::{InCall, absent, grant_line};
use crate::call_context::CallContext;
use crate::capability::NotAdmitted;

/// An interface of WASI 0.2 that this host offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are WASI's")]
pub enum WasiInterface {
    MonotonicClock,
    WallClock,
    Random,
    Insecure,
    InsecureSeed,
    Stdin,
    Stdout,
    Stderr,
    TerminalInput,
    TerminalOutput,
    TerminalStdin,
    TerminalStdout,
    TerminalStderr,
    Environment,
    Exit,
    FilesystemTypes,
    FilesystemPreopens,
    Network,
    InstanceNetwork,
    Tcp,
    TcpCreateSocket,
    Udp,
    UdpCreateSocket,
    IpNameLookup,
    IoError,
    IoPoll,
    IoStreams,
}

impl WasiInterface {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::MonotonicClock,
        Self::WallClock,
        Self::Random,
        Self::Insecure,
        Self::InsecureSeed,
        Self::Stdin,
        Self::Stdout,
        Self::Stderr,
        Self::TerminalInput,
        Self::TerminalOutput,
        Self::TerminalStdin,
        Self::TerminalStdout,
        Self::TerminalStderr,
        Self::Environment,
        Self::Exit,
        Self::FilesystemTypes,
        Self::FilesystemPreopens,
        Self::Network,
        Self::InstanceNetwork,
        Self::Tcp,
        Self::TcpCreateSocket,
        Self::Udp,
        Self::UdpCreateSocket,
        Self::IpNameLookup,
        Self::IoError,
        Self::IoPoll,
        Self::IoStreams,
    ];

    /// The name without its version: `wasi:clocks/wall-clock`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MonotonicClock => "wasi:clocks/monotonic-clock",
            Self::WallClock => "wasi:clocks/wall-clock",
            Self::Random => "wasi:random/random",
            Self::Insecure => "wasi:random/insecure",
            Self::InsecureSeed => "wasi:random/insecure-seed",
            Self::Stdin => "wasi:cli/stdin",
            Self::Stdout => "wasi:cli/stdout",
            Self::Stderr => "wasi:cli/stderr",
            Self::TerminalInput => "wasi:cli/terminal-input",
            Self::TerminalOutput => "wasi:cli/terminal-output",
            Self::TerminalStdin => "wasi:cli/terminal-stdin",
            Self::TerminalStdout => "wasi:cli/terminal-stdout",
            Self::TerminalStderr => "wasi:cli/terminal-stderr",
            Self::Environment => "wasi:cli/environment",
            Self::Exit => "wasi:cli/exit",
            Self::FilesystemTypes => "wasi:filesystem/types",
            Self::FilesystemPreopens => "wasi:filesystem/preopens",
            Self::Network => "wasi:sockets/network",
            Self::InstanceNetwork => "wasi:sockets/instance-network",
            Self::Tcp => "wasi:sockets/tcp",
            Self::TcpCreateSocket => "wasi:sockets/tcp-create-socket",
            Self::Udp => "wasi:sockets/udp",
            Self::UdpCreateSocket => "wasi:sockets/udp-create-socket",
            Self::IpNameLookup => "wasi:sockets/ip-name-lookup",
            Self::IoError => "wasi:io/error",
            Self::IoPoll => "wasi:io/poll",
            Self::IoStreams => "wasi:io/streams",
        }
    }

    /// The interface that an import names, `wasi:clocks/wall-clock@0.2.3`. Any release of WASI 0.2 will do.
    #[must_use]
    pub fn named(import: &str) -> Option<Self> {
        let (name, version) = import.split_once('@')?;
        let patch = version.strip_prefix("0.2.")?;
        if patch.is_empty() || !patch.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::ALL.into_iter().find(|interface| interface.name() == name)
    }

    /// The key of `[capabilities.wasi]` that gives it. None for `wasi:io`, which only carries what the others give and comes
    /// with any of them.
    #[must_use]
    pub fn key(self) -> Option<WasiKey> {
        match self {
            Self::MonotonicClock | Self::WallClock => Some(WasiKey::Clocks),
            Self::Random | Self::Insecure | Self::InsecureSeed => Some(WasiKey::Random),
            Self::Stdin
            | Self::Stdout
            | Self::Stderr
            | Self::TerminalInput
            | Self::TerminalOutput
            | Self::TerminalStdin
            | Self::TerminalStdout
            | Self::TerminalStderr => Some(WasiKey::Stdio),
            Self::Environment
            | Self::Exit
            | Self::FilesystemTypes
            | Self::FilesystemPreopens
            | Self::Network
            | Self::InstanceNetwork
            | Self::Tcp
            | Self::TcpCreateSocket
            | Self::Udp
            | Self::UdpCreateSocket
            | Self::IpNameLookup => Some(WasiKey::StandIns),
            Self::IoError | Self::IoPoll | Self::IoStreams => None,
        }
    }

    /// Adds its functions to the linker of a component that imports it. Runs once, at load, after [`admit`].
    ///
    /// # Errors
    /// The linker has such an interface already.
    pub fn link<T: InCall>(self, linker: &mut Linker<T>, component: &Component) -> wasmtime::Result<()> {
        match self {
            Self::MonotonicClock => clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(linker, clocks_of),
            Self::WallClock => clocks::wall_clock::add_to_linker::<T, WasiClocks>(linker, clocks_of),
            Self::Random => random::random::add_to_linker::<T, HasSelf<CallContext>>(linker, T::call),
            Self::Insecure => random::insecure::add_to_linker::<T, HasSelf<CallContext>>(linker, T::call),
            Self::InsecureSeed => random::insecure_seed::add_to_linker::<T, HasSelf<CallContext>>(linker, T::call),
            Self::Stdin => cli::stdin::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::Stdout => cli::stdout::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::Stderr => cli::stderr::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::TerminalInput => cli::terminal_input::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::TerminalOutput => cli::terminal_output::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::TerminalStdin => cli::terminal_stdin::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::TerminalStdout => cli::terminal_stdout::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::TerminalStderr => cli::terminal_stderr::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::Environment => cli::environment::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::Exit => cli::exit::add_to_linker::<T, WasiCli>(linker, cli_of),
            Self::FilesystemTypes => filesystem::types::add_to_linker::<T, WasiFilesystem>(linker, files_of),
            Self::FilesystemPreopens => filesystem::preopens::add_to_linker::<T, WasiFilesystem>(linker, files_of),
            Self::Network
            | Self::InstanceNetwork
            | Self::Tcp
            | Self::TcpCreateSocket
            | Self::Udp
            | Self::UdpCreateSocket
            | Self::IpNameLookup => absent::link(self, linker, component),
            Self::IoError => io::error::add_to_linker::<T, Handles>(linker, handles_of),
            Self::IoPoll => io::poll::add_to_linker::<T, Handles>(linker, handles_of),
            Self::IoStreams => io::streams::add_to_linker::<T, Handles>(linker, handles_of),
        }
    }
}

/// Whether a grant gives these interfaces. For a component that imports them, at load.
///
/// # Errors
/// One for each key that is missing, with the line that would grant it.
pub fn admit(imported: &[WasiInterface], grant: &WasiGrant) -> Result<(), Vec<NotAdmitted>> {
    let refused = |key: WasiKey| {
        let of_key = imported.iter().filter(|interface| interface.key() == Some(key));
        let names: Vec<_> = of_key.map(|interface| interface.name()).collect();
        (!names.is_empty() && !grant.gives(key)).then(|| NotAdmitted::Wasi {
            interfaces: names.join(", "),
            line: grant_line(key),
        })
    };
    let mut all: Vec<_> = WasiKey::ALL.into_iter().filter_map(refused).collect();
    if all.is_empty() && !imported.is_empty() && !grant.gives_anything() {
        let names: Vec<_> = imported.iter().map(|interface| interface.name()).collect();
        all.push(NotAdmitted::Wasi {
            interfaces: names.join(", "),
            line: grant_line(WasiKey::StandIns),
        });
    }
    if all.is_empty() { Ok(()) } else { Err(all) }
}

/// The handles that a call has open.
struct Handles;

impl HasData for Handles {
    type Data<'a> = &'a mut ResourceTable;
}

fn handles_of<T: InCall>(state: &mut T) -> &mut ResourceTable {
    state.call().wasi().table()
}

fn clocks_of<T: InCall>(state: &mut T) -> WasiClocksCtxView<'_> {
    state.call().wasi().clocks()
}

fn cli_of<T: InCall>(state: &mut T) -> WasiCliCtxView<'_> {
    state.call().wasi().cli()
}

fn files_of<T: InCall>(state: &mut T) -> WasiFilesystemCtxView<'_> {
    state.call().wasi().filesystem()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn any_release_of_0_2_is_the_same_and_nothing_else_is() {
        for import in ["wasi:clocks/wall-clock@0.2.0", "wasi:clocks/wall-clock@0.2.12"] {
            assert_eq!(WasiInterface::named(import), Some(WasiInterface::WallClock));
        }
        for import in [
            "wasi:clocks/wall-clock",
            "wasi:clocks/wall-clock@0.3.0",
            "wasi:clocks/wall-clock@0.2.0-rc-2023-11-10",
            "wasi:keyvalue/store@0.2.0",
            "wasi:http/outgoing-handler@0.2.0",
        ] {
            assert_eq!(WasiInterface::named(import), None, "{import}");
        }
    }

    #[test]
    fn errors_when_a_key_is_missing_with_the_line_for_each() {
        use WasiInterface as I;
        let clocks = WasiGrant {
            clocks: true,
            ..WasiGrant::default()
        };
        let refused = |imported: &[I], grant: &WasiGrant| -> Vec<String> {
            let refused = admit(imported, grant).err().unwrap_or_default();
            refused.iter().map(ToString::to_string).collect()
        };
        assert!(refused(&[], &WasiGrant::default()).is_empty());
        assert!(refused(&[I::WallClock, I::IoPoll], &clocks).is_empty());
        let both = refused(&[I::WallClock, I::Exit, I::Environment, I::Random, I::IoPoll], &clocks);
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(
            both[0].contains("wasi:random/random") && both[0].contains("random = true"),
            "{both:?}"
        );
        assert!(
            both[1].contains("wasi:cli/exit, wasi:cli/environment") && both[1].contains("stand-ins = true"),
            "{both:?}"
        );
        let alone = refused(&[I::IoError], &WasiGrant::default());
        assert!(alone.len() == 1 && alone[0].contains("wasi:io/error"), "{alone:?}");
    }
}
