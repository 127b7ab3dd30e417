//! The deadline.

use std::time::{Duration, Instant};

use serde_json::json;
use usher_runtime::{Fault, Limit, Outcome};
use usher_tests::{Stage, callers};

use super::{FOREVER, slow_writer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_past_its_deadline_writes_no_more_and_keeps_what_was_acknowledged() {
    let stage = Stage::with("slow-writer", &slow_writer().limit("deadline-ms = 1500")).await;
    let alice = callers::alice();
    let started = Instant::now();
    let ended = stage.call(&alice, "slow_writer", json!({ "rounds": FOREVER })).await;
    assert!(
        matches!(ended, Err(Fault::Limit { limit: Limit::Deadline })),
        "{ended:?}"
    );
    assert!(
        started.elapsed() >= Duration::from_millis(1500),
        "it was stopped before its time"
    );
    // Far from forever, on however busy a machine.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "it was stopped {:?} after its start",
        started.elapsed()
    );
    assert!(stage.stored(&alice, "started").await.is_some());
    assert!(stage.stored(&alice, "finished").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_within_its_deadline_does_all_of_its_work() {
    let stage = Stage::with("slow-writer", &slow_writer()).await;
    let alice = callers::alice();
    let ended = stage.call(&alice, "slow_writer", json!({ "rounds": 1000 })).await;
    assert!(matches!(ended, Ok(Outcome::Complete { .. })), "{ended:?}");
    assert!(stage.stored(&alice, "started").await.is_some());
    assert!(stage.stored(&alice, "finished").await.is_some());
}
