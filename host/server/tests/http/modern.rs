//! Revision 2026-07-28: no sessions, each request speaks for itself.

use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{ALICE, Ask, BOB, Host, Plan, claims, sign};

#[tokio::test]
async fn discovery_names_the_revisions_and_is_private() {
    let answer = Ask::modern(ALICE, "server/discover", json!({}))
        .to(&Host::start().await)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let result = &answer.json()["result"];
    assert_eq!(
        result["supportedVersions"],
        json!(["2025-06-18", "2025-11-25", "2026-07-28"])
    );
    assert_eq!(
        result["capabilities"],
        json!({ "logging": {}, "tools": { "listChanged": true } })
    );
    assert_eq!(result["cacheScope"], "private");
    assert!(result["ttlMs"].as_u64().unwrap() > 0);
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "usher");
}

#[tokio::test]
async fn the_list_of_tools_is_one_json_answer_for_this_caller_alone() {
    let answer = Ask::modern(ALICE, "tools/list", json!({}))
        .to(&Host::start().await)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    let result = &answer.json()["result"];
    assert_eq!(
        (&result["tools"], &result["cacheScope"]),
        (&json!([]), &json!("private"))
    );
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "usher");
}

#[tokio::test]
async fn a_cursor_that_nobody_gave_is_refused() {
    let answer = Ask::modern(ALICE, "tools/list", json!({ "cursor": "x" }))
        .to(&Host::start().await)
        .await;
    assert_eq!(answer.code(), -32602);
}

#[tokio::test]
async fn an_unknown_tool_is_an_error_with_status_200() {
    let answer = Ask::modern(ALICE, "tools/call", json!({ "name": "nope", "arguments": {} }))
        .to(&Host::start().await)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json()["error"],
        json!({ "code": -32602, "message": "Unknown tool: nope" })
    );
}

#[tokio::test]
async fn an_unknown_tool_with_a_number_that_json_cannot_carry_is_unknown_all_the_same() {
    let host = Host::start().await;
    let plain = Ask::modern(
        ALICE,
        "tools/call",
        json!({ "name": "nope", "arguments": { "amount": 1 } }),
    )
    .to(&host)
    .await;
    for token in ["NaN", "-Infinity", "1e400"] {
        let mut request = Ask::modern(
            ALICE,
            "tools/call",
            json!({ "name": "nope", "arguments": { "amount": 1 } }),
        )
        .request();
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"nope","arguments":{{"amount":{token}}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"t","version":"1"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
        );
        *request.body_mut() = body.into();
        let answer = host.send(request).await;
        assert_eq!((answer.status, &answer.body), (plain.status, &plain.body), "{token}");
    }
}

#[tokio::test]
async fn a_header_that_lies_about_the_body_is_refused() {
    let host = Host::start().await;
    let call = || Ask::modern(ALICE, "tools/call", json!({ "name": "nope", "arguments": {} }));
    for ask in [
        call().header("mcp-method", "tools/list"),
        call().header("mcp-name", "other"),
        call().without("mcp-name"),
        call().without("mcp-method"),
        call().header("mcp-protocol-version", "2025-11-25"),
    ] {
        let answer = ask.to(&host).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32020));
    }
    let answer = call().header("mcp-name", "=?base64?bm9wZQ==?=").to(&host).await;
    assert_eq!(
        answer.code(),
        -32602,
        "a name in base64 is decoded before it is compared"
    );
}

#[tokio::test]
async fn errors_when_the_revision_or_the_metadata_is_missing_or_unknown() {
    let host = Host::start().await;
    let bare = |version: &str, meta: serde_json::Value| {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": { "_meta": meta } });
        Ask::post(ALICE, body.to_string())
            .header("mcp-protocol-version", version)
            .header("mcp-method", "tools/list")
    };
    let answer = bare("2026-07-28", json!({})).to(&host).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32602));

    let unknown = json!({
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    for answer in [
        bare("2099-01-01", unknown).to(&host).await,
        bare("2099-01-01", json!({})).to(&host).await,
    ] {
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32022));
        assert_eq!(
            answer.json()["error"]["data"]["supported"],
            json!(["2025-06-18", "2025-11-25", "2026-07-28"])
        );
        assert_eq!(answer.json()["id"], 7);
    }
}

#[tokio::test]
async fn methods_that_are_gone_or_not_served_are_not_found() {
    let host = Host::start().await;
    for method in [
        "ping",
        "resources/list",
        "prompts/list",
        "completion/complete",
        "tasks/get",
        "no/such",
    ] {
        let answer = Ask::modern(ALICE, method, json!({})).to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::NOT_FOUND, -32601),
            "{method}"
        );
    }
    let answer = Ask::modern(ALICE, "logging/setLevel", json!({ "level": "info" }))
        .to(&host)
        .await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, -32601));
}

#[tokio::test]
async fn parameters_that_do_not_read_are_invalid_parameters() {
    let answer = Ask::modern(ALICE, "tools/call", json!({ "name": "t", "arguments": [1] }))
        .to(&Host::start().await)
        .await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, -32602));
}

#[tokio::test]
async fn state_that_this_server_never_gave_is_refused_only_for_a_tool_that_is_there() {
    let params = json!({ "name": "nope", "arguments": {}, "requestState": "forged" });
    let answer = Ask::modern(ALICE, "tools/call", params).to(&Host::start().await).await;
    assert_eq!(answer.json()["error"]["message"], "Unknown tool: nope");
}

#[tokio::test]
async fn get_and_delete_without_a_session_are_not_allowed() {
    let host = Host::start().await;
    for method in [Method::GET, Method::DELETE] {
        let ask = Ask::modern(ALICE, "tools/list", json!({})).method(method.clone());
        let answer = ask.to(&host).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "POST");
        assert!(answer.json()["error"]["code"].is_number());
    }
}

#[tokio::test]
async fn the_token_of_each_request_is_checked_anew() {
    let host = Host::start().await;
    assert_eq!(
        Ask::modern(ALICE, "tools/list", json!({})).to(&host).await.status,
        StatusCode::OK
    );
    let mut expired = claims(ALICE);
    expired["exp"] = json!(1);
    let ask =
        Ask::modern(ALICE, "tools/list", json!({})).header("authorization", &format!("Bearer {}", sign(&expired)));
    assert_eq!(ask.to(&host).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_subscription_over_the_limit_is_refused() {
    let mut plan = Plan::new();
    plan.settings.max_sessions_per_caller = 1;
    let host = plan.make().await;
    let listen = |oid: &str| {
        let params = json!({ "notifications": { "toolsListChanged": true } });
        Ask::modern(oid, "subscriptions/listen", params).request()
    };
    // The first stays open: its answer is held, and not read to its end.
    let response = host.server.router().oneshot(listen(ALICE)).await.unwrap();
    let mut first = response.into_body();
    let acknowledged = first.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(
        String::from_utf8(acknowledged.to_vec())
            .unwrap()
            .contains("acknowledged")
    );
    let second = host.send(listen(ALICE)).await;
    assert_eq!(second.code(), -32600, "{second:?}");
    let others = host.server.router().oneshot(listen(BOB)).await.unwrap();
    assert_eq!(others.status(), StatusCode::OK);
}
