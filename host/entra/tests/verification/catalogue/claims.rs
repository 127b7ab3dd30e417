//! Tokens that the tenant's key signed and whose claims are wrong.

use serde_json::json;

use super::{CLIENT_REFUSED, GOOD, INVALID, SCOPE, check, check_with, user};
use crate::support::{API, CLIENT, OTHER_TENANT, TENANT, Token, second_key};

#[tokio::test]
async fn good_tokens_are_accepted() {
    check(vec![
        ("valid", user().sign(), GOOD),
        (
            "valid with second published key",
            user().named_and_signed_by(second_key()),
            GOOD,
        ),
        ("typ at+jwt", user().with_header("typ", json!("at+jwt")).sign(), GOOD),
        ("typ absent", user().without_header("typ").sign(), GOOD),
        ("aud array of us alone", user().with("aud", json!([API])).sign(), GOOD),
        ("idtyp user", user().with("idtyp", json!("user")).sign(), GOOD),
        (
            "scope among others",
            user().with("scp", json!("a user_impersonation b")).sign(),
            GOOD,
        ),
        (
            "roles of a user",
            user().with("roles", json!(["Expenses.Admin"])).sign(),
            GOOD,
        ),
        (
            "claim scope contradicting scp is ignored",
            user().with("scope", json!("other")).sign(),
            GOOD,
        ),
        (
            "groups overage is tolerated",
            user().with("_claim_names", json!({"groups": "src1"})).sign(),
            GOOD,
        ),
        ("nbf and iat absent", user().without("nbf").without("iat").sign(), GOOD),
    ])
    .await;
}

#[tokio::test]
async fn tokens_outside_their_time_are_refused() {
    check(vec![
        ("expired 60 s", user().expiring_in(-60).sign(), INVALID),
        ("expired 59 s, inside the skew", user().expiring_in(-59).sign(), GOOD),
        ("expired 5 s, inside the skew", user().expiring_in(-5).sign(), GOOD),
        ("exp missing", user().without("exp").sign(), INVALID),
        ("exp null", user().with("exp", json!(null)).sign(), INVALID),
        ("exp as string", user().with("exp", json!("1796003600")).sign(), INVALID),
        ("exp negative", user().with("exp", json!(-1)).sign(), INVALID),
        ("exp beyond all time", user().with("exp", json!(1e300)).sign(), INVALID),
        (
            "nbf one hour ahead",
            user().with("nbf", json!(1_796_003_600)).sign(),
            INVALID,
        ),
        ("nbf as string", user().with("nbf", json!("1796000000")).sign(), INVALID),
        (
            "iat one hour ahead",
            user().with("iat", json!(1_796_003_600)).sign(),
            INVALID,
        ),
        (
            "iat 61 s ahead",
            user().with("iat", json!(1_796_000_061)).sign(),
            INVALID,
        ),
        (
            "iat 60 s ahead, inside the skew",
            user().with("iat", json!(1_796_000_060)).sign(),
            GOOD,
        ),
    ])
    .await;
}

#[tokio::test]
async fn without_skew_a_token_ends_at_exp() {
    check_with(
        |settings| settings.clock_skew = std::time::Duration::ZERO,
        vec![
            ("expired 5 s", user().expiring_in(-5).sign(), INVALID),
            ("expires now", user().expiring_in(0).sign(), INVALID),
            ("expires in 1 s", user().expiring_in(1).sign(), GOOD),
            (
                "nbf 1 s ahead",
                user().with("nbf", json!(1_796_000_001)).sign(),
                INVALID,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn tokens_for_somebody_else_are_refused() {
    let graph = "00000003-0000-0000-c000-000000000000";
    let issuer = |issuer: &str| user().with("iss", json!(issuer)).sign();
    check(vec![
        (
            "aud other app",
            user().with("aud", json!("dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee")).sign(),
            INVALID,
        ),
        ("aud Graph", user().with("aud", json!(graph)).sign(), INVALID),
        (
            "aud Graph URL",
            user().with("aud", json!("https://graph.microsoft.com")).sign(),
            INVALID,
        ),
        (
            "aud array of us and another",
            user().with("aud", json!([API, graph])).sign(),
            INVALID,
        ),
        (
            "aud array of us twice",
            user().with("aud", json!([API, API])).sign(),
            INVALID,
        ),
        ("aud empty array", user().with("aud", json!([])).sign(), INVALID),
        ("aud missing", user().without("aud").sign(), INVALID),
        (
            "aud api:// with v2 issuer",
            user().with("aud", json!(format!("api://{API}"))).sign(),
            INVALID,
        ),
        ("iss foreign", issuer("https://accounts.example.com"), INVALID),
        (
            "iss trailing slash",
            issuer(&format!("https://login.microsoftonline.com/{TENANT}/v2.0/")),
            INVALID,
        ),
        (
            "iss other tenant",
            issuer(&format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")),
            INVALID,
        ),
        (
            "iss other case",
            issuer(&format!("https://LOGIN.microsoftonline.com/{TENANT}/v2.0")),
            INVALID,
        ),
        ("iss missing", user().without("iss").sign(), INVALID),
        (
            "iss ours, tid other tenant",
            user().with("tid", json!(OTHER_TENANT)).sign(),
            INVALID,
        ),
        ("tid missing", user().without("tid").sign(), INVALID),
    ])
    .await;
}

#[tokio::test]
async fn tokens_of_another_kind_are_refused() {
    let version_one = user()
        .with("ver", json!("1.0"))
        .with("iss", json!(format!("https://sts.windows.net/{TENANT}/")))
        .with("aud", json!(format!("api://{API}")))
        .with("appid", json!(CLIENT))
        .without("azp");
    let id_token = user().without("azp").without("scp").with("nonce", json!("n"));
    check(vec![
        ("id_token instead of access token", id_token.sign(), INVALID),
        (
            "id_token with roles",
            id_token.with("roles", json!(["Expenses.Admin"])).sign(),
            INVALID,
        ),
        ("v1 token", version_one.sign(), INVALID),
        (
            "ver 1.0 with v2 issuer",
            user().with("ver", json!("1.0")).sign(),
            INVALID,
        ),
        ("ver as number", user().with("ver", json!(2.0)).sign(), INVALID),
        ("ver missing", user().without("ver").sign(), INVALID),
        ("cnf present", user().with("cnf", json!({"kid": "x"})).sign(), INVALID),
        ("cnf null", user().with("cnf", json!(null)).sign(), INVALID),
        ("oid missing", user().without("oid").sign(), INVALID),
        ("oid not a GUID", user().with("oid", json!("alice")).sign(), INVALID),
        ("azp not a GUID", user().with("azp", json!("vscode")).sign(), INVALID),
        ("idtyp unknown", user().with("idtyp", json!("device")).sign(), INVALID),
    ])
    .await;
}

#[tokio::test]
async fn tokens_without_permission_are_refused() {
    check(vec![
        ("scp missing, no roles", user().without("scp").sign(), SCOPE),
        (
            "scp missing, roles",
            user().without("scp").with("roles", json!(["Expenses.Admin"])).sign(),
            SCOPE,
        ),
        ("scp wrong", user().with("scp", json!("other")).sign(), SCOPE),
        ("scp empty", user().with("scp", json!("")).sign(), SCOPE),
        (
            "scp with ours as part of a word",
            user()
                .with("scp", json!("user_impersonation2 xuser_impersonation"))
                .sign(),
            SCOPE,
        ),
        (
            "scp in other case",
            user().with("scp", json!("User_Impersonation")).sign(),
            SCOPE,
        ),
        (
            "scp wrong, claim scope right",
            user()
                .with("scp", json!("x"))
                .with("scope", json!("user_impersonation"))
                .sign(),
            SCOPE,
        ),
        (
            "scp as array",
            user().with("scp", json!(["user_impersonation"])).sign(),
            INVALID,
        ),
        (
            "roles as string",
            user().with("roles", json!("Expenses.Admin")).sign(),
            INVALID,
        ),
        ("app-only, roles, no scp", Token::application().sign(), CLIENT_REFUSED),
        (
            "app-only, no role",
            Token::application().without("roles").sign(),
            CLIENT_REFUSED,
        ),
        (
            "app-only with scp added",
            Token::application().with("scp", json!("user_impersonation")).sign(),
            INVALID,
        ),
    ])
    .await;
}

#[tokio::test]
async fn applications_are_let_in_by_a_configured_role_only() {
    check_with(
        |settings| settings.application_roles = vec!["Expenses.Read.All".to_owned()],
        vec![
            ("app-only with the role", Token::application().sign(), GOOD),
            (
                "app-only without roles",
                Token::application().without("roles").sign(),
                CLIENT_REFUSED,
            ),
            (
                "app-only with another role",
                Token::application().with("roles", json!(["Other"])).sign(),
                CLIENT_REFUSED,
            ),
            (
                "app-only with scp added",
                Token::application().with("scp", json!("user_impersonation")).sign(),
                INVALID,
            ),
            (
                "the role without idtyp",
                Token::application().without("idtyp").sign(),
                SCOPE,
            ),
            (
                "the role in a user's token without scope",
                user().without("scp").with("roles", json!(["Expenses.Read.All"])).sign(),
                SCOPE,
            ),
            (
                "app-only without oid",
                Token::application().without("oid").sign(),
                INVALID,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn clients_off_the_list_are_refused_if_there_is_a_list() {
    let other = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    let rows = |expected| {
        vec![
            ("azp on the list", user().sign(), GOOD),
            ("azp off the list", user().with("azp", json!(other)).sign(), expected),
            ("azp missing", user().without("azp").sign(), INVALID),
        ]
    };
    check_with(
        |settings| settings.allowed_clients = vec![CLIENT.to_uppercase()],
        rows(CLIENT_REFUSED),
    )
    .await;
    check(rows(GOOD)).await;
}
