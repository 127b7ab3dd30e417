//! Answers with structured content that nests a hundred thousand levels deep.

use usher_test_guests::{Answer, CallToolOutcome, CallToolResult, guest};

fn run() -> Answer {
    let structured_content = Some("[".repeat(100_000) + &"]".repeat(100_000));
    Ok(CallToolOutcome::Complete(CallToolResult {
        content: Vec::new(),
        structured_content,
        meta: None,
    }))
}

guest!("structured_too_deep", run);
