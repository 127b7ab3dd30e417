//! Components that import more than they may.

use super::{Grant, guest, refused};

#[tokio::test]
async fn an_import_that_the_grant_does_not_give_is_refused_with_the_line_that_would() {
    refused(
        "not-granted",
        &guest("two-tools"),
        &Grant::of(&["reads_own"]).gives("log = true"),
    )
    .await;
}

#[tokio::test]
async fn a_capability_that_is_switched_off_is_not_given() {
    let grant = Grant::of(&["identity_echo"]).gives("identity = false\nlog = true");
    refused("switched-off", &guest("identity-echo"), &grant).await;
}

#[tokio::test]
async fn an_import_that_this_host_does_not_offer_is_refused() {
    refused(
        "not-offered",
        &guest("imports-notifications"),
        &Grant::of(&["imports_notifications"]),
    )
    .await;
}
