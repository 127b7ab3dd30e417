//! A folder is checked as a whole, and the exit code is for a pipeline.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use usher_tests::host::{run, usher};
use usher_tests::{Grant, built, guest};

use super::text_of;

async fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let nowhere = tempfile::tempdir().unwrap();
    let output: Output = run(usher().current_dir(nowhere.path()).arg("check").args(arguments)).await;
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn put(folder: &Path, name: &str, grant: &Grant) {
    std::fs::write(folder.join(format!("{name}.wasm")), guest("noop")).unwrap();
    std::fs::write(folder.join(format!("{name}.grant.toml")), grant.text()).unwrap();
}

#[tokio::test]
async fn each_component_is_told_with_its_worst_and_with_who_may_call() {
    let tools = text_of(&built::tools());
    let (code, said) = check(&[&tools]).await;
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "expenses.wasm, revision ",
        "at worst: ",
        "get_expense_stats is served, from expenses.wasm, to members of the group",
        "no sha256 in their grants",
    ] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
    let (code, said) = check(&[&tools, "--tools", &tools]).await;
    assert_eq!(code, Some(2), "the folder twice is a mistake of usage: {said}");
}

#[tokio::test]
async fn warnings_fail_only_if_they_are_to() {
    let folder = tempfile::tempdir().unwrap();
    let wide = Grant::of(&["noop"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"notes\"] }");
    put(folder.path(), "noop", &wide);
    let tools = text_of(folder.path());
    let (code, said) = check(&[&tools]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("warning: the grant gives more than is needed: my-documents"),
        "{said}"
    );
    assert_eq!(check(&[&tools, "--strict"]).await.0, Some(1));
}

#[tokio::test]
async fn everybodys_items_behind_a_mere_scope_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let grant = std::fs::read_to_string(built::tools().join("expenses.grant.toml")).unwrap();
    let open = grant.replace("group = \"usher-admins\"", "scope = \"user_impersonation\"");
    assert_ne!(open, grant);
    std::fs::copy(
        built::tools().join("expenses.wasm"),
        folder.path().join("expenses.wasm"),
    )
    .unwrap();
    std::fs::write(folder.path().join("expenses.grant.toml"), open).unwrap();
    let (_, said) = check(&[&text_of(folder.path())]).await;
    assert!(
        said.contains(
            "get_expense_stats reads what everybody has stored, and is for callers whose client was given the scope"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn a_program_reads_the_same_as_json() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "good", &Grant::of(&["noop"]).gives("log = true"));
    std::fs::write(folder.path().join("orphan.wasm"), guest("noop")).unwrap();
    let (code, said) = check(&[&text_of(folder.path()), "--json"]).await;
    assert_eq!(code, Some(1), "{said}");
    let findings: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&findings["tools_served"], &findings["refused"]),
        (&1.into(), &1.into())
    );
    let good = &findings["components"][0];
    assert_eq!((&good["file"], &good["served"]), (&"good.wasm".into(), &true.into()));
    assert_eq!(good["tools"][0]["name"], "noop");
    let reason = findings["components"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("there is no grant beside it"), "{reason}");
}
