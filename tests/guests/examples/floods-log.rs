//! Writes messages to the log as long as it is let, each with a mebibyte and with what could forge a line.

use usher_test_guests::bindings::usher::host::log::{Level, log};
use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    let message = format!("flood\nERROR forged {}", "x".repeat(1 << 20));
    for _ in 0..500 {
        log(Level::Info, &message);
    }
    answer("flooded")
}

guest!("floods_log", run);
