//! A host that is told to stop.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use usher_tests::host::Data;
use usher_tests::{Host, built, wait};

use super::{descriptions, documents, expense, put};

/// A folder with the program that writes, computes as long as it is told, and writes again; and one that sees what it wrote.
fn slow_tools() -> TempDir {
    let tools = tempfile::tempdir().unwrap();
    put(
        tools.path(),
        "slow-writer",
        &documents(&["slow_writer"]).limit("deadline-ms = 600000"),
    );
    put(tools.path(), "own-documents", &documents(&["read", "delete"]));
    tools
}

/// Starts the slow call and comes back when it has written its first item.
async fn under_way(host: &Host, token: &str, rounds: u64) -> tokio::task::JoinHandle<Result<Value, reqwest::Error>> {
    let call = {
        let (client, token) = (host.client().clone(), token.to_owned());
        tokio::spawn(async move { client.call(&token, "slow_writer", &json!({ "rounds": rounds })).await })
    };
    wait::until("the call's first write", async || {
        let read = host
            .client()
            .structured(token, "read", &json!({ "id": "started" }))
            .await;
        read["answer"].is_object().then_some(())
    })
    .await;
    call
}

async fn restarted(data: Data, tools: &Path) -> Host {
    Host::start_in(data, tools, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_is_there_after_a_stop_and_a_start() {
    let host = Host::start().await;
    let token = host.token("member").await;
    host.client()
        .structured(&token, "add_user_expense", &expense("food", "lunch"))
        .await;
    host.terminate();
    let (status, data) = host.ended().await;
    assert!(
        status.success(),
        "a host that is told to stop ends well: {status}\n{}",
        data.output()
    );

    let host = restarted(data, &built::tools()).await;
    let listed = host
        .client()
        .structured(&host.token("member").await, "get_user_expenses", &json!({}))
        .await;
    assert_eq!(descriptions(&listed), ["lunch"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_the_calls_that_run_finish() {
    let tools = slow_tools();
    let host = Host::start_in(Data::new(), tools.path(), &[]).await;
    let token = host.token("member").await;
    // How many rounds this machine does in two seconds, roughly: far more than a stop takes, far less than it allows.
    let started = Instant::now();
    host.client()
        .structured(&token, "slow_writer", &json!({ "rounds": 100_000_000 }))
        .await;
    let rounds = 200_000_000.0 / started.elapsed().as_secs_f64();
    for id in ["started", "finished"] {
        host.client().structured(&token, "delete", &json!({ "id": id })).await;
    }

    let call = under_way(&host, &token, rounds as u64).await;
    host.terminate();
    wait::until("the host to stop taking calls", async || {
        let refused = host
            .client()
            .http()
            .get(host.mcp())
            .timeout(Duration::from_secs(2))
            .send()
            .await
            .is_err();
        (refused || call.is_finished()).then_some(())
    })
    .await;
    assert!(!call.is_finished(), "the call ended before the host was asked to stop");

    let answer = call.await.unwrap().expect("the call's answer arrives");
    assert_ne!(answer["result"]["isError"], true, "{answer}");
    let (status, data) = host.ended().await;
    assert!(status.success(), "{status}\n{}", data.output());
    let host = restarted(data, tools.path()).await;
    let read = host
        .client()
        .structured(&host.token("member").await, "read", &json!({ "id": "finished" }))
        .await;
    assert!(read["answer"].is_object(), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_does_not_end_does_not_keep_the_host() {
    let tools = slow_tools();
    let data = Data::new();
    let config = data.path().join("usher.toml");
    let text = "[http]\nshutdown-seconds = 1\n[containers.expenses]\npartition-key = [\"/user_id\"]\n";
    std::fs::write(&config, text).unwrap();
    let host = Host::start_in(data, tools.path(), &["--config", config.to_str().unwrap()]).await;
    let token = host.token("member").await;
    let call = under_way(&host, &token, 1 << 62).await;
    host.terminate();
    let (_, data) = host.ended().await;
    let ended = call.await.unwrap();
    let is_result = |answer: &Value| answer["result"].is_object() && answer["result"]["isError"] != true;
    assert!(!ended.as_ref().is_ok_and(is_result), "{ended:?}\n{}", data.output());
}
