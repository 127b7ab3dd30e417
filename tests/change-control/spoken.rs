//! A component with one tool: what it says of itself and what it does are a test's choice. And the operator's commands.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use usher_tests::host::{self, run};
use usher_tests::{Grant, Slot, described};

use crate::reload::shelf::{Served, Shelf};

/// The component's name, and its tool's.
pub(super) const NAME: &str = "spoken";

/// The component: its tool's description, and the number that it answers with.
pub(super) fn spoken(description: &str, code: u64) -> Vec<u8> {
    described(&[
        (Slot::Name, NAME),
        (Slot::Description, description),
        (Slot::Answer, &json!({ "code": code }).to_string()),
    ])
}

/// Its grant.
pub(super) fn grant() -> Grant {
    Grant::of(&[NAME])
}

/// A shelf with the component on it.
pub(super) fn shelf_with(component: &[u8]) -> Shelf {
    let shelf = Shelf::new();
    shelf.replace(&format!("{NAME}.grant.toml"), grant().text().as_bytes());
    put(&shelf, component);
    shelf
}

/// Puts the component in the place of the one that is there.
pub(super) fn put(shelf: &Shelf, component: &[u8]) {
    shelf.replace(&format!("{NAME}.wasm"), component);
}

/// Calls the tool: the number that it answers with.
pub(super) async fn code(served: &Served) -> u64 {
    let answer = served
        .host
        .client()
        .call(&served.token, NAME, &json!({}))
        .await
        .unwrap();
    code_of(&answer)
}

/// The number in an answer.
pub(super) fn code_of(answer: &Value) -> u64 {
    answer["result"]["structuredContent"]["code"]
        .as_u64()
        .unwrap_or_else(|| panic!("the call failed: {answer}"))
}

/// Runs `usher COMMAND … --data DATA`.
pub(super) async fn operator(data: &Path, arguments: &[&str]) -> Output {
    run(host::usher().args(arguments).arg("--data").arg(data)).await
}

/// The same, and it must end well. Gives what it printed.
pub(super) async fn operator_may(data: &Path, arguments: &[&str]) -> String {
    let output = operator(data, arguments).await;
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out
}

/// The same, and it must fail. Gives all that it said.
pub(super) async fn operator_may_not(data: &Path, arguments: &[&str]) -> String {
    let output = operator(data, arguments).await;
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
