//! Never returns, and never calls the host.

use usher_test_guests::{Answer, guest};

fn run() -> Answer {
    loop {
        std::hint::spin_loop();
    }
}

guest!("tight_loop", run);
