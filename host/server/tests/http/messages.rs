//! Bodies that are no message, and what the protocol layer would say in plain text.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{ALICE, Ask, Host, Plan};

#[tokio::test]
async fn text_that_is_no_json_is_a_parse_error() {
    let host = Host::start().await;
    for body in [
        "",
        "no json",
        "{\"jsonrpc\":\"2.0\",",
        "{\"jsonrpc\":\"2.0\",\"id\":NaN}",
    ] {
        let answer = Ask::post(ALICE, body).to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, -32700),
            "{body}"
        );
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["id"], json!(null));
    }
}

#[tokio::test]
async fn a_batch_is_refused_and_said_to_be_one() {
    let body =
        json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }, { "jsonrpc": "2.0", "id": 2, "method": "ping" }]);
    let answer = Ask::post(ALICE, body.to_string()).to(&Host::start().await).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32600));
    assert!(answer.body.contains("batch"));
}

#[tokio::test]
async fn json_that_is_no_message_is_an_invalid_request() {
    let host = Host::start().await;
    for body in [
        r#"{"id":5}"#,
        r#"{"jsonrpc":"1.0","id":5,"method":"ping"}"#,
        "5",
        "null",
        r#""x""#,
    ] {
        let answer = Ask::post(ALICE, body).to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, -32600),
            "{body}"
        );
    }
    assert_eq!(Ask::post(ALICE, r#"{"id":5}"#).to(&host).await.json()["id"], 5);
}

#[tokio::test]
async fn wrong_media_types_are_said_in_json_rpc() {
    let host = Host::start().await;
    let list = || Ask::modern(ALICE, "tools/list", json!({}));
    let answer = list().header("content-type", "text/plain").to(&host).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, -32600)
    );
    let answer = list().header("accept", "application/json").to(&host).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_ACCEPTABLE, -32600));
    let answer = list().method(Method::PUT).to(&host).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, -32600));
}

#[tokio::test]
async fn errors_when_the_body_is_over_the_limit() {
    let mut plan = Plan::new();
    plan.settings.max_body_bytes = 1_000;
    let host = plan.make().await;
    let answer = Ask::modern(ALICE, "tools/list", json!({ "padding": "x".repeat(1_000) }))
        .to(&host)
        .await;
    assert_eq!((answer.status, answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, -32600));
    assert_eq!(
        Ask::modern(ALICE, "tools/list", json!({})).to(&host).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_read_by_default() {
    let params = json!({ "name": "nope", "arguments": { "description": "x".repeat(10 << 20) } });
    let answer = Ask::modern(ALICE, "tools/call", params).to(&Host::start().await).await;
    assert_eq!(answer.json()["error"]["message"], "Unknown tool: nope");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_failure_of_the_server() {
    let host = Host::start().await;
    let mut request = Ask::modern(ALICE, "tools/list", json!({})).request();
    let pieces = [Ok("{"), Err(std::io::Error::other("gone"))];
    *request.body_mut() = Body::from_stream(futures_util::stream::iter(pieces));
    let answer = host.send(request).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32600));
}
