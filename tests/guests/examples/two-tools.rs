//! Two tools that try the same three things, one of which requires them.

use serde_json::Value;
use usher_sdk::documents;
use usher_sdk::prelude::*;

#[derive(Serialize, JsonSchema)]
struct Tried {
    /// What came of each: `ok`, or the name of the error.
    read: String,
    write: String,
    all: String,
}

fn outcome<T>(result: Result<T, documents::Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(documents::Error::NotGranted(_)) => "not-granted".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

fn try_all() -> Tried {
    let body = serde_json::json!({ "from": "two-tools" });
    Tried {
        read: outcome(
            my_documents::container("expenses")
                .query::<Value>("SELECT * FROM c")
                .page(),
        ),
        write: outcome(my_documents_write::container("expenses").create(&body)),
        all: outcome(
            all_documents::container("expenses")
                .query::<Value>("SELECT * FROM c")
                .page(),
        ),
    }
}

/// Requires to read one's own.
#[tool(requires(my_documents("expenses")))]
fn reads_own() -> Result<Tried, Error> {
    Ok(try_all())
}

/// Requires nothing.
#[tool]
fn requires_nothing() -> Result<Tried, Error> {
    Ok(try_all())
}

usher_sdk::export!(reads_own, requires_nothing);
