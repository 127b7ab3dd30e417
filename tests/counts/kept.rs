//! `[graph] membership-seconds`: how long an answer about a membership is relied on.

use std::time::{Duration, Instant};

use serde_json::json;
use usher_tests::control::{change, count};
use usher_tests::{built, wait};

use super::stats;
use crate::protocol::stage::{host_with, token};
use crate::protocol::wire::structured;

#[tokio::test]
async fn zero_seconds_ask_graph_at_each_call_with_the_same_exchanged_token() {
    let host = host_with(&built::tools(), "[graph]\nmembership-seconds = 0\n").await;
    let admin = token(&host, "admin").await;
    for calls in 1..=5 {
        structured(&stats(&admin).to(&host).await.result());
        assert_eq!(count(&host, "graph.memberships").await, calls);
    }
    assert_eq!(count(&host, "obo").await, 1);
}

#[tokio::test]
async fn a_change_is_seen_when_the_time_is_over_and_not_before() {
    const KEPT: Duration = Duration::from_secs(2);
    let host = host_with(&built::tools(), "[graph]\nmembership-seconds = 2\n").await;
    let admin = token(&host, "admin").await;
    let asked = Instant::now();
    structured(&stats(&admin).to(&host).await.result());
    let leave = json!({ "group": "usher-admins", "persona": "admin", "member": false });
    change(&host, "/dev/groups", &leave).await;
    let denied_after = wait::until("the change to be seen", async || {
        let answer = stats(&admin).to(&host).await;
        (answer.code() == -32602).then(|| asked.elapsed())
    })
    .await;
    assert!(denied_after >= KEPT, "denied after {denied_after:?}");
    assert_eq!(
        count(&host, "graph.memberships").await,
        2,
        "asked at first, and when the time was over"
    );
}
