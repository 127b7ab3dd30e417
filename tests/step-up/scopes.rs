//! A token that lacks a scope: the tool is listed, the call is answered by the challenge, and the wider token works.

use reqwest::StatusCode;
use serde_json::json;
use usher_tests::Host;

use super::{Met, WIDER, arguments, host, listed, met, token_with};
use crate::protocol::stage::{mint, token};
use crate::protocol::wire::{Answer, Ask, Session, structured};
use crate::sign_in::challenge::{challenge, metadata_url};

/// Holds an answer against what a client must read in it: all scopes, those that it has and those that it lacks, in full.
#[track_caller]
fn assert_steps_up(answer: &Answer, host: &Host, scopes: &[&str]) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    let parameters = challenge(answer);
    assert_eq!(parameters["error"], "insufficient_scope");
    assert_eq!(parameters["resource_metadata"], metadata_url(host));
    let full: Vec<String> = scopes.iter().map(|short| format!("{}/{short}", host.mcp())).collect();
    assert_eq!(parameters["scope"], full.join(" "));
}

#[tokio::test]
async fn a_tool_that_lacks_only_a_scope_is_listed_and_its_call_asks_for_all_scopes_in_both_eras() {
    let host = host().await;
    let narrow = token(&host, "member").await;
    assert!(listed(&host, &narrow).await.contains(&"get".to_owned()));
    let both = ["user_impersonation", "Other.Read"];

    let modern = Ask::call(&narrow, "get", &arguments("get")).to(&host).await;
    assert_steps_up(&modern, &host, &both);
    let session = Session::open(&host, &narrow).await;
    let legacy = session.call("get", &arguments("get")).to(&host).await;
    assert_steps_up(&legacy, &host, &both);

    // With what the client then gets, in a new request and in the session that it has.
    let wide = token_with(&host, "member", WIDER).await;
    structured(&Ask::call(&wide, "get", &arguments("get")).to(&host).await.result());
    let continued = session.taken_by(&wide).call("get", &arguments("get")).to(&host).await;
    structured(&continued.result());
}

#[tokio::test]
async fn scopes_that_the_token_has_already_stay_in_the_challenge() {
    let host = host().await;
    let token = mint(
        &host,
        &json!({ "persona": "member", "scope": "user_impersonation Reports.Read openid profile" }),
    )
    .await;
    let answer = Ask::call(&token, "get", &arguments("get")).to(&host).await;
    assert_steps_up(&answer, &host, &["user_impersonation", "Reports.Read", "Other.Read"]);
}

#[tokio::test]
async fn a_scope_opens_nothing_to_those_who_are_not_in_the_group_beside_it() {
    let host = host().await;
    for (persona, narrow, wide) in [
        ("admin", Met::StepUp, Met::Runs),
        ("nested", Met::StepUp, Met::Runs),
        ("member", Met::Unknown, Met::Unknown),
        ("overage", Met::Unknown, Met::Unknown),
    ] {
        let token = token(&host, persona).await;
        assert_eq!(met(&host, &token, "get_all").await, narrow, "{persona}");
        assert_eq!(
            listed(&host, &token).await.contains(&"get_all".to_owned()),
            narrow != Met::Unknown,
            "{persona}"
        );
        let token = token_with(&host, persona, WIDER).await;
        assert_eq!(met(&host, &token, "get_all").await, wide, "{persona}");
    }
}
