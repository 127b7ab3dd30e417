//! What one call may use up, to the unit.

use serde_json::json;
use usher_runtime::{Fault, Limit, Outcome};
use usher_tests::{Grant, Stage, callers};

use super::slow_writer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_calls_are_counted_to_the_last() {
    let alice = callers::alice();
    // It makes two.
    let enough = Stage::with("slow-writer", &slow_writer().limit("host-calls = 2")).await;
    let ended = enough.call(&alice, "slow_writer", json!({ "rounds": 1 })).await;
    assert!(matches!(ended, Ok(Outcome::Complete { .. })), "{ended:?}");

    let too_few = Stage::with("slow-writer", &slow_writer().limit("host-calls = 1")).await;
    let ended = too_few.call(&alice, "slow_writer", json!({ "rounds": 1 })).await;
    assert!(
        matches!(
            ended,
            Err(Fault::Limit {
                limit: Limit::HostCalls
            })
        ),
        "{ended:?}"
    );
    assert!(
        too_few.stored(&alice, "started").await.is_some(),
        "what was acknowledged stays"
    );
    assert!(too_few.stored(&alice, "finished").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_arguments_of_a_host_function_count_as_returned_bytes() {
    let grant = Grant::of(&["floods_log"])
        .gives("log = true")
        .limit("returned-bytes = 65536");
    let stage = Stage::with("floods-log", &grant).await;
    let ended = stage.call(&callers::alice(), "floods_log", json!({})).await;
    assert!(
        matches!(
            ended,
            Err(Fault::Limit {
                limit: Limit::ReturnedBytes
            })
        ),
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_what_the_grant_says() {
    for (mebibytes, fits) in [(200, true), (16, false)] {
        let grant = Grant::of(&["returns_100_mb"]).limit(&format!("memory-mib = {mebibytes}\nreturned-bytes = 1000"));
        let stage = Stage::with("returns-100-mb", &grant).await;
        let ended = stage.call(&callers::alice(), "returns_100_mb", json!({})).await;
        // With memory enough it gets as far as its answer, which is too long.
        let expected = if fits { Limit::ReturnedBytes } else { Limit::Memory };
        assert!(
            matches!(ended, Err(Fault::Limit { limit }) if limit == expected),
            "{mebibytes} MiB: {ended:?}"
        );
    }
}

/// Thirty items, and a program that queries them under this limit; gives what it is told.
async fn queried(limit: &str) -> String {
    let grant = Grant::of(&["create", "query"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\"] }")
        .limit(limit);
    let stage = Stage::with("own-documents", &grant).await;
    let alice = callers::alice();
    for number in 0..30 {
        let body = json!({ "body": { "n": number, "text": "x".repeat(500) } });
        stage.structured(&alice, "create", body).await;
    }
    let query = json!({ "text": "SELECT * FROM c ORDER BY c.n", "max_items": 100 });
    let answer = stage.structured(&alice, "query", query).await["answer"].take();
    answer.as_str().map_or_else(
        || format!("{} rows", answer["items"].as_array().unwrap().len()),
        str::to_owned,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_reads_no_more_rows_than_the_grant_says() {
    assert_eq!(queried("rows-read = 100").await, "30 rows");
    let refused = queried("rows-read = 10").await;
    assert!(
        refused.contains("LimitExceeded") && refused.contains("10 rows"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_holds_no_more_bytes_than_the_grant_says() {
    let refused = queried("query-bytes = 4000").await;
    assert!(refused.contains("LimitExceeded") || refused != "30 rows", "{refused}");
}
