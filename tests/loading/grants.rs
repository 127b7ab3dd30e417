//! Components whose grant is missing, doesn't read, or doesn't fit.

use usher_tests::{Stage, described};

use super::{Grant, guest, refused, refused_on};

#[tokio::test]
async fn a_component_without_a_grant_is_refused() {
    refused_on("no-grant", Stage::setting().file("bad.wasm", &described(&[]))).await;
}

#[tokio::test]
async fn a_grant_with_an_unknown_key_is_refused() {
    let grant = Grant::of(&["described"]).gives("my-document = { containers = [\"expenses\"] }");
    refused("unknown-key", &described(&[]), &grant).await;
}

#[tokio::test]
async fn a_grant_with_an_unknown_limit_is_refused() {
    refused(
        "unknown-limit",
        &described(&[]),
        &Grant::of(&["described"]).limit("deadline = 5000"),
    )
    .await;
}

#[tokio::test]
async fn a_grant_with_a_limit_out_of_range_is_refused() {
    refused(
        "limit-out-of-range",
        &described(&[]),
        &Grant::of(&["described"]).limit("memory-mib = 100000"),
    )
    .await;
}

#[tokio::test]
async fn a_grant_that_is_not_toml_is_refused() {
    let setting = Stage::setting()
        .file("bad.wasm", &described(&[]))
        .file("bad.grant.toml", b"[tools.described\nallow = {");
    refused_on("grant-not-toml", setting).await;
}

#[tokio::test]
async fn a_grant_that_is_not_utf_8_is_refused() {
    let setting = Stage::setting()
        .file("bad.wasm", &described(&[]))
        .file("bad.grant.toml", b"# \xff\xfe");
    refused_on("grant-not-utf-8", setting).await;
}

#[tokio::test]
async fn a_rule_that_the_host_cannot_enforce_is_refused() {
    let grant = b"[tools.described]\nallow = { group = \"11111111-1111-4111-8111-111111111111\" }\n";
    let setting = Stage::setting()
        .file("bad.wasm", &described(&[]))
        .file("bad.grant.toml", grant);
    refused_on("rule-by-group", setting).await;
}

#[tokio::test]
async fn a_grant_with_a_rule_for_a_tool_that_there_is_not_is_refused() {
    refused("no-such-tool", &described(&[]), &Grant::of(&["described", "descrybed"])).await;
}

#[tokio::test]
async fn a_grant_without_a_rule_is_refused() {
    refused("nothing-served", &described(&[]), &Grant::of(&[])).await;
}

/// The grant of a program that wants to read and write `expenses`, with other containers.
fn documents(containers: &str) -> Grant {
    Grant::of(&["read"])
        .gives("log = true")
        .gives(&format!("my-documents = {{ containers = [{containers}] }}"))
        .gives(&format!("my-documents-write = {{ containers = [{containers}] }}"))
}

#[tokio::test]
async fn a_grant_of_a_container_that_is_not_configured_is_refused() {
    refused(
        "container-not-configured",
        &guest("own-documents"),
        &documents("\"receipts\""),
    )
    .await;
}

#[tokio::test]
async fn a_tool_that_requires_a_container_which_the_grant_lacks_is_refused_with_the_line_that_would_give_it() {
    refused("requires", &guest("own-documents"), &documents("")).await;
}
