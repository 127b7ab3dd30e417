//! Entra demands more of a sign-in: the claims reach the clients that can act on them, and the others' people read what to do.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::Host;

use super::{arguments, host};
use crate::protocol::stage::mint;
use crate::protocol::wire::{Answer, Ask, Session, text};
use crate::sign_in::challenge::{challenge, metadata_url};

/// The client id of VS Code, which ignores claims of MCP servers.
const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";
/// A tool whose rule asks Graph, which Entra doesn't let this persona reach without a second factor.
const GUARDED: &str = "is_member_of";

async fn token(host: &Host, claims: Value) -> String {
    mint(host, &json!({ "persona": "mfa", "claims": claims })).await
}

#[track_caller]
fn assert_demands_claims(answer: &Answer, host: &Host) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
    let parameters = challenge(answer);
    assert_eq!(parameters["error"], "insufficient_claims");
    assert_eq!(parameters["resource_metadata"], metadata_url(host));
    assert_eq!(parameters["scope"], format!("{}/user_impersonation", host.mcp()));
    assert!(!parameters["claims"].is_empty());
}

#[tokio::test]
async fn a_client_that_handles_claims_is_challenged_and_goes_on_with_what_it_then_gets() {
    let host = host().await;
    let capable = token(&host, json!({ "xms_cc": ["cp1"] })).await;
    assert_demands_claims(
        &Ask::call(&capable, GUARDED, &arguments(GUARDED)).to(&host).await,
        &host,
    );
    let session = Session::open(&host, &capable).await;
    assert_demands_claims(&session.call(GUARDED, &arguments(GUARDED)).to(&host).await, &host);

    let satisfied = token(&host, json!({ "xms_cc": ["cp1"], "acrs": ["c1"] })).await;
    let answer = Ask::call(&satisfied, GUARDED, &arguments(GUARDED)).to(&host).await;
    // Found out at last: the persona is in no such group, so there is no such tool.
    answer.assert_error(StatusCode::OK, -32602);
}

#[tokio::test]
async fn a_client_that_would_go_round_in_circles_gets_words() {
    let host = host().await;
    for claims in [json!({}), json!({ "xms_cc": ["cp1"], "azp": VS_CODE })] {
        let token = token(&host, claims).await;
        let answer = Ask::call(&token, GUARDED, &arguments(GUARDED)).to(&host).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let result = answer.result();
        assert_eq!(result["isError"], true, "{result}");
        assert!(text(&result).contains("second factor"), "{result}");
    }
}
