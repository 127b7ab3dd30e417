//! What a component is told: who calls, and the settings of its own grant.

use std::sync::Arc;

use serde_json::json;
use usher_entra::Caller;
use usher_tests::callers::SCOPE;
use usher_tests::{Grant, Stage, callers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_is_told_its_own_caller() {
    let stage = Arc::new(
        Stage::with(
            "identity-echo",
            &Grant::of(&["identity_echo"]).gives("identity = true\nlog = true"),
        )
        .await,
    );
    let people = (0..8).map(|number| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            let name = format!("person {number}");
            let caller = Caller::testing(&name)
                .named(&name)
                .with_username("p@contoso.com")
                .with_role("A")
                .with_scope(SCOPE);
            let caller = Arc::new(caller.build());
            let expected = json!({
                "tenant": caller.tenant_id(), "object": caller.object_id(), "kind": "CallerKind::User",
                "display_name": name, "username": "p@contoso.com", "roles": ["A"], "scopes": [SCOPE],
            });
            for _ in 0..20 {
                assert_eq!(stage.structured(&caller, "identity_echo", json!({})).await, expected);
            }
        })
    });
    for person in people.collect::<Vec<_>>() {
        person.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_is_the_one_of_the_grant_or_none() {
    let grant = Grant::of(&["config_echo"]).gives("log = true\nconfig = { currency = \"EUR\" }");
    let stage = Stage::with("config-echo", &grant).await;
    let alice = callers::alice();
    let asked = async |key: &str| stage.structured(&alice, "config_echo", json!({ "key": key })).await["value"].take();
    assert_eq!(asked("currency").await, "EUR");
    for key in ["Currency", "", "PATH", "USHER_BIN", "sha256"] {
        assert_eq!(asked(key).await, json!(null), "{key}");
    }
}
