//! Says of itself what `described` says, and can do more: it asks who is calling.

use usher_test_guests::bindings::usher::host::identity;
use usher_test_guests::{Answer, Tool, answer, guest, tool};

fn described() -> Tool {
    Tool {
        description: "Is described by a test.".to_owned(),
        ..tool("described")
    }
}

fn call() -> Answer {
    answer(&identity::get_caller().object_id)
}

guest!(described(), call);
