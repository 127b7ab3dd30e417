//! Programs that trap, and programs that write where only the operator reads.

use serde_json::json;
use usher_runtime::{Fault, Outcome};
use usher_tests::{Stage, callers, guest, log};

use super::{fault, grant, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_is_a_fault_of_the_tool() {
    let fault = fault("traps", &grant("traps")).await;
    assert!(matches!(fault, Fault::Trap { .. }), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_text_of_a_panic_goes_to_the_operator_and_not_to_the_client() {
    log::keep();
    let fault = fault("panics-with-secret", &grant("panics_with_secret").gives("log = true")).await;
    assert!(matches!(fault, Fault::Trap { .. }), "{fault:?}");
    let lines = log::of_component("panics-with-secret");
    assert!(
        lines
            .iter()
            .any(|line| line["fields"]["message"].as_str().unwrap().contains("SECRET")),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_messages_is_cut_off_and_said_to_be() {
    log::keep();
    // By a name of its own, so that no other test's messages count.
    let grant = grant("floods_log").gives("log = true");
    let setting = Stage::setting()
        .file("flood.wasm", &guest("floods-log"))
        .file("flood.grant.toml", grant.text().as_bytes());
    let stage = setting.open().await;
    let outcome = stage.call(&callers::alice(), "floods_log", json!({})).await.unwrap();
    assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
    let lines = log::of_component("flood");
    // 64 messages of the tool, and the one that says that there are more.
    assert_eq!(lines.len(), 65);
    assert!(
        lines[64]["fields"]["message"].as_str().unwrap().contains("dropped"),
        "{}",
        lines[64]
    );
    for line in &lines {
        let message = line["fields"]["message"].as_str().unwrap();
        assert!(
            message.chars().count() <= 2_001,
            "a message has {} characters",
            message.chars().count()
        );
        assert!(!message.contains('\n'), "a message forges a line");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_messages_leaves_the_neighbour_alone() {
    let grant = grant("floods_log").gives("log = true").limit("host-calls = 400");
    assert!(matches!(run("floods-log", &grant).await, Err(Fault::Limit { .. })));
}
