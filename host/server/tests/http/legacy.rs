//! The revisions with `initialize`: sessions, which belong to their callers.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{ALICE, Answer, Ask, BOB, Host, Plan};

async fn open(host: &Host, oid: &str) -> String {
    let answer = Ask::initialize(oid).to(host).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.header("mcp-session-id").to_owned()
}

async fn list(host: &Host, oid: &str, session: &str) -> Answer {
    Ask::within(oid, session, "tools/list", &json!({})).to(host).await
}

#[tokio::test]
async fn a_session_begins_with_the_newest_revision_that_has_sessions() {
    let host = Host::start().await;
    for (asked, given) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2024-11-05", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let params =
            json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let answer = Ask::post(ALICE, body.to_string()).to(&host).await;
        let result = &answer.json()["result"];
        assert_eq!(result["protocolVersion"], given, "{answer:?}");
        assert_eq!(result["serverInfo"]["name"], "usher");
        assert_eq!(
            result["capabilities"],
            json!({ "logging": {}, "tools": { "listChanged": true } })
        );
    }
}

#[tokio::test]
async fn a_list_within_a_session_has_the_shape_of_its_revision() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let answer = list(&host, ALICE, &session).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    assert_eq!(answer.json()["result"], json!({ "tools": [] }));
}

#[tokio::test]
async fn ping_and_set_level_are_answered_before_the_client_is_initialized() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let answer = Ask::within(ALICE, &session, "logging/setLevel", &json!({ "level": "info" }))
        .to(&host)
        .await;
    assert_eq!(answer.json()["result"], json!({}));
    let answer = Ask::within(ALICE, &session, "ping", &json!({})).to(&host).await;
    assert_eq!(answer.json()["result"], json!({}));
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let answer = Ask::post(ALICE, initialized.to_string())
        .header("mcp-session-id", &session)
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_session_of_another_caller_is_like_one_that_does_not_exist() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let unknown = list(&host, BOB, "00000000-0000-4000-8000-000000000000").await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::NOT_FOUND, -32600));
    let foreign = list(&host, BOB, &session).await;
    assert_eq!((foreign.status, &foreign.body), (unknown.status, &unknown.body));
    for method in [Method::GET, Method::DELETE] {
        let answer = Ask::within(BOB, &session, "tools/list", &json!({}))
            .method(method.clone())
            .to(&host)
            .await;
        assert_eq!(
            (answer.status, &answer.body),
            (unknown.status, &unknown.body),
            "{method}"
        );
    }
    assert_eq!(
        list(&host, ALICE, &session).await.status,
        StatusCode::OK,
        "its own caller still has it"
    );
}

#[tokio::test]
async fn a_session_that_its_caller_ended_is_gone() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let answer = Ask::within(ALICE, &session, "ping", &json!({}))
        .method(Method::DELETE)
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(list(&host, ALICE, &session).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_caller_over_the_limit_loses_the_oldest_session_and_nobody_else_does() {
    let mut plan = Plan::new();
    plan.settings.max_sessions_per_caller = 2;
    let host = plan.make().await;
    let bobs = open(&host, BOB).await;
    let first = open(&host, ALICE).await;
    let second = open(&host, ALICE).await;
    let third = open(&host, ALICE).await;
    assert_eq!(list(&host, ALICE, &first).await.status, StatusCode::NOT_FOUND);
    for (oid, session) in [(ALICE, &second), (ALICE, &third), (BOB, &bobs)] {
        assert_eq!(list(&host, oid, session).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_name_in_a_header_decides_nothing() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let call = Ask::within(
        ALICE,
        &session,
        "tools/call",
        &json!({ "name": "in-the-body", "arguments": {} }),
    );
    let answer = call
        .header("mcp-name", "in-the-header")
        .header("mcp-method", "tools/list")
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json()["error"],
        json!({ "code": -32602, "message": "Unknown tool: in-the-body" })
    );
}

#[tokio::test]
async fn methods_that_are_not_served_are_errors_with_status_200() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    for method in ["prompts/list", "resources/list", "no/such"] {
        let answer = Ask::within(ALICE, &session, method, &json!({})).to(&host).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, -32601), "{method}");
    }
}

#[tokio::test]
async fn a_request_without_a_session_is_told_how_to_begin() {
    let body = json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/list" });
    let answer = Ask::post(ALICE, body.to_string()).to(&Host::start().await).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32600));
    assert_eq!(answer.json()["id"], 9);
    assert!(answer.body.contains("initialize"));
}

#[tokio::test]
async fn an_unsupported_revision_in_the_header_is_said_with_those_that_are_served() {
    let host = Host::start().await;
    let session = open(&host, ALICE).await;
    let answer = Ask::within(ALICE, &session, "tools/list", &json!({}))
        .header("mcp-protocol-version", "1999-01-01")
        .to(&host)
        .await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32022));
}
