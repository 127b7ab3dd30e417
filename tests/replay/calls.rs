//! What the author of a tool learns from one call, and why one isn't made.

use serde_json::json;
use usher_tests::{Folder, Grant};

use super::{call, call_as, expenses, said};

fn lunch() -> serde_json::Value {
    json!({ "date": "2026-11-20", "amount": 12.5, "category": "food", "description": "Lunch", "payment_method": "visa" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_says_what_it_asked_of_the_host_and_what_it_took() {
    let called = said(call_as("member", &expenses(), "add_user_expense", &lunch()).arg("--json"))
        .await
        .fine();
    assert_eq!(called["ended"], "answered");
    assert!(called["result"]["structuredContent"]["id"].is_string(), "{called}");
    let used = &called["host-calls"][0];
    assert_eq!(
        (&used["function"], &used["times"]),
        (&json!("my-documents-write.create"), &json!(1))
    );
    for number in ["load-milliseconds", "call-milliseconds", "memory-bytes", "instructions"] {
        assert!(called[number].as_f64().unwrap() > 0.0, "{number}: {called}");
    }
    let shown = said(&mut call_as("member", &expenses(), "get_user_expenses", &json!({}))).await;
    assert_eq!(shown.code, 0, "{}", shown.err);
    for part in [
        "\"expenses\": []",
        "called by member: answered",
        "my-documents.query",
        "instructions",
    ] {
        assert!(shown.out.contains(part), "{part}:\n{}", shown.out);
    }
    let widest = shown.out.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 80, "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_kept_where_they_are_told_to_be_and_stay_the_persons_own() {
    let data = tempfile::tempdir().unwrap();
    let list = async |persona| {
        let mut command = call_as(persona, &expenses(), "get_user_expenses", &json!({}));
        let called = said(command.arg("--json").arg("--data").arg(data.path())).await.fine();
        called["result"]["structuredContent"]["expenses"]
            .as_array()
            .unwrap()
            .len()
    };
    let mut add = call_as("member", &expenses(), "add_user_expense", &lunch());
    said(add.arg("--json").arg("--data").arg(data.path())).await.fine();
    assert_eq!((list("member").await, list("member-2").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_call_a_tool_is_told_by_which_rule() {
    let denied = said(&mut call_as("member", &expenses(), "get_expense_stats", &json!({}))).await;
    assert_eq!((denied.code, denied.out.as_str()), (1, ""));
    for part in [
        "member may not call get_expense_stats",
        "group = \"usher-admins\"",
        "not in usher-admins",
    ] {
        assert!(denied.err.contains(part), "{part}:\n{}", denied.err);
    }
    let denied = said(call_as("member", &expenses(), "get_expense_stats", &json!({})).arg("--json")).await;
    assert_eq!((denied.code, &denied.json()["ended"]), (1, &json!("denied")));
    let allowed = said(call_as("admin", &expenses(), "get_expense_stats", &json!({})).arg("--json"))
        .await
        .fine();
    assert_eq!(allowed["result"]["structuredContent"], json!({ "categories": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reason_not_to_run_has_a_word_of_its_own() {
    let no_grant = tempfile::tempdir().unwrap();
    let alone = no_grant.path().join("expenses.wasm");
    std::fs::copy(expenses(), &alone).unwrap();
    let none = json!({});
    for (mut command, word, part) in [
        (
            call_as("member", &expenses(), "get_user_expenses", &json!({ "limit": 0 })),
            "bad-arguments",
            "limit",
        ),
        (
            call_as("member", &expenses(), "nothing", &none),
            "unknown-tool",
            "get_user_expenses",
        ),
        (
            call_as("unscoped", &expenses(), "get_user_expenses", &none),
            "sign-in-refused",
            "unscoped",
        ),
        (
            call_as("member", &alone, "get_user_expenses", &none),
            "not-loaded",
            "usher grant",
        ),
    ] {
        let stopped = said(command.arg("--json")).await;
        assert_eq!(stopped.code, 1, "{word}: {}", stopped.out);
        let stopped = stopped.json();
        assert_eq!(stopped["ended"], word);
        assert!(stopped["why"].as_str().unwrap().contains(part), "{part}: {stopped}");
    }
    let usage = said(call(&expenses()).args(["get_user_expenses", "--as", "member", "--args", "[1]"])).await;
    assert_eq!(usage.code, 2, "{}", usage.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_never_returns_ends_at_its_deadline() {
    let folder = Folder::new().guest("tight-loop", &Grant::of(&["tight_loop"]).limit("deadline-ms = 300"));
    let component = folder.path().join("tight-loop.wasm");
    let stopped = said(call_as("member", &component, "tight_loop", &json!({})).arg("--json")).await;
    assert_eq!(stopped.code, 1, "{}", stopped.out);
    let stopped = stopped.json();
    assert_eq!(
        (&stopped["ended"], &stopped["fault"]),
        (&json!("fault"), &json!("deadline"))
    );
    assert!(
        stopped["detail"].as_str().unwrap().contains("limits.deadline-ms"),
        "{stopped}"
    );
}
