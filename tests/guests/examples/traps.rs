//! Executes `unreachable`.

use usher_test_guests::{Answer, guest};

fn run() -> Answer {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    std::process::abort();
}

guest!("traps", run);
