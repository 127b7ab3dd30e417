//! Calls the host a million times, and then answers.

use usher_test_guests::bindings::usher::host::config;
use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    for _ in 0..1_000_000 {
        std::hint::black_box(config::get("key"));
    }
    answer("a million")
}

guest!("million_host_calls", run);
