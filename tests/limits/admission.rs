//! How many calls run at once, and how long the others wait.

use std::time::{Duration, Instant};

use serde_json::json;
use usher_runtime::{AdmissionSettings, Fault};
use usher_tests::stage::NEIGHBOUR;
use usher_tests::{callers, wait};

use super::Busy;

/// How long a call waits where the wait is to be over.
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_fills_his_places_waits_and_is_told_and_nobody_else_is_held_up() {
    let busy = Busy::start(AdmissionSettings {
        at_once: 8,
        per_caller: 1,
        waiting: 8,
        wait: SHORT,
    })
    .await;
    let stage = busy.stage();
    let started = Instant::now();
    let refused = stage.call(&callers::alice(), NEIGHBOUR, json!({})).await;
    assert!(matches!(refused, Err(Fault::Busy { own: true })), "{refused:?}");
    assert!(started.elapsed() >= SHORT, "she was told before the wait was over");
    assert!(refused.unwrap_err().to_string().contains("calls of yours"));
    stage
        .call(&callers::bob(), NEIGHBOUR, json!({}))
        .await
        .expect("another caller's call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_places_are_taken_a_call_waits_and_is_told() {
    let busy = Busy::start(AdmissionSettings {
        at_once: 1,
        per_caller: 8,
        waiting: 8,
        wait: SHORT,
    })
    .await;
    let started = Instant::now();
    let refused = busy.stage().call(&callers::bob(), NEIGHBOUR, json!({})).await;
    assert!(matches!(refused, Err(Fault::Busy { own: false })), "{refused:?}");
    assert!(started.elapsed() >= SHORT, "he was told before the wait was over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_queue_is_full_a_call_is_told_at_once() {
    let busy = Busy::start(AdmissionSettings {
        at_once: 1,
        per_caller: 8,
        waiting: 1,
        wait: 2 * wait::PATIENCE,
    })
    .await;
    let calls = ["bob", "carol"].map(|name| {
        let stage = busy.stage();
        Box::pin(async move { stage.call(&callers::person(name), NEIGHBOUR, json!({})).await })
    });
    let [bob, carol] = calls;
    // One has the queue's only seat and waits for minutes; the other is told.
    let told = tokio::time::timeout(wait::PATIENCE, async {
        tokio::select! {
            told = bob => told,
            told = carol => told,
        }
    });
    let told = told.await.expect("one of the two is told");
    assert!(matches!(told, Err(Fault::Busy { own: false })), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_with_a_thousand_calls_queues_behind_himself() {
    let busy = Busy::start(AdmissionSettings {
        at_once: 4,
        per_caller: 1,
        waiting: 2_000,
        wait: 2 * wait::PATIENCE,
    })
    .await;
    let crowd: Vec<_> = (0..1_000)
        .map(|_| {
            let stage = busy.stage();
            tokio::spawn(async move { stage.call(&callers::alice(), NEIGHBOUR, json!({})).await })
        })
        .collect();
    for _ in 0..10 {
        let call = busy.stage();
        let call = async { call.call(&callers::bob(), NEIGHBOUR, json!({})).await };
        tokio::time::timeout(Duration::from_secs(5), call)
            .await
            .expect("he needn't wait for her")
            .expect("nor be refused");
    }
    assert!(
        crowd.iter().all(|call| !call.is_finished()),
        "her calls wait for her own place"
    );
    crowd.iter().for_each(tokio::task::JoinHandle::abort);
}
