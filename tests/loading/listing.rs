//! Components that fail when they are asked for their tools.

use usher_tests::{Stage, described};

use super::{Grant, guest, refused};

#[tokio::test]
async fn a_component_that_traps_is_refused() {
    refused("list-traps", &guest("list-traps"), &Grant::of(&["any"])).await;
}

/// Takes the ten seconds that a component has for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_never_answers_is_refused() {
    refused("list-loops", &guest("list-loops"), &Grant::of(&["any"])).await;
}

#[tokio::test]
async fn a_component_that_describes_itself_by_who_asks_is_refused() {
    let grant = Grant::of(&["list_asks_identity"]).gives("identity = true");
    refused("list-asks-identity", &guest("list-asks-identity"), &grant).await;
}

#[tokio::test]
async fn a_component_without_tools_is_refused() {
    refused("lists-nothing", &guest("lists-nothing"), &Grant::of(&["any"])).await;
}

#[tokio::test]
async fn a_component_with_more_tables_than_its_grant_gives_is_refused() {
    let grant = Grant::of(&["described"]).limit("table-elements = 1");
    let setting = Stage::setting()
        .file("bad.wasm", &described(&[]))
        .file("bad.grant.toml", grant.text().as_bytes());
    let refusal = setting.open().await.refusal("bad.wasm");
    // No golden file: it says how many elements there are, which differs from build to build.
    assert!(refusal.contains("exceeds table limits"), "{refusal}");
}

#[tokio::test]
async fn a_component_of_more_instances_than_its_grant_gives_is_refused() {
    let grant = Grant::of(&["identity_echo"])
        .gives("identity = true\nlog = true")
        .limit("instances = 1");
    refused("instances", &guest("identity-echo"), &grant).await;
}
