//! MCP Inspector's command line, in both eras.

use std::process::{Command, Output};

use serde_json::{Value, json};
use usher_tests::host::run;
use usher_tests::{Host, built};

use crate::protocol::stage::{host, token};
use crate::protocol::wire::{names, structured};

const ERAS: [&str; 2] = ["modern", "legacy"];

/// Runs MCP Inspector with a bearer token.
async fn inspector(host: &Host, era: &str, persona: &str, arguments: &[&str]) -> Output {
    let bearer = format!("Authorization: Bearer {}", token(host, persona).await);
    let mut command = Command::new(built::named("USHER_TEST_NODE"));
    command
        .arg(built::named("USHER_TEST_INSPECTOR"))
        .args([
            "--cli",
            host.mcp(),
            "--transport",
            "http",
            "--protocol-era",
            era,
            "--format",
            "json",
        ])
        .args(["--header", &bearer])
        .args(arguments)
        // Where it would keep a catalog of servers.
        .env("HOME", host.data().path());
    run(&mut command).await
}

/// What it says of an answer.
#[track_caller]
fn result(output: &Output) -> Value {
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "MCP Inspector failed ({}):\n{complained}\n{said}",
        output.status
    );
    let said: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("no JSON ({error}): {said}\n{complained}"));
    said["result"].clone()
}

#[tokio::test]
async fn the_list_of_tools_has_no_schema_that_strict_clients_refuse() {
    let host = host().await;
    for era in ERAS {
        // With --strict, it fails if one has.
        let listed = result(&inspector(&host, era, "member", &["--method", "tools/list", "--strict"]).await);
        assert_eq!(names(&listed), ["add_user_expense", "get_user_expenses"], "{era}");
        let listed = result(&inspector(&host, era, "admin", &["--method", "tools/list", "--strict"]).await);
        assert_eq!(
            names(&listed),
            ["add_user_expense", "get_expense_stats", "get_user_expenses"],
            "{era}"
        );
    }
}

#[tokio::test]
async fn a_call_is_answered_in_both_eras() {
    for era in ERAS {
        let host = host().await;
        let call = ["--method", "tools/call", "--tool-name"];
        let add = [
            "add_user_expense",
            "--tool-arg",
            "date=2026-11-22",
            "amount=12.5",
            "category=food",
            "description=Lunch",
            "payment_method=visa",
        ];
        let added = result(&inspector(&host, era, "member", &[&call[..], &add[..]].concat()).await);
        assert!(structured(&added)["id"].is_string(), "{era}: {added}");
        let own = result(&inspector(&host, era, "member", &[&call[..], &["get_user_expenses"]].concat()).await);
        assert_eq!(
            structured(&own)["expenses"][0]["description"],
            json!("Lunch"),
            "{era}: {own}"
        );
    }
}

#[tokio::test]
async fn a_call_of_a_tool_that_the_caller_may_not_see_fails_in_both_eras() {
    let host = host().await;
    for era in ERAS {
        let call = ["--method", "tools/call", "--tool-name", "get_expense_stats"];
        let output = inspector(&host, era, "member", &call).await;
        assert!(
            !output.status.success(),
            "{era}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}
