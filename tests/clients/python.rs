//! The official Python client (`mcp` on PyPI), in both eras.

use serde_json::{Value, json};
use usher_tests::{Host, python};

use crate::protocol::stage::{host, token};
use crate::protocol::wire::{LEGACY, structured, text};
use crate::sign_in::issued::Issued;

/// The client's modes, and the revision that each must come to.
const ERAS: [(&str, &str); 2] = [("auto", usher_tests::mcp::VERSION), ("legacy", LEGACY)];

/// What a script of this folder prints.
async fn told(script: &str, arguments: &[&str]) -> Value {
    python::said(&format!("clients/{script}"), |command| {
        command.args(arguments);
    })
    .await
}

/// What every client is told by the tools that everybody has.
#[track_caller]
fn assert_served(told: &Value, revision: &str) {
    assert_eq!(told["revision"], revision);
    assert_eq!(told["server"], "usher");
    assert!(
        structured(&told["added"])["id"]
            .as_str()
            .is_some_and(|id| !id.is_empty()),
        "{told:#}"
    );
    assert_eq!(told["refused"]["isError"], true);
    assert!(text(&told["refused"]).starts_with("amount: "), "{told:#}");
    let expense = json!({
        "date": "2026-11-22", "amount": 12.5, "category": "food", "description": "Lunch", "payment_method": "visa",
    });
    assert_eq!(structured(&told["own"])["expenses"], json!([expense]));
    assert_eq!(
        told["unknown"]["error"],
        json!({ "code": -32602, "message": "Unknown tool: no_such_tool" })
    );
}

#[track_caller]
fn assert_members_view(told: &Value) {
    assert_eq!(told["tools"], json!(["add_user_expense", "get_user_expenses"]));
    assert_eq!(
        told["stats"]["error"],
        json!({ "code": -32602, "message": "Unknown tool: get_expense_stats" })
    );
}

#[track_caller]
fn assert_admins_view(told: &Value) {
    assert_eq!(
        told["tools"],
        json!(["add_user_expense", "get_expense_stats", "get_user_expenses"])
    );
    assert_eq!(
        structured(&told["stats"])["categories"],
        json!([{ "category": "food", "count": 1, "total": 12.5 }])
    );
}

#[tokio::test]
async fn a_member_uses_the_tools_in_both_eras_and_never_sees_the_statistics() {
    for (mode, revision) in ERAS {
        let host = host().await;
        let told = told("call_tools.py", &[host.mcp(), mode, &token(&host, "member").await]).await;
        assert_served(&told, revision);
        assert_members_view(&told);
    }
}

#[tokio::test]
async fn an_admin_uses_the_tools_in_both_eras_and_the_statistics_too() {
    for (mode, revision) in ERAS {
        let host = host().await;
        let told = told("call_tools.py", &[host.mcp(), mode, &token(&host, "admin").await]).await;
        assert_served(&told, revision);
        assert_admins_view(&told);
    }
}

/// Signs in through the page, which the script answers as a person would.
async fn signed_in(host: &Host, mode: &str, persona: &str) -> Value {
    let told = told("sign_in.py", &[host.mcp(), mode, persona]).await;
    assert_eq!(told["visits"], 1, "one visit to the sign-in page is enough");
    let mut issued = Issued::default();
    for token in told["tokens"].as_array().unwrap() {
        issued.keep(token);
    }
    issued.assert_never_said_by(host);
    told
}

#[tokio::test]
async fn the_clients_own_sign_in_gets_from_the_url_to_the_tools_in_both_eras() {
    for (mode, revision) in ERAS {
        let host = host().await;
        let told = signed_in(&host, mode, "member").await;
        assert_served(&told, revision);
        assert_members_view(&told);
    }
}

#[tokio::test]
async fn an_admin_who_signs_in_by_the_client_gets_the_statistics() {
    let host = host().await;
    let told = signed_in(&host, "auto", "admin").await;
    assert_served(&told, usher_tests::mcp::VERSION);
    assert_admins_view(&told);
}

/// The official client steps up by itself: what VS Code does without a page, it does with one.
#[tokio::test]
async fn a_client_that_lacks_a_scope_gets_it_by_its_own_step_up_in_both_eras() {
    for (mode, _) in ERAS {
        let host = crate::step_up::host().await;
        let told = told(
            "step_up.py",
            &[host.mcp(), mode, "member", "get", "{\"path\": \"/me\"}"],
        )
        .await;
        assert!(told["tools"].as_array().unwrap().contains(&json!("get")), "{told:#}");
        for call in ["called", "called_again"] {
            assert_eq!(structured(&told[call])["answer"]["status"], 200, "{told:#}");
        }
        assert_eq!(told["visits"], 2, "once to sign in, once for the wider scope: {told:#}");
        let wide = format!("{}/Other.Read", host.mcp());
        let has = |scope: &Value| scope.as_str().unwrap().contains(&wide);
        assert!(!has(&told["scope_before"]) && has(&told["scope_after"]), "{told:#}");
    }
}
