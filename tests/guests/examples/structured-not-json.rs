//! Answers with structured content that isn't JSON.

use usher_test_guests::{Answer, CallToolOutcome, CallToolResult, guest};

fn run() -> Answer {
    let structured_content = Some(r#"{"open": "#.to_owned());
    Ok(CallToolOutcome::Complete(CallToolResult {
        content: Vec::new(),
        structured_content,
        meta: None,
    }))
}

guest!("structured_not_json", run);
