//! What comes back at once is bounded, by whichever function it is asked for.

use serde_json::json;
use usher_tests::{Stage, callers};

use super::attempts::{grant, one, refusal, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_items_read_at_once_are_no_more_than_a_query_may_give() {
    let stage = Stage::with("any-documents", &grant().limit("query-bytes = 5000")).await;
    let alice = callers::alice();
    let body = |id: &str| json!({ "id": id, "text": "x".repeat(2_000) }).to_string();
    let writes = ["a", "b", "c"].map(|id| json!({ "op": "create", "in": "expenses", "body": body(id) }));
    assert_eq!(run(&stage, &alice, "mine", writes.to_vec()).await, ["a", "b", "c"]);

    let two = json!({ "op": "read-many", "in": "expenses", "ids": ["a", "b"] });
    assert_eq!(one(&stage, &alice, "mine", two).await.as_array().map(Vec::len), Some(2));
    for too_much in [
        json!({ "op": "read-many", "in": "expenses", "ids": ["a", "b", "c"] }),
        json!({ "op": "read-many", "in": "expenses", "ids": ["a", "a", "a"] }),
        json!({ "op": "query", "in": "expenses", "text": "SELECT VALUE [c, c, c] FROM c WHERE c.id = 'a'" }),
    ] {
        let answer = one(&stage, &alice, "mine", too_much).await;
        assert_eq!(refusal(&answer), "limit-exceeded: 5000 bytes held");
    }
}
