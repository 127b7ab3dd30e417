//! What fails elsewhere while people work: an administrator and a member call a guarded tool all the while, in both eras, and
//! each of their answers is judged. Whoever isn't a member never gets in, whoever is one never hears that there is no such
//! tool, and when the failure is over all goes on as before.

mod load;

use std::time::Duration;

use serde_json::{Value, json};
use usher_tests::control::change;
use usher_tests::{Host, built, wait};

use crate::protocol::stage::host_with;
use load::Load;

/// How many answers of each kind make the effect of a change certain.
const SOME: u64 = 4;

/// Changes something of the development cloud.
struct Change(&'static str, Value);

impl Change {
    async fn make(&self, host: &Host) {
        change(host, self.0, &self.1).await;
    }
}

/// What `/dev/failures` is told to begin and to end a failure.
fn failing(endpoint: &str, mut how: Value) -> (Change, Change) {
    how["endpoint"] = json!(endpoint);
    let end = json!({ "endpoint": endpoint, "times": 0 });
    (Change("/dev/failures", how), Change("/dev/failures", end))
}

/// Each answer is asked of Graph anew, and each token exchanged anew: nothing that is remembered helps over the failure.
async fn host() -> Host {
    host_with(
        &built::tools(),
        "[graph]\nmembership-seconds = 0\n[calls]\nwait-ms = 60000\n",
    )
    .await
}

/// Has something fail in the middle of load, and go well again.
async fn survives((begin, end): (Change, Change)) {
    let host = host().await;
    let load = Load::start(&host);
    load.until_served(SOME).await;
    begin.make(&host).await;
    load.until_undecided(SOME).await;
    end.make(&host).await;
    load.until_served(SOME).await;
    load.finish(&host).await;
}

#[tokio::test]
async fn entra_answers_503() {
    survives(failing("obo", json!({ "status": 503 }))).await;
}

#[tokio::test]
async fn entra_throttles() {
    survives(failing("obo", json!({ "status": 429, "retry_after": 1 }))).await;
}

#[tokio::test]
async fn entra_does_not_answer() {
    survives(failing("obo", json!({ "delay_ms": 60_000 }))).await;
}

#[tokio::test]
async fn graph_answers_503() {
    survives(failing("graph.memberships", json!({ "status": 503 }))).await;
}

#[tokio::test]
async fn graph_throttles_and_says_for_how_long() {
    survives(failing(
        "graph.memberships",
        json!({ "status": 429, "retry_after": 10 }),
    ))
    .await;
}

#[tokio::test]
async fn graph_throttles_without_a_word() {
    survives(failing("graph.memberships", json!({ "status": 429 }))).await;
}

#[tokio::test]
async fn graph_does_not_answer() {
    survives(failing("graph.memberships", json!({ "delay_ms": 60_000 }))).await;
}

#[tokio::test]
async fn the_secret_expires() {
    let begin = Change("/dev/credentials", json!({ "action": "expire_secret" }));
    let end = Change("/dev/credentials", json!({ "action": "renew_secret" }));
    survives((begin, end)).await;
}

#[tokio::test]
async fn consent_is_withdrawn() {
    let consent = |granted: bool| Change("/dev/consent", json!({ "granted": granted, "resource": "graph" }));
    survives((consent(false), consent(true))).await;
}

/// The codes by which Entra refuses an exchange: multi-factor authentication is demanded, the token isn't trusted, a policy
/// blocks, the person isn't assigned, the account is disabled.
#[tokio::test]
async fn exchanges_are_refused() {
    for code in [50_076, 50_013, 53_003, 50_105, 50_057] {
        survives(failing("obo", json!({ "aadsts": code }))).await;
    }
}

/// A new key signs from one moment to the next: nobody is kept out for even one call.
#[tokio::test]
async fn keys_are_rotated() {
    let host = host().await;
    let load = Load::start(&host);
    load.until_served(SOME).await;
    change(&host, "/dev/keys", &json!({ "action": "rotate", "published": true })).await;
    load.until_served(SOME).await;
    assert_eq!(load.undecided(), 0);
    load.finish(&host).await;
}

/// The development cloud's control API answers while an endpoint is slow; a call takes as long as a lookup at most.
#[tokio::test]
async fn a_slow_graph_holds_a_call_no_longer_than_a_lookup_may_take() {
    let host = host().await;
    let (slow, _) = failing("graph.memberships", json!({ "delay_ms": 60_000 }));
    slow.make(&host).await;
    let token = crate::protocol::stage::token(&host, "admin").await;
    let call = crate::protocol::wire::Ask::call(&token, load::STATS, &json!({}));
    // Five seconds for the lookup; the rest is for a busy machine, and far from the minute that Graph takes.
    let answer = tokio::time::timeout(Duration::from_secs(20), call.to(&host)).await;
    assert_eq!(answer.expect("an answer in time").result()["isError"], true);
    let (_, over) = failing("graph.memberships", json!({}));
    over.make(&host).await;
    wait::until("the call to go well", async || {
        let answer = crate::protocol::wire::Ask::call(&token, load::STATS, &json!({}))
            .to(&host)
            .await;
        answer.result()["structuredContent"].is_object().then_some(())
    })
    .await;
}
