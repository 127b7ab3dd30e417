//! Never returns, and calls the host all the time.

use usher_test_guests::bindings::usher::host::identity;
use usher_test_guests::{Answer, guest};

fn run() -> Answer {
    loop {
        std::hint::black_box(identity::get_caller());
    }
}

guest!("host_call_loop", run);
