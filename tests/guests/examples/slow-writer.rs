//! Writes an item, computes, and writes another: so that a test sees how far a call came.

use std::hint::black_box;

use serde_json::json;
use usher_sdk::prelude::*;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Work {
    /// How long to compute between the two, in rounds.
    rounds: u64,
}

/// Writes `started`, computes, and writes `finished`.
#[tool(requires(my_documents_write("expenses")))]
fn slow_writer(work: Work) -> Result<(), Error> {
    let container = my_documents_write::container("expenses");
    container.upsert(&json!({ "id": "started" }))?;
    for round in 0..work.rounds {
        black_box(round);
    }
    container.upsert(&json!({ "id": "finished" }))?;
    Ok(())
}

usher_sdk::export!(slow_writer);
