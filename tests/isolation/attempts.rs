//! What the tests of breaking out share: the program that does whatever it is told to, and how its answers are read.

use std::sync::Arc;

use serde_json::{Value, json};
use usher_entra::Caller;
use usher_tests::{Grant, Stage, callers};

/// A text that is in alice's items and in nobody else's.
pub(super) const HERS: &str = "only alice may read this";

/// All that the program `any-documents` asks for.
pub(super) fn grant() -> Grant {
    Grant::of(&["mine", "shared", "all", "nothing"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\", \"ledger\"] }")
        .gives("my-documents-write = { containers = [\"expenses\", \"ledger\"] }")
        .gives("all-documents = { containers = [\"expenses\"] }")
        .gives("shared-documents = { containers = [{ name = \"rates\", partition = \"eur\" }] }")
        .gives("shared-documents-write = { containers = [{ name = \"rates\", partition = \"eur\" }] }")
}

/// Alice has three items in both containers, bob has two of the same ids.
pub(super) async fn stage() -> Stage {
    let stage = Stage::with("any-documents", &grant()).await;
    for container in ["expenses", "ledger"] {
        for (caller, note, ids) in [
            (callers::alice(), HERS, ["a", "b", "hers"].as_slice()),
            (callers::bob(), "bob's", ["a", "b"].as_slice()),
        ] {
            let bodies = ids.iter().map(|id| json!({ "id": id, "note": note }).to_string());
            let creates = bodies.map(|body| json!({ "op": "create", "in": container, "body": body }));
            let answers = run(&stage, &caller, "mine", creates.collect()).await;
            assert_eq!(answers, ids.iter().map(|id| json!(id)).collect::<Vec<_>>());
        }
    }
    stage
}

/// Does these, in one call.
pub(super) async fn run(stage: &Stage, caller: &Arc<Caller>, tool: &str, operations: Vec<Value>) -> Vec<Value> {
    let mut answer = stage.structured(caller, tool, json!({ "do": operations })).await;
    serde_json::from_value(answer["answers"].take()).unwrap()
}

/// Does one of them.
pub(super) async fn one(stage: &Stage, caller: &Arc<Caller>, tool: &str, operation: Value) -> Value {
    run(stage, caller, tool, vec![operation]).await.remove(0)
}

/// Why it was refused. Panics if it wasn't.
#[track_caller]
pub(super) fn refusal(answer: &Value) -> &str {
    answer["error"]
        .as_str()
        .unwrap_or_else(|| panic!("it should have been refused: {answer}"))
}

/// Alice's items are as they were.
pub(super) async fn hers_are_untouched(stage: &Stage) {
    for container in ["expenses", "ledger"] {
        let query = json!({ "op": "query", "in": container, "text": "SELECT c.id, c.note FROM c ORDER BY c.id" });
        let answer = one(stage, &callers::alice(), "mine", query).await;
        let whole = ["a", "b", "hers"].map(|id| json!({ "id": id, "note": HERS }));
        assert_eq!(answer["items"], json!(whole));
    }
}
