//! Revision 2026-07-28: no sessions, each request speaks for itself.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_tests::mcp;

use super::stage::{host, token};
use super::wire::{Ask, LEGACY, names, request, structured};

const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

#[tokio::test]
async fn discovery_says_which_revisions_and_capabilities_there_are() {
    let host = host().await;
    let answer = Ask::modern(&token(&host, "member").await, "server/discover", json!({}))
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let result = answer.result();
    let supported: Vec<&str> = result["supportedVersions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        supported.contains(&mcp::VERSION) && supported.contains(&LEGACY),
        "{result}"
    );
    let capabilities: Vec<&String> = result["capabilities"].as_object().unwrap().keys().collect();
    assert_eq!(
        capabilities,
        ["logging", "tools"],
        "nothing is promised that isn't served"
    );
    assert_eq!(result["cacheScope"], "private");
    assert!(result["ttlMs"].is_u64(), "{result}");
}

#[tokio::test]
async fn a_list_is_for_its_caller_alone_and_for_a_while() {
    let host = host().await;
    for (persona, expected) in [
        ("member", &["add_user_expense", "get_user_expenses"][..]),
        ("admin", &["add_user_expense", "get_expense_stats", "get_user_expenses"]),
    ] {
        let answer = Ask::modern(&token(&host, persona).await, "tools/list", json!({}))
            .to(&host)
            .await;
        let result = answer.result();
        assert_eq!(names(&result), expected, "{persona}");
        assert_eq!(
            result["cacheScope"], "private",
            "absent would mean public: another's client may show it"
        );
        assert!(
            result["ttlMs"].is_u64() && result["resultType"] == "complete",
            "{result}"
        );
        assert_eq!(result["_meta"][SERVER_INFO]["name"], "usher");
        assert!(result["nextCursor"].is_null());
    }
}

#[tokio::test]
async fn the_list_is_the_same_text_each_time() {
    let host = host().await;
    let token = token(&host, "admin").await;
    let first = Ask::modern(&token, "tools/list", json!({})).to(&host).await;
    for _ in 0..5 {
        assert_eq!(
            Ask::modern(&token, "tools/list", json!({})).to(&host).await.body,
            first.body
        );
    }
}

#[tokio::test]
async fn tools_are_listed_as_clients_need_them() {
    let host = host().await;
    let list = Ask::modern(&token(&host, "admin").await, "tools/list", json!({}))
        .to(&host)
        .await
        .result();
    for tool in list["tools"].as_array().unwrap() {
        assert!(tool["name"].as_str().unwrap().len() <= 64);
        assert!(
            tool["description"].as_str().is_some_and(|text| !text.is_empty()),
            "{tool}"
        );
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        assert_items(tool);
    }
    let read_only = |name: &str| {
        let tools = list["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["annotations"]["readOnlyHint"].clone()
    };
    assert_eq!(
        read_only("get_user_expenses"),
        true,
        "else VS Code asks before each call"
    );
    assert_ne!(read_only("add_user_expense"), true);
}

/// Every schema of an array must have `items`: VS Code refuses the tool otherwise.
fn assert_items(value: &Value) {
    match value {
        Value::Object(members) => {
            assert!(
                members.get("type") != Some(&json!("array")) || members.contains_key("items"),
                "{value}"
            );
            members.values().for_each(assert_items);
        }
        Value::Array(items) => items.iter().for_each(assert_items),
        _ => {}
    }
}

#[tokio::test]
async fn structured_content_comes_as_text_too_and_says_who_answered() {
    let host = host().await;
    let answer = Ask::call(&token(&host, "member").await, "get_user_expenses", &json!({}))
        .to(&host)
        .await;
    let result = answer.result();
    assert_eq!(structured(&result)["expenses"], json!([]));
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        text, result["structuredContent"],
        "for clients that know no structured content"
    );
    assert_eq!(
        (&result["resultType"], &result["_meta"][SERVER_INFO]["name"]),
        (&json!("complete"), &json!("usher"))
    );
}

#[tokio::test]
async fn errors_when_a_header_is_missing_or_says_other_than_the_body() {
    let host = host().await;
    let token = token(&host, "member").await;
    let call = || Ask::call(&token, "get_user_expenses", &json!({}));
    for (what, ask) in [
        ("another method", call().header("mcp-method", "tools/list")),
        ("no method", call().without("mcp-method")),
        ("another name", call().header("mcp-name", "add_user_expense")),
        ("no name", call().without("mcp-name")),
        ("another revision", call().header("mcp-protocol-version", LEGACY)),
        ("no revision", call().without("mcp-protocol-version")),
        (
            "a name in base64 that is another",
            call().header("mcp-name", "=?base64?bm9wZQ==?="),
        ),
    ] {
        let answer = ask.to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, -32020),
            "{what}: {answer:?}"
        );
        answer.assert_error(StatusCode::BAD_REQUEST, -32020);
    }
    let answer = call()
        .header("mcp-name", "=?base64?Z2V0X3VzZXJfZXhwZW5zZXM=?=")
        .to(&host)
        .await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "a name in base64 is decoded before it is compared: {answer:?}"
    );
}

#[tokio::test]
async fn errors_when_the_body_lacks_what_each_request_must_say_itself() {
    let host = host().await;
    let token = token(&host, "member").await;
    for missing in [
        "io.modelcontextprotocol/protocolVersion",
        "io.modelcontextprotocol/clientCapabilities",
    ] {
        let mut body = mcp::request(1, "tools/list", json!({}));
        body["params"]["_meta"].as_object_mut().unwrap().remove(missing);
        let answer = Ask::modern_body(&token, &body).to(&host).await;
        answer.assert_error(StatusCode::BAD_REQUEST, -32602);
    }
    let mut body = mcp::request(1, "tools/list", json!({}));
    body["params"].as_object_mut().unwrap().remove("_meta");
    Ask::modern_body(&token, &body)
        .to(&host)
        .await
        .assert_error(StatusCode::BAD_REQUEST, -32602);
}

#[tokio::test]
async fn errors_when_the_revision_is_not_served_and_says_which_are() {
    let host = host().await;
    let token = token(&host, "member").await;
    for version in ["2099-01-01", "1999-12-31", "newest"] {
        let mut body = mcp::request(7, "tools/list", json!({}));
        body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let answer = Ask::modern_body(&token, &body)
            .header("mcp-protocol-version", version)
            .to(&host)
            .await;
        answer.assert_error(StatusCode::BAD_REQUEST, -32022);
        let error = &answer.json()["error"];
        assert!(
            error["data"]["supported"]
                .as_array()
                .unwrap()
                .contains(&json!(mcp::VERSION)),
            "{answer:?}"
        );
        assert_eq!(answer.json()["id"], 7);
    }
}

/// A header of one revision and a body of another contradict each other, whatever the method.
#[tokio::test]
async fn errors_when_initialize_names_another_revision_than_the_header() {
    let host = host().await;
    let token = token(&host, "member").await;
    let params =
        json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let answer = Ask::modern(&token, "initialize", params).to(&host).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert!(answer.code() < 0, "{answer:?}");
}

#[tokio::test]
async fn methods_that_are_gone_or_not_served_are_not_found() {
    let host = host().await;
    let token = token(&host, "member").await;
    for (method, params) in [
        ("no/such", json!({})),
        ("ping", json!({})),
        ("logging/setLevel", json!({ "level": "info" })),
        ("logging/setLevel", json!({})),
        ("initialize", json!({})),
        ("resources/list", json!({})),
        ("resources/read", json!({ "uri": "test://x" })),
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "x" })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "x", "value": "" } }),
        ),
        ("tasks/list", json!({})),
        ("resources/subscribe", json!({ "uri": "test://x" })),
    ] {
        let mut ask = Ask::modern(&token, method, params);
        if method.starts_with("resources/") && method != "resources/list" {
            ask = ask.header("mcp-name", "test://x");
        }
        let answer = ask.to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::NOT_FOUND, -32601),
            "{method}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn get_and_delete_are_not_allowed_where_there_is_no_session() {
    let host = host().await;
    let token = token(&host, "member").await;
    for method in [Method::GET, Method::DELETE, Method::PUT, Method::PATCH] {
        let answer = Ask::modern(&token, "tools/list", json!({}))
            .method(method.clone())
            .to(&host)
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}: {answer:?}");
        assert!(answer.header("allow").contains("POST"), "{method}: {answer:?}");
        assert_eq!(answer.header("content-type"), "application/json", "{method}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_in_json() {
    let host = host().await;
    let token = token(&host, "member").await;
    for path in [
        "/mcp/",
        "/mcp/x",
        "/",
        "/MCP",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        let url = host.mcp().replace("/mcp", path);
        let answer = Ask::modern(&token, "tools/list", json!({})).at(&host, &url).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {answer:?}");
        assert!(answer.json().is_object(), "{path}");
    }
}

#[tokio::test]
async fn a_question_that_nobody_asked_can_not_be_answered() {
    let host = host().await;
    let params =
        json!({ "name": "get_user_expenses", "arguments": {}, "requestState": "forged", "inputResponses": {} });
    let answer = Ask::modern(&token(&host, "member").await, "tools/call", params)
        .to(&host)
        .await;
    assert_eq!(answer.code(), -32602, "{answer:?}");
}

#[tokio::test]
async fn a_subscription_is_acknowledged_first_and_hears_of_nothing_else() {
    let host = host().await;
    let token = token(&host, "member").await;
    let params = json!({ "notifications": { "toolsListChanged": true, "promptsListChanged": true } });
    let mut stream = Ask::modern(&token, "subscriptions/listen", params).begin(&host).await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["x-accel-buffering"], "no");
    let mut seen = String::new();
    while !seen.contains("\n\n") || !seen.contains("data:") {
        let chunk = stream.chunk().await.unwrap().expect("a stream that goes on");
        seen.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let event = seen.lines().find_map(|line| line.strip_prefix("data:")).unwrap();
    let message: Value = serde_json::from_str(event).unwrap();
    assert_eq!(
        message["method"], "notifications/subscriptions/acknowledged",
        "{message}"
    );
    assert_eq!(
        message["params"]["notifications"],
        json!({ "toolsListChanged": true }),
        "prompts aren't served"
    );
    host.terminate();
    let rest = stream.text().await.unwrap();
    let methods = rest.lines().filter(|line| line.contains("notifications/")).count();
    assert_eq!(methods, 0, "nothing changed, so nothing is told: {rest}");
    assert!(host.ended().await.0.success());
}

#[tokio::test]
async fn a_legacy_body_without_a_session_is_told_how_to_begin() {
    let host = host().await;
    let body = request(9, "tools/list", json!({}));
    let answer = Ask::post(&token(&host, "member").await, body.to_string())
        .to(&host)
        .await;
    answer.assert_error(StatusCode::BAD_REQUEST, -32600);
    assert_eq!(answer.json()["id"], 9);
}
