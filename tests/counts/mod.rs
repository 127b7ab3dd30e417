//! What a call costs elsewhere, counted by the development cloud: as many requests as are needed, and not one for each caller
//! who happens to need the same answer.
//!
//! ```text
//! crowds   a thousand calls of one person, and the lists of a hundred people
//! forged   a thousand tokens that name keys which don't exist
//! kept     how long an answer about a membership is relied on
//! ```

mod crowds;
mod forged;
mod kept;

use serde_json::{Value, json};
use usher_tests::Host;

use crate::protocol::wire::Ask;

/// The tool of the project's own that a group guards.
const STATS: &str = "get_expense_stats";

/// A call of it.
fn stats(token: &str) -> Ask {
    Ask::call(token, STATS, &json!({}))
}

/// How often everything was asked until now.
async fn counters(host: &Host) -> Value {
    usher_tests::control::look(host, "/dev/counters").await
}
