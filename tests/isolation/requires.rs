//! `requires` binds: a call's permit is the grant narrowed to what its tool requires.

use serde_json::json;
use usher_tests::{Grant, Stage, callers};

/// More than either tool requires.
fn grant() -> Grant {
    Grant::of(&["reads_own", "requires_nothing"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
        .gives("all-documents = { containers = [\"expenses\"] }")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_reaches_what_it_requires_and_nothing_that_its_sister_does() {
    let stage = Stage::with("two-tools", &grant()).await;
    let alice = callers::alice();
    let tried = stage.structured(&alice, "reads_own", json!({})).await;
    assert_eq!(
        tried,
        json!({ "read": "ok", "write": "not-granted", "all": "not-granted" })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_requires_nothing_reaches_no_documents_whatever_the_grant_gives() {
    let stage = Stage::with("two-tools", &grant()).await;
    let tried = stage.structured(&callers::alice(), "requires_nothing", json!({})).await;
    assert_eq!(
        tried,
        json!({ "read": "not-granted", "write": "not-granted", "all": "not-granted" })
    );
}
