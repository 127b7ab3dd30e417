//! Groups are what Graph says. A token's own list is old, or left out, or somebody else's idea, and is never read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::control::{change, count};
use usher_tests::{Host, built};

use super::{Met, listed};
use crate::protocol::stage::{host, host_with, mint, token};
use crate::protocol::wire::{Ask, structured};

const STATS: &str = "get_expense_stats";

/// Whether the administrators' tool of the project's own tools is listed and can be called.
async fn is_administrator(host: &Host, token: &str) -> bool {
    let answer = Ask::call(token, STATS, &json!({})).to(host).await;
    let runs = Met::of(STATS, &answer) == Met::Runs;
    if runs {
        structured(&answer.result());
    }
    let is_listed = listed(host, token).await.iter().any(|tool| tool == STATS);
    assert_eq!(runs, is_listed, "listing and calling agree");
    runs
}

/// The claims of a token.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn members_by_way_of_other_groups_are_members() {
    let host = host().await;
    for (persona, expected) in [
        ("admin", true),
        ("nested", true),
        ("member", false),
        ("member-2", false),
    ] {
        let token = token(&host, persona).await;
        assert_eq!(is_administrator(&host, &token).await, expected, "{persona}");
    }
}

#[tokio::test]
async fn whoever_is_in_too_many_groups_for_a_token_is_what_graph_says() {
    let host = host().await;
    let erin = token(&host, "overage").await;
    let claims = claims(&erin);
    assert!(
        claims["_claim_names"]["groups"].is_string() && claims["groups"].is_null(),
        "the token points elsewhere instead of listing groups"
    );
    assert!(!is_administrator(&host, &erin).await);
    // One group more than 250, and the answer is the other one.
    let other = host_with(&built::tools(), "").await;
    let join = json!({ "group": "usher-admins", "persona": "overage", "member": true });
    change(&other, "/dev/groups", &join).await;
    assert!(is_administrator(&other, &token(&other, "overage").await).await);
}

#[tokio::test]
async fn a_tokens_own_list_of_groups_neither_opens_nor_closes_anything() {
    let host = host().await;
    let admins = &host.description()["groups"]["usher-admins"];
    for (persona, own, expected) in [
        ("member", json!({ "groups": [admins] }), false),
        ("member", json!({ "groups": ["usher-admins"] }), false),
        (
            "member",
            json!({
                "_claim_names": { "groups": "src1" },
                "_claim_sources": { "src1": { "endpoint": "http://127.0.0.1:9/groups" } },
            }),
            false,
        ),
        ("member", json!({ "hasgroups": true, "wids": [admins] }), false),
        ("admin", json!({ "groups": [] }), true),
        (
            "nested",
            json!({ "groups": ["99999999-9999-4999-8999-000000000002"] }),
            true,
        ),
    ] {
        let token = mint(&host, &json!({ "persona": persona, "claims": own })).await;
        assert_eq!(is_administrator(&host, &token).await, expected, "{persona} with {own}");
    }
}

#[tokio::test]
async fn leaving_a_group_closes_its_tools_when_the_answer_is_no_longer_relied_on() {
    let host = host_with(&built::tools(), "[graph]\nmembership-seconds = 0\n").await;
    let admin = token(&host, "admin").await;
    assert!(is_administrator(&host, &admin).await);
    let before = count(&host, "graph.memberships").await;
    let leave = json!({ "group": "usher-admins", "persona": "admin", "member": false });
    change(&host, "/dev/groups", &leave).await;
    assert!(!is_administrator(&host, &admin).await);
    assert!(
        count(&host, "graph.memberships").await > before,
        "Graph is asked each time"
    );
}

#[tokio::test]
async fn a_hidden_tool_answers_like_one_that_is_not_there_whatever_the_reason() {
    let host = host().await;
    let member = token(&host, "member").await;
    let hidden = Ask::call(&member, STATS, &json!({})).to(&host).await;
    let absent = Ask::call(&member, "get_expense_zzzzz", &json!({})).to(&host).await;
    assert_eq!((hidden.status, absent.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(hidden.body, absent.body.replace("get_expense_zzzzz", STATS));
}
