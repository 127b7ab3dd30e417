//! Answers with a text that isn't UTF-8.
#![allow(unsafe_code, reason = "a string that isn't one is the point")]

use usher_test_guests::{Answer, CallToolOutcome, guest, text};

fn run() -> Answer {
    let bytes = std::hint::black_box(vec![b'a', 0xff, 0xfe, 0xc0, 0x80]);
    // SAFETY: there is none: nothing here reads the string, it is only handed to the host.
    Ok(CallToolOutcome::Complete(text(unsafe {
        String::from_utf8_unchecked(bytes)
    })))
}

guest!("invalid_utf8", run);
