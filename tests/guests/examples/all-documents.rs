//! Queries everybody's items in whatever words it is told to.

use serde_json::Value;
use usher_sdk::prelude::*;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Rows {
    rows: Vec<Value>,
}

/// Queries everybody's items.
#[tool(read_only = true, open_world = false, requires(all_documents("expenses")))]
fn query_all(query: Query) -> Result<Rows, Error> {
    Ok(Rows {
        rows: all_documents::container("expenses").query(&query.text).collect(100)?,
    })
}

usher_sdk::export!(query_all);
