//! Imports an interface that this host doesn't offer yet.

use usher_test_guests::bindings::usher::host::notifications;
use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    notifications::resource_updated("note://1");
    answer("told")
}

guest!("imports_notifications", run);
