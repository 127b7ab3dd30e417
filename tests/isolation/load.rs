//! Two people at once, a hundred thousand operations, the same ids.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use serde_json::json;
use usher_tests::{Stage, callers};

use super::attempts::{grant, one};

/// Calls of each person, of twenty operations each.
const CALLS: u64 = 2_500;
/// Calls of a person at once: as many as are admitted.
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_operations_of_two_people_give_not_one_foreign_row() {
    let stage = Arc::new(Stage::with("any-documents", &grant()).await);
    let people = ["alice", "bob"].map(|name| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            let calls = stream::iter(0..CALLS).map(|round| {
                let stage = Arc::clone(&stage);
                async move {
                    let mix = json!({ "op": "mix", "in": "expenses", "mark": name, "round": round });
                    let answer = one(&stage, &callers::person(name), "mine", mix).await;
                    assert_eq!(answer["foreign"], json!([]), "{name} in round {round}");
                    answer["done"].as_u64().unwrap()
                }
            });
            calls
                .buffer_unordered(AT_ONCE)
                .fold(0, async |sum, done| sum + done)
                .await
        })
    });
    let mut done = 0;
    for person in people {
        done += person.await.unwrap();
    }
    assert_eq!(done, 100_000);
}
