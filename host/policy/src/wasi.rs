//! What a grant may give of WASI 0.2: time, chance, printing, and answers that give nothing. Files, environment variables and
//! the network can't be granted: there are no keys for them.

use serde::Deserialize;

/// The table `[capabilities.wasi]` of a grant. Without it nothing of WASI is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct WasiGrant {
    /// The time of day, a stopwatch, and sleeping until the call's deadline: `wasi:clocks`.
    pub clocks: bool,
    /// Random numbers: `wasi:random`.
    pub random: bool,
    /// What the component prints goes to the operator's log; its input is empty: the streams and terminals of `wasi:cli`.
    pub stdio: bool,
    /// What run times of languages import whether they use it or not, answered as if there were nothing: no environment
    /// variables, no arguments, no files, no network; to exit ends the call. `wasi:cli/environment`, `wasi:cli/exit`,
    /// `wasi:filesystem`, `wasi:sockets`.
    pub stand_ins: bool,
}

/// A key of `[capabilities.wasi]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WasiKey {
    /// [`WasiGrant::clocks`].
    Clocks,
    /// [`WasiGrant::random`].
    Random,
    /// [`WasiGrant::stdio`].
    Stdio,
    /// [`WasiGrant::stand_ins`].
    StandIns,
}

impl WasiKey {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Clocks, Self::Random, Self::Stdio, Self::StandIns];

    /// The key as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clocks => "clocks",
            Self::Random => "random",
            Self::Stdio => "stdio",
            Self::StandIns => "stand-ins",
        }
    }

    /// What it gives, in words for an operator.
    #[must_use]
    pub fn gives(self) -> &'static str {
        match self {
            Self::Clocks => "the time of day, a stopwatch, sleeping",
            Self::Random => "random numbers",
            Self::Stdio => "printing to the operator's log; its input is empty",
            Self::StandIns => "no environment variables, arguments, files or network: it finds nothing",
        }
    }
}

impl WasiGrant {
    /// Whether a key is set.
    #[must_use]
    pub fn gives(&self, key: WasiKey) -> bool {
        match key {
            WasiKey::Clocks => self.clocks,
            WasiKey::Random => self.random,
            WasiKey::Stdio => self.stdio,
            WasiKey::StandIns => self.stand_ins,
        }
    }

    /// Whether any key is set.
    #[must_use]
    pub fn gives_anything(&self) -> bool {
        WasiKey::ALL.into_iter().any(|key| self.gives(key))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Grant;

    #[test]
    fn nothing_of_wasi_is_given_unless_it_is_written() {
        let given = |text: &str| Grant::parse(text).unwrap().capabilities.wasi;
        assert!(!given("").gives_anything());
        assert!(!given("[capabilities.wasi]\nclocks = false").gives_anything());
        for key in WasiKey::ALL {
            let granted = given(&format!("[capabilities.wasi]\n{} = true", key.name()));
            assert_eq!(
                WasiKey::ALL.map(|other| granted.gives(other)),
                WasiKey::ALL.map(|other| other == key)
            );
        }
    }

    #[test]
    fn errors_when_a_grant_gives_what_no_grant_can() {
        for key in ["filesystem", "environment", "sockets", "http"] {
            let refused = Grant::parse(&format!("[capabilities.wasi]\n{key} = true")).unwrap_err();
            assert!(refused.to_string().contains("unknown field"), "{refused}");
        }
    }
}
