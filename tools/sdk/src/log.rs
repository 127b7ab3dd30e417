//! Messages for the operator's log.
//!
//! They name no person's data: a log is read by other people than those whose data it is. In a native build, as in
//! a unit test, they go to standard error.

pub use crate::bindings::usher::host::log::Level;

/// Writes one message. Never fails; too many are dropped by the host.
pub fn log(level: Level, message: &str) {
    #[cfg(target_family = "wasm")]
    crate::bindings::usher::host::log::log(level, message);
    #[cfg(not(target_family = "wasm"))]
    eprintln!("{level:?}: {message}");
}

/// Writes a message for whoever looks for a mistake.
pub fn debug(message: &str) {
    log(Level::Debug, message);
}

/// Writes a message on the ordinary course of things.
pub fn info(message: &str) {
    log(Level::Info, message);
}

/// Writes a message on something that should be looked at some day.
pub fn warning(message: &str) {
    log(Level::Warning, message);
}

/// Writes a message on something that went wrong.
pub fn error(message: &str) {
    log(Level::Error, message);
}
