//! A call without a session in which everything fits is answered without the protocol layer. Nobody can tell: each call is made by
//! both ways, and the answers are the same to the byte.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::{Folder, Grant, Host};

use super::stage::{host_with, mint, token};
use super::wire::{Answer, Ask};

/// What makes a request unusual without changing what it says: a weight of a media type is for the protocol layer to read.
const LONG_WAY: &str = "application/json;q=1, text/event-stream";

/// All of an answer that isn't of its time: a fault is told with a reference that no two have.
fn whole(answer: &Answer) -> (StatusCode, BTreeMap<String, String>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}")));
    let mut body = answer.body.clone();
    if let Some(at) = body.find("(Reference: ") {
        let digits = at + "(Reference: ".len()..at + "(Reference: 01234567".len();
        body.replace_range(digits, "");
    }
    (answer.status, headers.collect(), body)
}

async fn by_both_ways(host: &Host, token: &str, body: &Value) -> Answer {
    let directly = Ask::modern_body(token, body).to(host).await;
    let long = Ask::modern_body(token, body).header("accept", LONG_WAY).to(host).await;
    assert_eq!(whole(&directly), whole(&long), "{body}");
    directly
}

fn call(id: Value, params: Value) -> Value {
    let mut params = params;
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": 7,
    });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

#[tokio::test]
async fn every_kind_of_answer_is_the_same_by_both_ways() {
    let of = |tool: &str| Grant::of(&[tool]).gives("log = true");
    let folder = Folder::new()
        .guest("noop", &of("noop"))
        .guest("traps", &of("traps"))
        .guest("structured-missing", &of("structured_missing"));
    let host = host_with(folder.path(), "").await;
    let member = token(&host, "member").await;
    for (id, params, status) in [
        (json!(1), json!({ "name": "noop", "arguments": {} }), 200),
        (json!("text"), json!({ "name": "noop" }), 200),
        (json!(2), json!({ "name": "noop", "arguments": { "surplus": 1 } }), 200),
        (json!(3), json!({ "name": "there_is_none", "arguments": {} }), 200),
        (json!(4), json!({ "name": "traps", "arguments": {} }), 200),
        (json!(5), json!({ "name": "structured_missing", "arguments": {} }), 200),
    ] {
        let answer = by_both_ways(&host, &member, &call(id, params)).await;
        assert_eq!(answer.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_rule_that_takes_more_is_challenged_by_both_ways() {
    let grant = Grant::of(&[])
        .gives("log = true")
        .serves("noop", r#"{ scope = "Other.Read" }"#);
    let folder = Folder::new().guest("noop", &grant);
    let host = host_with(folder.path(), "").await;
    let narrow = mint(&host, &json!({ "persona": "member" })).await;
    let answer = by_both_ways(
        &host,
        &narrow,
        &call(json!(1), json!({ "name": "noop", "arguments": {} })),
    )
    .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_does_not_fit_is_judged_by_the_protocol_layer() {
    let folder = Folder::new().guest("noop", &Grant::of(&["noop"]).gives("log = true"));
    let host = host_with(folder.path(), "").await;
    let member = token(&host, "member").await;
    let good = call(json!(1), json!({ "name": "noop", "arguments": {} }));
    let ask = || Ask::modern_body(&member, &good);
    for (ask, status) in [
        (ask().header("mcp-name", "other"), StatusCode::BAD_REQUEST),
        (ask().header("mcp-method", "tools/list"), StatusCode::BAD_REQUEST),
        (ask().without("mcp-name"), StatusCode::BAD_REQUEST),
        (
            ask().header("mcp-protocol-version", "2025-11-25"),
            StatusCode::BAD_REQUEST,
        ),
        (ask().header_too("mcp-method", "tools/call"), StatusCode::BAD_REQUEST),
        (ask().header("accept", "application/json"), StatusCode::NOT_ACCEPTABLE),
        (
            ask().header("content-type", "text/plain"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ] {
        let answer = ask.to(&host).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let without_meta = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "noop" } });
    Ask::modern_body(&member, &without_meta)
        .to(&host)
        .await
        .assert_error(StatusCode::BAD_REQUEST, -32602);
}
