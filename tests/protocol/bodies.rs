//! Bodies that are no message: each gets an error in JSON-RPC, whoever found the fault.

use reqwest::StatusCode;
use serde_json::json;
use usher_tests::built;

use super::stage::{host, host_with, token};
use super::wire::Ask;

#[tokio::test]
async fn text_that_is_no_json_is_a_parse_error() {
    let host = host().await;
    let token = token(&host, "member").await;
    for body in [
        "",
        " ",
        "no json",
        "{",
        "{\"jsonrpc\":\"2.0\",}",
        "\u{feff}{}",
        "{\"jsonrpc\":\"2.0\",\"id\":NaN,\"method\":\"ping\"}",
    ] {
        let answer = Ask::post(&token, body).to(&host).await;
        answer.assert_error(StatusCode::BAD_REQUEST, -32700);
        assert_eq!(answer.json()["id"], json!(null), "{body}");
    }
    let answer = Ask::post(&token, b"\xff\xfe{\"jsonrpc\"".to_vec()).to(&host).await;
    answer.assert_error(StatusCode::BAD_REQUEST, -32700);
}

#[tokio::test]
async fn a_batch_is_refused_in_both_eras() {
    let host = host().await;
    let token = token(&host, "member").await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for body in [json!([ping, ping]), json!([ping]), json!([])] {
        Ask::post(&token, body.to_string())
            .to(&host)
            .await
            .assert_error(StatusCode::BAD_REQUEST, -32600);
        let session = super::wire::Session::open(&host, &token).await;
        session
            .send(&body)
            .to(&host)
            .await
            .assert_error(StatusCode::BAD_REQUEST, -32600);
    }
}

#[tokio::test]
async fn json_that_is_no_message_is_an_invalid_request() {
    let host = host().await;
    let token = token(&host, "member").await;
    for body in [
        json!({}),
        json!(5),
        json!(null),
        json!("ping"),
        json!({ "id": 5 }),
        json!({ "jsonrpc": "1.0", "id": 5, "method": "ping" }),
        json!({ "id": 5, "method": "ping" }),
        json!({ "jsonrpc": "2.0", "id": 5, "method": 7 }),
        json!({ "jsonrpc": "2.0", "id": {}, "method": "ping" }),
        json!({ "jsonrpc": "2.0", "id": 5 }),
    ] {
        let answer = Ask::post(&token, body.to_string()).to(&host).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, -32600),
            "{body}: {answer:?}"
        );
        answer.assert_error(StatusCode::BAD_REQUEST, -32600);
    }
}

#[tokio::test]
async fn json_that_nests_without_end_is_refused_and_harms_nobody() {
    let host = host().await;
    let token = token(&host, "member").await;
    for open in ["[", "{\"a\":"] {
        let answer = Ask::post(&token, open.repeat(1_000_000)).to(&host).await;
        answer.assert_error(StatusCode::BAD_REQUEST, -32700);
    }
    let answer = Ask::modern(&token, "tools/list", json!({})).to(&host).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_says_the_limit() {
    let host = host_with(&built::tools(), "[http]\nmax-body-bytes = 1000").await;
    let token = token(&host, "member").await;
    let answer = Ask::call(&token, "get_user_expenses", &json!({ "x": "x".repeat(1000) }))
        .to(&host)
        .await;
    answer.assert_error(StatusCode::PAYLOAD_TOO_LARGE, -32600);
    assert!(answer.body.contains("1000"), "{answer:?}");
    let answer = Ask::call(&token, "get_user_expenses", &json!({})).to(&host).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_of_any_size_is_refused_unread_without_a_token() {
    let host = host_with(&built::tools(), "[http]\nmax-body-bytes = 1000").await;
    let answer = Ask::call("", "get_user_expenses", &json!({ "x": "x".repeat(1000) }))
        .without("authorization")
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
}

#[tokio::test]
async fn wrong_media_types_are_told_in_json() {
    let host = host().await;
    let token = token(&host, "member").await;
    let list = || Ask::modern(&token, "tools/list", json!({}));
    for ask in [
        list().header("content-type", "text/plain"),
        list().without("content-type"),
    ] {
        ask.to(&host)
            .await
            .assert_error(StatusCode::UNSUPPORTED_MEDIA_TYPE, -32600);
    }
    let answer = list().header("accept", "text/html").to(&host).await;
    answer.assert_error(StatusCode::NOT_ACCEPTABLE, -32600);
    let answer = list()
        .header("content-type", "application/json; charset=utf-8")
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}
