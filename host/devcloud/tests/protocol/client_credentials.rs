//! Apps for themselves.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_devcloud::{DAEMON_CLIENT_ID, STRANGER_CLIENT_ID};

use crate::support::{Running, assert_entra_error};

#[tokio::test]
async fn an_app_for_itself_gets_its_roles_and_nothing_of_a_persons() {
    let cloud = Running::start().await;
    let secret = cloud.secret().await;
    let scope = format!("{}/.default", cloud.at.mcp_url());
    let form = |client_id: &'static str| {
        [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", &secret),
            ("scope", &scope),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    for (client_id, roles) in [
        (DAEMON_CLIENT_ID, json!(["Expenses.Read.All"])),
        (STRANGER_CLIENT_ID, Value::Null),
    ] {
        let (status, answer) = cloud.token(&form(client_id)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let mut members: Vec<&String> = answer.as_object().unwrap().keys().collect();
        members.sort_unstable();
        assert_eq!(members, ["access_token", "expires_in", "ext_expires_in", "token_type"]);
        let claims = cloud.access_claims(&answer["access_token"]).await;
        assert_eq!(claims.get("roles").cloned().unwrap_or_default(), roles);
        assert_eq!((&claims["idtyp"], &claims["azpacr"]), (&json!("app"), &json!("1")));
        assert_eq!((&claims["sub"], &claims["azp"]), (&claims["oid"], &json!(client_id)));
        for absent in ["scp", "name", "preferred_username", "sid"] {
            assert!(!claims.contains_key(absent), "{absent}");
        }
    }
    for (scope, error, code) in [
        ("User.Read", "invalid_scope", 1_002_012),
        (
            "openid https://graph.microsoft.com/.default",
            "invalid_scope",
            1_002_012,
        ),
        ("https://elsewhere.example/.default", "invalid_resource", 500_011),
    ] {
        let mut form = form(DAEMON_CLIENT_ID);
        form[3].1 = scope.to_owned();
        assert_entra_error(&cloud.token(&form).await.1, error, code);
    }
    let public = cloud.register().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &public),
        ("scope", &scope),
    ];
    assert_entra_error(&cloud.token(&form).await.1, "invalid_client", 7_000_218);
}
