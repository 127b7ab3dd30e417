//! A tool that the caller may not see and one that isn't there are the same to the caller; and only the body says which is meant.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::stage::{host, token};
use super::wire::{Ask, Session, names};

/// A name as long as the hidden tool's, so that even the length of an answer is the same.
const UNKNOWN: &str = "get_expense_zzzzz";
const HIDDEN: &str = "get_expense_stats";

/// Parameters that are good, bad, and bad in ways that only a schema or an open question would show.
fn parameters(tool: &str) -> Vec<Value> {
    vec![
        json!({ "name": tool, "arguments": {} }),
        json!({ "name": tool }),
        json!({ "name": tool, "arguments": { "no_such_field": 1 } }),
        json!({ "name": tool, "arguments": { "category": 5 } }),
        json!({ "name": tool, "arguments": [] }),
        json!({ "name": tool, "arguments": {}, "requestState": "x" }),
        json!({ "name": tool, "arguments": {}, "_meta": { "progressToken": 1 } }),
    ]
}

#[tokio::test]
async fn in_the_newest_revision_the_answers_differ_in_the_name_alone() {
    let host = host().await;
    let member = token(&host, "member").await;
    for (hidden, unknown) in parameters(HIDDEN).into_iter().zip(parameters(UNKNOWN)) {
        let ask = |params: &Value| {
            let mut body = usher_tests::mcp::request(1, "tools/call", params.clone());
            if let Some(token) = params["_meta"].get("progressToken") {
                body["params"]["_meta"]["progressToken"] = token.clone();
            }
            Ask::modern_body(&member, &body)
        };
        let (denied, absent) = (ask(&hidden).to(&host).await, ask(&unknown).to(&host).await);
        assert_eq!(denied.status, absent.status, "{hidden}");
        assert_eq!(denied.body, absent.body.replace(UNKNOWN, HIDDEN), "{hidden}");
        let headers = |answer: &super::wire::Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("date");
            headers
        };
        assert_eq!(headers(&denied), headers(&absent), "{hidden}");
    }
    let answer = Ask::call(&member, HIDDEN, &json!({})).to(&host).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::OK, -32602),
        "a status >= 300 would end VS Code's connection"
    );
}

#[tokio::test]
async fn in_a_session_the_answers_differ_in_the_name_alone() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    for (hidden, unknown) in parameters(HIDDEN).into_iter().zip(parameters(UNKNOWN)) {
        let denied = session.ask("tools/call", hidden.clone()).to(&host).await;
        let absent = session.ask("tools/call", unknown).to(&host).await;
        assert_eq!(denied.status, absent.status, "{hidden}");
        assert_eq!(
            denied.message().to_string(),
            absent.message().to_string().replace(UNKNOWN, HIDDEN),
            "{hidden}"
        );
    }
}

#[tokio::test]
async fn a_number_that_json_cannot_carry_does_not_tell_them_apart() {
    let host = host().await;
    let member = token(&host, "member").await;
    let mut answers = Vec::new();
    for tool in [HIDDEN, UNKNOWN] {
        let body = usher_tests::mcp::call(1, tool, &json!({ "x": "NUMBER" }))
            .to_string()
            .replace("\"NUMBER\"", "NaN");
        let ask = Ask::post(&member, body).header("mcp-protocol-version", usher_tests::mcp::VERSION);
        answers.push(
            ask.header("mcp-method", "tools/call")
                .header("mcp-name", tool)
                .to(&host)
                .await,
        );
    }
    assert_eq!(answers[0].status, answers[1].status);
    assert_eq!(answers[0].body, answers[1].body.replace(UNKNOWN, HIDDEN));
}

#[tokio::test]
async fn a_header_that_lies_opens_no_hidden_tool_in_a_session() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "member").await).await;
    for (method, name) in [
        ("tools/call", "get_user_expenses"),
        ("tools/list", "get_user_expenses"),
        ("ping", HIDDEN),
    ] {
        let ask = session
            .call(HIDDEN, &json!({}))
            .header("mcp-method", method)
            .header("mcp-name", name);
        let answer = ask.to(&host).await;
        assert!(answer.message()["result"].is_null(), "{answer:?}");
        assert!(
            answer.body.contains(&format!("Unknown tool: {HIDDEN}")) || answer.status == StatusCode::BAD_REQUEST,
            "{answer:?}"
        );
    }
    // Nor does it close an open one.
    let answer = session
        .call("get_user_expenses", &json!({}))
        .header("mcp-name", HIDDEN)
        .to(&host)
        .await;
    assert!(
        answer.message()["error"].is_null() || answer.status == StatusCode::BAD_REQUEST,
        "{answer:?}"
    );
}

#[tokio::test]
async fn names_that_come_close_are_unknown_even_to_an_admin() {
    let host = host().await;
    let session = Session::open(&host, &token(&host, "admin").await).await;
    for name in [
        "GET_EXPENSE_STATS",
        "get_expense_stats ",
        "get_expense_stats\u{0}",
        "expenses/get_expense_stats",
        "",
        "get_expense_ｓtats",
    ] {
        let answer = session.call(name, &json!({})).to(&host).await;
        assert_eq!(answer.code(), -32602, "{name:?}: {answer:?}");
    }
}

#[tokio::test]
async fn the_operator_reads_who_was_denied_what_and_the_caller_does_not() {
    let host = host().await;
    let member = token(&host, "member").await;
    let answer = Ask::call(&member, HIDDEN, &json!({})).to(&host).await;
    assert!(
        !answer.body.contains("Admin") && !answer.body.to_lowercase().contains("role"),
        "{answer:?}"
    );
    let output = host.data().output();
    let line = output
        .lines()
        .find(|line| line.contains("deny") && line.contains(HIDDEN));
    let line = line.unwrap_or_else(|| panic!("no line of the audit: {output}"));
    assert!(
        line.contains("a11ce000-0000-4000-8000-000000000001"),
        "the audit names the caller: {line}"
    );
    let list = Ask::modern(&member, "tools/list", json!({})).to(&host).await;
    assert!(!names(&list.result()).contains(&HIDDEN));
}
