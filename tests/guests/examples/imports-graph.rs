//! Imports an interface that this host doesn't offer yet.

use usher_test_guests::bindings::usher::host::graph;
use usher_test_guests::{Answer, answer, guest};

fn run() -> Answer {
    let group = graph::is_member_of("11111111-1111-4111-8111-111111111111");
    answer(if group.is_ok() { "asked" } else { "refused" })
}

guest!("imports_graph", run);
