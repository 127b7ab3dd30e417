//! Queries that cost as much as a query can.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use usher_runtime::{Fault, Limit, Outcome};
use usher_tests::{Grant, Stage, callers};

/// The time limit of a call on this stage.
const DEADLINE: Duration = Duration::from_secs(4);
/// The longest that a cheap query of somebody else may take meanwhile.
const BOUND: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_that_compute_to_their_deadline_hold_nobody_else_up() {
    let grant = Grant::of(&["create", "query"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
        .limit(&format!("deadline-ms = {}", DEADLINE.as_millis()));
    let stage = Arc::new(Stage::with("own-documents", &grant).await);
    let (alice, bob) = (callers::alice(), callers::bob());
    for number in 0..20 {
        let large = json!({ "body": { "id": format!("{number}"), "text": "a".repeat(1 << 20) } });
        stage.structured(&alice, "create", large).await;
    }
    stage
        .structured(&bob, "create", json!({ "body": { "id": "his" } }))
        .await;

    // Looks through 20 MiB several hundred times.
    let terms: Vec<String> = (0..400)
        .map(|number| format!("CONTAINS(c.text, 'b{number}')"))
        .collect();
    let expensive = json!({ "text": format!("SELECT VALUE COUNT(1) FROM c WHERE {}", terms.join(" OR ")) });
    let costly: Vec<_> = (0..8)
        .map(|_| {
            let (stage, alice, expensive) = (Arc::clone(&stage), Arc::clone(&alice), expensive.clone());
            tokio::spawn(async move { stage.call(&alice, "query", expensive).await })
        })
        .collect();

    let mut cheap = 0;
    while costly.iter().any(|call| !call.is_finished()) {
        let started = Instant::now();
        let query = json!({ "text": "SELECT VALUE c.id FROM c" });
        let answer = stage.structured(&bob, "query", query).await;
        assert_eq!(answer["answer"]["items"], json!(["his"]));
        assert!(
            started.elapsed() < BOUND,
            "a cheap query took {:?} beside costly ones",
            started.elapsed()
        );
        cheap += 1;
    }
    assert!(cheap > 0, "the costly queries were over before one cheap one was made");
    for call in costly {
        match call.await.unwrap() {
            Err(Fault::Limit { limit: Limit::Deadline }) => {}
            Ok(Outcome::Complete { structured, .. }) => {
                let told = structured.unwrap_or_default()["answer"].take();
                assert_eq!(told, Value::from("error: Error::Timeout"));
            }
            other => panic!("a costly query ends at its deadline: {other:?}"),
        }
    }
}
