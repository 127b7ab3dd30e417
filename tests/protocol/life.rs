//! The life of a call and of the host: what runs is stopped when nobody wants it any more, and finished when the host stops.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use usher_tests::{Grant, Host, guest, wait};

use super::stage::{host, host_with, token};
use super::wire::{Answer, Ask, Session, structured};

/// Longer than any test.
const FOR_EVER: u64 = 1 << 60;

/// A program that takes its time, one that sees how far it came, and the grants of both.
fn tools() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, grant: Grant| {
        std::fs::write(folder.path().join(format!("{name}.wasm")), guest(name)).unwrap();
        // What is built with the SDK logs its panics.
        let grant = grant.gives("log = true").text();
        std::fs::write(folder.path().join(format!("{name}.grant.toml")), grant).unwrap();
    };
    let containers = "{ containers = [\"expenses\"] }";
    let slow = Grant::of(&["slow_writer"]).gives(&format!("my-documents-write = {containers}"));
    write("slow-writer", slow.limit("deadline-ms = 600000"));
    let own = Grant::of(&[
        "create",
        "delete",
        "patch",
        "query",
        "read",
        "read_many",
        "replace",
        "transact_delete",
        "upsert",
    ]);
    let own = own
        .gives(&format!("my-documents = {containers}"))
        .gives(&format!("my-documents-write = {containers}"));
    write("own-documents", own);
    folder
}

/// Two calls of one caller at once, and time to wait for a place: with a call that goes on for ever, and another, there is none.
const TWO_AT_ONCE: &str = "[calls]\nper-caller = 2\nwait-ms = 30000\n[http]\nshutdown-seconds = 60";

async fn stage(folder: &Path) -> Host {
    host_with(folder, TWO_AT_ONCE).await
}

fn work(rounds: u64) -> Value {
    json!({ "rounds": rounds })
}

async fn read(host: &Host, token: &str, id: &str) -> Value {
    let answer = Ask::call(token, "read", &json!({ "id": id })).to(host).await;
    structured(&answer.result())["answer"].clone()
}

/// Waits until the slow program has begun.
async fn begun(host: &Host, token: &str) {
    wait::until("the call to begin", async || {
        read(host, token, "started").await.is_object().then_some(())
    })
    .await;
}

/// Checks that no call of the caller's runs any more: there is room for two, which see each other.
async fn assert_nothing_runs(host: &Host, token: &str) {
    Ask::call(token, "delete", &json!({ "id": "started" }))
        .to(host)
        .await
        .result();
    let another = Ask::call(token, "slow_writer", &work(FOR_EVER)).begin(host);
    tokio::select! {
        _ = another => panic!("a call that never ends has ended"),
        () = begun(host, token) => {}
    }
}

#[tokio::test]
async fn a_client_that_goes_away_stops_its_call() {
    let folder = tools();
    let host = stage(folder.path()).await;
    let token = token(&host, "member").await;
    {
        let call = Ask::call(&token, "slow_writer", &work(FOR_EVER)).begin(&host);
        tokio::select! {
            _ = call => panic!("a call that never ends has ended"),
            () = begun(&host, &token) => {}
        }
    }
    assert_nothing_runs(&host, &token).await;
    assert!(
        read(&host, &token, "finished").await.is_string(),
        "it was stopped half-way"
    );
}

#[tokio::test]
async fn a_client_that_goes_away_in_a_session_stops_its_call() {
    let folder = tools();
    let host = stage(folder.path()).await;
    let token = token(&host, "member").await;
    let session = Session::open(&host, &token).await;
    {
        let call = session.call("slow_writer", &work(FOR_EVER)).to(&host);
        tokio::select! {
            _ = call => panic!("a call that never ends has ended"),
            () = begun(&host, &token) => {}
        }
    }
    assert_nothing_runs(&host, &token).await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_in_its_session_is_stopped() {
    let folder = tools();
    let host = stage(folder.path()).await;
    let token = token(&host, "member").await;
    let session = Session::open(&host, &token).await;
    // Held open: it isn't the disconnect that stops the call.
    let _call = session.call("slow_writer", &work(FOR_EVER)).begin(&host).await;
    begun(&host, &token).await;
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    assert_eq!(session.send(&cancelled).to(&host).await.status, StatusCode::ACCEPTED);
    assert_nothing_runs(&host, &token).await;
}

#[tokio::test]
async fn a_session_that_is_ended_stops_its_calls() {
    let folder = tools();
    let host = stage(folder.path()).await;
    let token = token(&host, "member").await;
    let session = Session::open(&host, &token).await;
    let _call = session.call("slow_writer", &work(FOR_EVER)).begin(&host).await;
    begun(&host, &token).await;
    let ended = session.ask("ping", json!({})).method(Method::DELETE).to(&host).await;
    assert!(ended.status.is_success(), "{ended:?}");
    assert_nothing_runs(&host, &token).await;
}

#[tokio::test]
async fn a_host_that_is_told_to_stop_finishes_the_calls_that_run() {
    let folder = tools();
    let host = stage(folder.path()).await;
    let token = token(&host, "member").await;
    let session = Session::open(&host, &token).await;
    let modern = Ask::call(&token, "slow_writer", &work(400_000_000)).to(&host);
    let in_session = session.call("slow_writer", &work(400_000_000)).to(&host);
    let stop = async {
        both_begun(&host).await;
        host.terminate();
    };
    let (modern, in_session, ()) = tokio::join!(modern, in_session, stop);
    for answer in [modern, in_session] {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_ne!(answer.result()["isError"], true, "{answer:?}");
    }
    let (status, data) = host.ended().await;
    assert!(status.success(), "{status}: {}", data.output());
}

/// Waits until two calls are in the audit, without taking a place of their caller's.
async fn both_begun(host: &Host) {
    let allowed = |line: &&str| line.contains("allow") && line.contains("slow_writer");
    wait::until("two calls to begin", async || {
        (host.data().output().lines().filter(allowed).count() >= 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn probes_are_answered_to_anybody_and_say_nothing_that_is_not_public() {
    let host = host().await;
    let at = |path: &str| host.mcp().replace("/mcp", path);
    let get = async |path: &str| Answer::of(host.client().http().get(at(path)).send().await.unwrap()).await;
    let alive = get("/healthz").await;
    assert_eq!(
        (alive.status, alive.json()["status"].clone()),
        (StatusCode::OK, json!("alive"))
    );
    let ready = wait::until("the host's keys", async || {
        let answer = get("/readyz").await;
        (answer.status == StatusCode::OK).then_some(answer)
    })
    .await;
    assert_eq!(
        (&ready.json()["ready"], &ready.json()["tools"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(ready.header("cache-control"), "no-store");
    for method in [Method::POST, Method::DELETE] {
        let answer = Answer::of(
            host.client()
                .http()
                .request(method, at("/readyz"))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.json().is_object());
    }
}

#[tokio::test]
async fn a_component_that_is_refused_leaves_the_others_served_and_the_host_ready() {
    let folder = tools();
    std::fs::write(folder.path().join("broken.wasm"), b"not a component").unwrap();
    let host = host_with(folder.path(), "").await;
    let token = token(&host, "member").await;
    let list = Ask::modern(&token, "tools/list", json!({})).to(&host).await.result();
    assert_eq!(list["tools"].as_array().unwrap().len(), 10);
    let ready = Answer::of(
        host.client()
            .http()
            .get(host.mcp().replace("/mcp", "/readyz"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (ready.status, &ready.json()["refused"]),
        (StatusCode::OK, &json!(["broken"]))
    );
}
