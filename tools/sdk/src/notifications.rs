//! News for clients that asked for them. MCP: `notifications/resources/updated`, `notifications/*/list_changed`.

pub use crate::bindings::usher::host::notifications::ListKind;

/// Tells those who subscribed to the resource of this URI, and may read it, that it has changed. Never fails.
pub fn resource_updated(uri: &str) {
    crate::bindings::usher::host::notifications::resource_updated(uri);
}

/// Has the host ask for a list again and tell those callers whose own list is different. Never fails.
pub fn list_changed(which: ListKind) {
    crate::bindings::usher::host::notifications::list_changed(which);
}
