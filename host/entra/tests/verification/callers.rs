//! What a verified token becomes.

use serde_json::json;
use usher_entra::CallerKind;

use crate::support::{ALICE, CLIENT, TENANT, Tenant, Token};

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
