//! The words for WASI, by the key of the grant that gives it.

use usher_capabilities::WasiInterface;
use usher_policy::WasiKey;

use super::Severity;

/// What an interface of WASI lets a component do on this host.
pub(super) fn words(interface: WasiInterface) -> (Severity, &'static str) {
    match interface.key() {
        Some(key) => key_words(key),
        None => (
            Severity::Harmless,
            "It uses plumbing of the system interface (WASI), which carries only what the rest gives.",
        ),
    }
}

/// What a key of `[capabilities.wasi]` lets a component do.
pub(super) fn key_words(key: WasiKey) -> (Severity, &'static str) {
    match key {
        WasiKey::Clocks => (
            Severity::Harmless,
            "It can tell the time, and wait until its time is up.",
        ),
        WasiKey::Random => (Severity::Harmless, "It can draw random numbers."),
        WasiKey::Stdio => (
            Severity::Minor,
            "It can print text into the operator's log; there is nothing for it to read.",
        ),
        WasiKey::StandIns => (
            Severity::Harmless,
            "It looks for files, environment variables and a network, as the run times of some languages do, and finds none: \
             here they are empty, and the network refuses.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_of_wasi_has_words_and_none_is_worse_than_minor() {
        for interface in WasiInterface::ALL {
            let (severity, words) = words(interface);
            assert!(severity <= Severity::Minor && words.ends_with('.'), "{interface:?}");
        }
    }

    #[test]
    fn each_key_has_words_of_its_own() {
        let all: std::collections::BTreeSet<_> = WasiKey::ALL.into_iter().map(|key| key_words(key).1).collect();
        assert_eq!(all.len(), WasiKey::ALL.len());
    }
}
