//! A host that was stopped and is started again over the same data.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::Host;

use super::browser::{Found, Visitor, get_json};
use crate::protocol::stage::{host, start_again};
use crate::protocol::wire::{Ask, names};

/// The ids of the keys that tokens are signed with.
async fn key_ids(host: &Host) -> BTreeSet<String> {
    let keys = get_json(host, host.description()["jwks_uri"].as_str().unwrap()).await;
    keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn list(host: &Host, tokens: &Value) -> Value {
    let answer = Ask::modern(tokens["access_token"].as_str().unwrap(), "tools/list", json!({}))
        .to(host)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.result()
}

#[tokio::test]
async fn a_client_stays_signed_in_when_the_host_is_started_again() {
    let before = host().await;
    let mut visitor = Visitor::registered(&before).await;
    let tokens = visitor.sign_in("member").await;
    let keys = key_ids(&before).await;
    visitor.issued.assert_never_said_by(&before);
    before.terminate();
    let (status, data) = before.ended().await;
    assert!(status.success(), "a host that is told to stop ends well: {status}");

    // It listens elsewhere now, so the client looks around again; what it holds is what it got before.
    let after = start_again(data).await;
    visitor.found = Found::of(&after).await;
    let (status, refreshed) = visitor.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{refreshed}");
    assert_eq!(
        names(&list(&after, &refreshed).await),
        ["add_user_expense", "get_user_expenses"]
    );
    assert_eq!(
        key_ids(&after).await,
        keys,
        "tokens of before are still signed by a published key"
    );
    let again = visitor.sign_in("admin").await;
    assert_eq!(
        names(&list(&after, &again).await).len(),
        3,
        "the registration is still known"
    );
    visitor.issued.assert_never_said_by(&after);
}
