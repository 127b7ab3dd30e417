//! What each import of a component lets it do, in words that need no knowledge of WebAssembly.
//!
//! **In** come imports, as the runtime reads them off a component's type; a component can call those functions and nothing
//! else in the world. **Out** go [`Power`]s, the worst first. Nothing here reads what a component says of itself: a
//! description can lie, an import can't.
//!
//! The words say the worst that the function could be used for, by somebody who wants to. Each function of the contract in
//! `wit/host` has words here, each key of WASI too; what has none is said to be unknown, and counted among the worst.

mod host;
mod reach;
mod wasi;

use serde::Serialize;
use usher_capabilities::WasiInterface;
use usher_runtime::Import;

use crate::visible::visible;
pub(crate) use host::verbs;
pub(crate) use reach::Reach;

/// How bad it would be if the component used it against the people who rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nobody would notice.
    Harmless,
    /// It learns or says something that is of little use by itself.
    Minor,
    /// It sees or changes what belongs to the person who calls, or to everyone.
    Notable,
    /// It acts outside, or sees what belongs to others.
    Serious,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Minor => "minor",
            Self::Notable => "notable",
            Self::Serious => "serious",
        }
    }
}

/// What one import lets a component do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Power {
    /// The interface, as it is imported: `usher:host/graph-write@0.1.0`.
    pub interface: String,
    /// The functions of it that can be called.
    pub functions: Vec<String>,
    /// How bad it could be.
    pub severity: Severity,
    /// Whether a grant could give it. If not, a component that imports it is never served here.
    pub offered: bool,
    /// What it can do, in sentences. The first is the gist.
    pub words: Vec<String>,
}

/// What imports let a component do, the worst first. Interfaces that give types only are left out: nothing can be done with them.
#[must_use]
pub fn powers(imports: &[Import]) -> Vec<Power> {
    let callable = imports.iter().filter(|import| !import.functions.is_empty());
    let mut powers: Vec<_> = callable.map(power).collect();
    powers.sort_by_key(|power| (std::cmp::Reverse(power.severity), host::rank(&power.interface)));
    powers
}

fn power(import: &Import) -> Power {
    let (severity, offered, words) = if let Some((severity, offered, words)) = host::words(import) {
        (severity, offered, words)
    } else if let Some(interface) = WasiInterface::named(&import.interface) {
        let (severity, words) = wasi::words(interface);
        (severity, true, vec![words.to_owned()])
    } else {
        (Severity::Serious, false, vec![unknown(&import.interface)])
    };
    Power {
        interface: import.interface.clone(),
        functions: import.functions.clone(),
        severity,
        offered,
        words,
    }
}

fn unknown(interface: &str) -> String {
    let what = if interface.starts_with("wasi:http/") {
        "to send requests anywhere on the network, without any list"
    } else if interface.starts_with("wasi:") {
        "a part of the system interface (WASI) that this host never gives"
    } else {
        "something that this host doesn't know and can't judge"
    };
    format!(
        "It asks for {what} ({}). No grant can give it, so it isn't served here.",
        visible(interface)
    )
}

#[cfg(test)]
pub(crate) fn imports(interfaces: &[(&str, &[&str])]) -> Vec<Import> {
    let import = |(interface, functions): &(&str, &[&str])| Import {
        interface: (*interface).to_owned(),
        functions: functions.iter().map(|name| (*name).to_owned()).collect(),
    };
    interfaces.iter().map(import).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_types_do_nothing() {
        let told = powers(&imports(&[
            ("usher:host/log@0.1.0", &["log"]),
            ("usher:host/documents@0.1.0", &[]),
            ("wasi:clocks/wall-clock@0.2.6", &["now"]),
            ("usher:host/my-documents@0.1.0", &["query"]),
            ("usher:host/all-documents@0.1.0", &["query"]),
        ]));
        let names: Vec<_> = told.iter().map(|power| power.interface.as_str()).collect();
        assert_eq!(
            names,
            [
                "usher:host/all-documents@0.1.0",
                "usher:host/my-documents@0.1.0",
                "usher:host/log@0.1.0",
                "wasi:clocks/wall-clock@0.2.6",
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_among_the_worst_and_never_offered() {
        for interface in [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "contoso:secrets/all@1.0.0",
            "usher:host/my-documents@0.2.0",
        ] {
            let told = powers(&imports(&[(interface, &["f"])]));
            assert!(told[0].severity == Severity::Serious && !told[0].offered, "{interface}");
        }
    }
}
