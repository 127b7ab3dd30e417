//! Answers with a text that begins beyond its memory.
#![allow(unsafe_code, reason = "a string that isn't one is the point")]

use usher_test_guests::{Answer, CallToolOutcome, guest, text};

fn run() -> Answer {
    let beyond = std::hint::black_box(usize::MAX - 4096) as *mut u8;
    // SAFETY: there is none: nothing here reads the string or frees it, it is only handed to the host.
    Ok(CallToolOutcome::Complete(text(unsafe {
        String::from_raw_parts(beyond, 1024, 1024)
    })))
}

guest!("pointer_out_of_bounds", run);
