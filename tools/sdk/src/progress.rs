//! How far a call has come. MCP: `notifications/progress`.

/// Says so to the client, if it wants to know. Never fails.
///
/// `progress` only grows: smaller ones are dropped, and so are too many. `total` is where it ends, if known.
pub fn report(progress: f64, total: Option<f64>, message: Option<&str>) {
    crate::bindings::usher::host::progress::report(progress, total, message);
}
