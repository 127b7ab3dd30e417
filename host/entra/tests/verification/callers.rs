//! What a verified token becomes.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use usher_entra::CallerKind;

use crate::support::{ALICE, CLIENT, TENANT, Tenant, Token, bearer};

#[tokio::test]
async fn a_users_token_becomes_its_user() {
    let tenant = Tenant::start().await;
    let token = Token::user()
        .with("scp", json!("user_impersonation other"))
        .with("roles", json!(["Expenses.Admin"]));
    let caller = tenant.verify(&token.sign()).await.unwrap();
    assert_eq!(caller.kind(), CallerKind::User);
    assert_eq!(caller.tenant_id(), TENANT);
    assert_eq!(caller.object_id(), ALICE);
    assert_eq!(caller.display_name(), Some("Alice"));
    assert_eq!(caller.username(), Some("alice@contoso.example"));
    assert_eq!(caller.scopes(), ["user_impersonation", "other"]);
    assert_eq!(caller.roles(), ["Expenses.Admin"]);
    assert_eq!(caller.client_id(), CLIENT);
    assert_eq!(caller.token_id(), Some("3f2AbC-token_id"));
    assert_eq!(caller.expires_at(), 1_796_003_600);
    assert!(caller.has_scope("other") && !caller.has_scope("othe"));
    assert!(caller.has_role("Expenses.Admin") && !caller.has_role("expenses.admin"));
}

#[tokio::test]
async fn an_app_only_token_becomes_an_application_without_names_and_scopes() {
    let tenant = Tenant::with_settings(|s| s.application_roles = vec!["Expenses.Read.All".to_owned()]).await;
    let caller = tenant.verify(&Token::application().sign()).await.unwrap();
    assert_eq!(caller.kind(), CallerKind::Application);
    assert_eq!((caller.display_name(), caller.username()), (None, None));
    assert!(caller.scopes().is_empty());
    assert!(caller.has_role("Expenses.Read.All"));
}

#[tokio::test]
async fn one_user_has_one_key_however_the_ids_are_spelt() {
    let tenant = Tenant::start().await;
    let plain = tenant.verify(&Token::user().sign()).await.unwrap();
    let shouted = tenant
        .verify(&Token::user().with("oid", json!(ALICE.to_uppercase())).sign())
        .await
        .unwrap();
    assert_eq!(plain.key(), shouted.key());
    assert_eq!(plain.object_id(), shouted.object_id());
    let other = Token::user().with("oid", json!("b0b00000-0000-4000-8000-000000000002"));
    assert_ne!(plain.key(), tenant.verify(&other.sign()).await.unwrap().key());
}

#[tokio::test]
async fn a_caller_travels_with_the_token_that_proved_it() {
    let tenant = Tenant::start().await;
    let token = Token::user().sign();
    for _ in ["verified", "from the cache"] {
        let signed_in = tenant.verifier.verify(bearer(&token)).await.unwrap();
        assert_eq!(signed_in.caller().object_id(), ALICE);
        let assertion = signed_in.assertion();
        assert_eq!(assertion.sha256(), digest(&SHA256, token.as_bytes()).as_ref());
        assert_eq!(assertion.tenant().to_string(), TENANT);
        assert_eq!(assertion.expires_at(), 1_796_003_600);
        assert!(!format!("{signed_in:?}").contains(&token));
    }
}

#[tokio::test]
async fn a_client_handles_claims_challenges_if_its_token_says_so_and_it_is_not_vs_code() {
    let tenant = Tenant::start().await;
    let other_client = Token::user().with("azp", json!("04b07795-8ddb-461a-bbee-02f9e1bf7b46"));
    for (token, expected) in [
        (other_client.clone().with("xms_cc", json!(["cp1"])), true),
        (other_client.clone().with("xms_cc", json!(["other", "cp1"])), true),
        (other_client.clone(), false),
        (other_client.clone().with("xms_cc", json!(["CP1"])), false),
        (other_client.with("xms_cc", json!("cp1")), false),
        (Token::user().with("xms_cc", json!(["cp1"])), false),
    ] {
        let caller = tenant.verify(&token.sign()).await.unwrap();
        assert_eq!(caller.handles_claims_challenges(), expected);
    }
}

#[tokio::test]
async fn debug_prints_the_four_ids_and_nothing_else() {
    let tenant = Tenant::start().await;
    let printed = format!("{:?}", tenant.verify(&Token::user().sign()).await.unwrap());
    let ids = ["tid", "oid", "azp", "uti"]
        .into_iter()
        .zip([TENANT, ALICE, CLIENT, "3f2AbC-token_id"]);
    for (name, id) in ids {
        assert!(printed.contains(name) && printed.contains(id), "{printed}");
    }
    for hidden in ["Alice", "contoso", "user_impersonation", "1796003600"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}
