//! Answers with a `_meta` that isn't JSON.

use usher_test_guests::{Answer, CallToolOutcome, CallToolResult, guest, text};

fn run() -> Answer {
    let meta = Some("SECRET-7f3a, not an object".to_owned());
    Ok(CallToolOutcome::Complete(CallToolResult {
        meta,
        ..text("fine".to_owned())
    }))
}

guest!("meta_not_json", run);
