//! Settings that the operator wrote into the grant. Never secrets.

/// The value of a setting, `None` if the grant has no such key.
pub fn get(key: &str) -> Option<String> {
    crate::bindings::usher::host::config::get(key)
}
