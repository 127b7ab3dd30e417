//! `usher check`.

use usher_tests::host::{run, usher};
use usher_tests::{Grant, built, guest};

#[tokio::test]
async fn the_projects_own_tools_pass() {
    let output = run(usher().args(["check", "--tools"]).arg(built::tools())).await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", super::said(&output));
    for tool in ["add_user_expense", "get_user_expenses", "get_expense_stats"] {
        assert!(said.contains(&format!("{tool} is served")), "{said}");
    }
}

#[tokio::test]
async fn each_bad_component_is_named_with_its_reason_and_the_exit_code_says_so() {
    let tools = tempfile::tempdir().unwrap();
    let put = |name: &str, contents: &[u8]| std::fs::write(tools.path().join(name), contents).unwrap();
    put("good.wasm", &guest("noop"));
    put(
        "good.grant.toml",
        Grant::of(&["noop"]).gives("log = true").text().as_bytes(),
    );
    put("garbage.wasm", b"garbage");
    put("garbage.grant.toml", Grant::of(&["any"]).text().as_bytes());
    put("news.wasm", &guest("imports-notifications"));
    put(
        "news.grant.toml",
        Grant::of(&["imports_notifications"]).text().as_bytes(),
    );
    put("orphan.wasm", &guest("noop"));

    let output = run(usher().args(["check", "--tools"]).arg(tools.path())).await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", super::said(&output));
    for part in [
        "noop is served, from good.wasm",
        "garbage.wasm is not served: it isn't WebAssembly",
        "news.wasm is not served: it imports what this host can't give: usher:host/notifications@0.1.0",
        "orphan.wasm is not served: there is no grant beside it",
        "1 tools served, 3 components refused",
    ] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}
