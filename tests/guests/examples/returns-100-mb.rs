//! Answers with a text of 32 MiB, and says it three times: 100 MB for the host to take.

use usher_test_guests::{Answer, CallToolOutcome, guest, text};

fn run() -> Answer {
    let mut result = text("x".repeat(32 << 20));
    let block = result.content[0].clone();
    result.content.extend([block.clone(), block]);
    Ok(CallToolOutcome::Complete(result))
}

guest!("returns_100_mb", run);
