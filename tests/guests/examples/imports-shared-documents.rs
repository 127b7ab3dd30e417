//! Imports an interface that this host doesn't offer yet.

use usher_test_guests::bindings::usher::host::shared_documents;
use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    let item = shared_documents::read("rates", "EUR");
    answer(if item.is_ok() { "read" } else { "refused" })
}

guest!("imports_shared_documents", run);
