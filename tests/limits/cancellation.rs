//! A client that goes away, or cancels: the call's future is dropped.

use std::time::Duration;

use serde_json::json;
use usher_runtime::AdmissionSettings;
use usher_tests::stage::NEIGHBOUR;
use usher_tests::{callers, wait};

use super::Busy;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_call_stops_gives_back_its_place_and_writes_no_more() {
    // Whoever waits for the only place would wait longer than `PATIENCE`, and the call runs for ten minutes.
    let busy = Busy::start(AdmissionSettings {
        at_once: 1,
        per_caller: 1,
        waiting: 8,
        wait: 2 * wait::PATIENCE,
    })
    .await;
    let waiting = {
        let stage = busy.stage();
        tokio::spawn(async move { stage.call(&callers::bob(), NEIGHBOUR, json!({})).await })
    };

    let stage = busy.cancel().await;

    // Dropping the future threw the instance away; there is nothing left that could write.
    assert!(stage.stored(&callers::alice(), "finished").await.is_none());
    let through = tokio::time::timeout(wait::PATIENCE, waiting)
        .await
        .expect("the place is free again");
    through.unwrap().expect("who waited gets in");
    let again = tokio::time::timeout(
        Duration::from_secs(10),
        stage.call(&callers::alice(), NEIGHBOUR, json!({})),
    )
    .await;
    again.expect("her own place is free again").expect("and she gets in");
    assert!(stage.stored(&callers::alice(), "finished").await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_cancelled_while_it_waits_leaves_the_queue() {
    let busy = Busy::start(AdmissionSettings {
        at_once: 1,
        per_caller: 1,
        waiting: 1,
        wait: 2 * wait::PATIENCE,
    })
    .await;
    let (stage, bob) = (busy.stage(), callers::bob());
    for _ in 0..5 {
        // Were the one seat of the queue not given back, the next would be told that the server is busy.
        let waiting = stage.call(&bob, NEIGHBOUR, json!({}));
        assert!(
            tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err(),
            "there is a place in the queue"
        );
    }
}
