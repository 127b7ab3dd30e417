//! A call finds nothing of another call: not in data, not in zeroed data, not on the heap, not in memory that was grown.
//!
//! The program reports what it finds and then dirties all of it, on two worker threads, with more callers than places, so that
//! every slot of the instance pool is used again and again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use usher_runtime::AdmissionSettings;
use usher_tests::{Grant, Stage, callers, wait};

const CALLERS: usize = 16;
const PLACES: u32 = 4;
const CALLS_EACH: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_finds_the_memory_that_the_component_shipped() {
    let grant = Grant::of(&["freshness"]).gives("log = true");
    let few = AdmissionSettings {
        at_once: PLACES,
        wait: wait::PATIENCE,
        ..AdmissionSettings::default()
    };
    let setting = Stage::setting().admission(few).guest("freshness", &grant);
    let stage = Arc::new(setting.open().await);
    let first = stage.structured(&callers::alice(), "freshness", json!({})).await;
    let shipped = json!({
        "data": true, "data_bytes": true, "zeroed": true, "kept": true,
        "grown_not_zero": first["grown_not_zero"], "heap_dirty": 0, "memory": first["memory"],
    });
    assert_eq!(first, shipped);
    // An allocator may write a few words of its own into what it hands out; it is the same few at each call.
    assert!(first["grown_not_zero"].as_u64().unwrap() < 64, "{first}");

    let callers = (0..CALLERS).map(|number| {
        let (stage, shipped) = (Arc::clone(&stage), shipped.clone());
        tokio::spawn(async move {
            let caller = callers::person(&format!("person {number}"));
            for _ in 0..CALLS_EACH {
                assert_eq!(stage.structured(&caller, "freshness", json!({})).await, shipped);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_cancelled_leaves_nothing_to_the_next() {
    let grant = Grant::of(&["freshness"]).gives("log = true");
    let stage = Stage::with("freshness", &grant).await;
    let alice = callers::alice();
    let shipped = stage.structured(&alice, "freshness", json!({})).await;
    assert_eq!(shipped["heap_dirty"], 0);
    for step in 0..100 {
        // At another moment each time: before it begins, in the middle of its dirt, after its answer.
        let patience = Duration::from_micros(200 * step);
        let _ = tokio::time::timeout(patience, stage.call(&alice, "freshness", json!({}))).await;
        assert_eq!(
            stage.structured(&alice, "freshness", json!({})).await,
            shipped,
            "after {patience:?}"
        );
    }
}
