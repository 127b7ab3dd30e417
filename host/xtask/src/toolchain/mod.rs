//! A Rust compiler that can make components: one with a standard library for `wasm32-unknown-unknown`, and
//! `wasm-component-ld` as its linker.
//!
//! In comes nothing but the machine as it is; out goes a [`Toolchain`] for the guests' build. Most machines have rustup
//! and a network and would do with one command; some have neither a target nor a way to load one through rustup. So
//! there are four sources, tried in order, and the first that has the target wins; `USHER_WASM_TOOLCHAIN` picks one.
//!
//! The host's own build never uses it: the host is built by the compiler that is active in the checkout.

mod debian;
mod installed;
mod rustup;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::bail;

use crate::error::UsageError;
use crate::step::Step;

/// The variable that picks a source.
pub(crate) const VARIABLE: &str = "USHER_WASM_TOOLCHAIN";

/// The target of every component. None of the WASI targets: with this one, our WIT is all that a component can reach.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The linker that makes a component of a core module, so that cargo's output needs no further step.
const LINKER: &str = "wasm-component-ld";

/// Where a compiler for components can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The active toolchain has the target.
    Installed,
    /// We made one from Debian's packages in an earlier run.
    Cached,
    /// `rustup target add`.
    Rustup,
    /// Made from Debian's packages, which takes about a minute.
    Debian,
}

/// What a person asked for by [`VARIABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Any,
    Installed,
    Rustup,
    Debian,
}

impl Wish {
    /// The sources to try, in order: what costs nothing first, what touches least next.
    fn sources(self) -> &'static [Source] {
        match self {
            Self::Any => &[Source::Installed, Source::Cached, Source::Rustup, Source::Debian],
            Self::Installed => &[Source::Installed],
            Self::Rustup => &[Source::Installed, Source::Rustup],
            Self::Debian => &[Source::Cached, Source::Debian],
        }
    }
}

impl FromStr for Wish {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        match text {
            "" => Ok(Self::Any),
            "installed" => Ok(Self::Installed),
            "rustup" => Ok(Self::Rustup),
            "debian" => Ok(Self::Debian),
            other => Err(UsageError(format!(
                "{VARIABLE} is `{other}`; it can be installed, rustup or debian"
            ))),
        }
    }
}

/// What came of asking a source.
enum Answer {
    Found(Toolchain),
    /// Why it has none, in words that go on from "because".
    Without(String),
}

/// A compiler that can make components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toolchain {
    /// The compiler, if it isn't the active one.
    rustc: Option<PathBuf>,
    /// Where it comes from, in a word that is good for a folder.
    pub(crate) name: &'static str,
    /// What it is, for a progress line.
    pub(crate) description: String,
    /// Differs between two toolchains whose compiled crates don't fit each other. Cargo itself goes by the compiler's
    /// version, and would mix those of two standard libraries that were built from the same source.
    pub(crate) identity: String,
}

impl Toolchain {
    /// One that is told apart by its identity only.
    #[cfg(test)]
    pub(crate) fn for_tests(identity: &str) -> Self {
        Self {
            rustc: None,
            name: "tests",
            description: String::new(),
            identity: identity.to_owned(),
        }
    }

    /// The compiler, if it isn't the active one.
    pub(crate) fn rustc(&self) -> Option<&Path> {
        self.rustc.as_deref()
    }

    /// Makes a cargo command build components.
    ///
    /// By environment and not by `.cargo/config.toml`, so that nothing of it reaches the host's build or a tool author
    /// who calls cargo with settings of their own.
    pub(crate) fn configure(&self, cargo: &mut Command) {
        cargo
            .args(["--target", TARGET])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
        if let Some(rustc) = &self.rustc {
            cargo.env("RUSTC", rustc);
        }
    }
}

/// Finds a toolchain, or makes one.
pub(crate) fn set_up(step: &Step) -> anyhow::Result<Toolchain> {
    step.run(|step| {
        let wish: Wish = std::env::var(VARIABLE).unwrap_or_default().parse()?;
        let toolchain = first(wish, |source| match source {
            Source::Installed => installed::find(),
            Source::Cached => debian::cached(),
            Source::Rustup => rustup::add(wish == Wish::Rustup, step),
            Source::Debian => debian::make(step),
        })?;
        step.done(&toolchain.description);
        Ok(toolchain)
    })
}

/// Asks the sources in order; the first that has a toolchain wins. An error if none has, with every reason.
fn first(wish: Wish, mut ask: impl FnMut(Source) -> Answer) -> anyhow::Result<Toolchain> {
    let mut reasons = String::new();
    for &source in wish.sources() {
        match ask(source) {
            Answer::Found(toolchain) => return Ok(toolchain),
            Answer::Without(reason) => {
                let indented = reason.replace('\n', "\n      ");
                reasons.push_str(&format!("\n  - {indented}"));
            }
        }
    }
    let advice = match wish {
        Wish::Installed | Wish::Any => {
            "Install Rust with rustup and run `rustup target add wasm32-unknown-unknown`, then try again."
        }
        Wish::Rustup | Wish::Debian => "Unset USHER_WASM_TOOLCHAIN to try every way there is.",
    };
    bail!("there is no Rust compiler for WebAssembly components on this machine:{reasons}\n{advice}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The sources that are asked when only those in `having` have a toolchain.
    fn asked(wish: Wish, having: &[Source]) -> (Vec<Source>, anyhow::Result<Toolchain>) {
        let mut asked = Vec::new();
        let result = first(wish, |source| {
            asked.push(source);
            if having.contains(&source) {
                Answer::Found(Toolchain::for_tests("it"))
            } else {
                Answer::Without(format!("no {source:?}"))
            }
        });
        (asked, result)
    }

    #[test]
    fn what_is_installed_is_used_and_nothing_else_is_asked() {
        let (asked, found) = asked(Wish::Any, &[Source::Installed, Source::Cached, Source::Debian]);
        assert_eq!(asked, [Source::Installed]);
        assert_eq!(found.unwrap(), Toolchain::for_tests("it"));
    }

    #[test]
    fn our_own_cached_toolchain_comes_before_anything_is_downloaded() {
        let (asked, _) = asked(Wish::Any, &[Source::Cached, Source::Rustup]);
        assert_eq!(asked, [Source::Installed, Source::Cached]);
    }

    #[test]
    fn debian_follows_when_rustup_fails() {
        let (asked, found) = asked(Wish::Any, &[Source::Debian]);
        assert_eq!(
            asked,
            [Source::Installed, Source::Cached, Source::Rustup, Source::Debian]
        );
        assert!(found.is_ok());
    }

    #[test]
    fn a_wish_for_debian_never_asks_rustup_nor_takes_what_is_installed() {
        let (asked, _) = asked(Wish::Debian, &[Source::Installed, Source::Rustup]);
        assert_eq!(asked, [Source::Cached, Source::Debian]);
    }

    #[test]
    fn a_wish_for_what_is_installed_never_makes_anything() {
        let (asked, _) = asked(Wish::Installed, &[]);
        assert_eq!(asked, [Source::Installed]);
    }

    #[test]
    fn a_failure_gives_the_reason_of_every_source() {
        let (_, found) = asked(Wish::Any, &[]);
        let message = found.unwrap_err().to_string();
        for reason in [
            "no Installed",
            "no Cached",
            "no Rustup",
            "no Debian",
            "rustup target add",
        ] {
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn an_unknown_wish_is_refused() {
        assert!("conda".parse::<Wish>().is_err());
        assert_eq!("".parse::<Wish>().unwrap(), Wish::Any);
        assert_eq!("debian".parse::<Wish>().unwrap(), Wish::Debian);
    }
}
