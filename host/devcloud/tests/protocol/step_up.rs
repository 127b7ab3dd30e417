//! Claims challenges: what a resource or a policy demands, and what meets it.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{GRAPH, Running, assert_entra_refusal, returned, with};

#[tokio::test]
async fn a_sign_in_that_answers_the_challenge_satisfies_multi_factor_authentication() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let refused = async |assertion: &Value| {
        let form = cloud.exchange(assertion.as_str().unwrap()).await;
        cloud.token(&form).await
    };
    let tokens = cloud.sign_in(&client_id, "mfa").await;
    let (_, body) = refused(&tokens["access_token"]).await;
    let claims = body["claims"].as_str().unwrap().to_owned();
    assert_eq!(
        claims,
        r#"{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}"#
    );
    // The same sign-in doesn't turn into a better one by being refreshed.
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &client_id),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("claims", &claims),
    ];
    assert_entra_refusal(
        &cloud.token(&form).await.1,
        "interaction_required",
        50076,
        &["suberror", "claims"],
    );

    let url = cloud.request_with(&client_id, &[("login_hint", "mfa"), ("claims", &claims)]);
    let code = returned(&cloud.http.get(url).send().await.unwrap())["code"].clone();
    let (_, tokens) = cloud.token(&cloud.redemption(&client_id, &code)).await;
    assert_eq!(
        cloud.access_claims(&tokens["access_token"]).await["acrs"],
        json!(["c1"])
    );
    assert_eq!(refused(&tokens["access_token"]).await.0, StatusCode::OK);
    let (_, fresh) = cloud.refresh(&client_id, &tokens["refresh_token"]).await;
    assert_eq!(refused(&fresh["access_token"]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_resources_demand_is_passed_on_until_the_caller_has_met_it() {
    let cloud = Running::start().await;
    let demand = r#"{"access_token":{"acrs":{"essential":true,"value":"c7"}}}"#;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = with(&cloud.exchange(&assertion).await, &[("claims", demand)]);
    let (_, body) = cloud.token(&form).await;
    assert_entra_refusal(&body, "interaction_required", 50076, &["suberror", "claims"]);
    assert_eq!(body["claims"], demand);

    let assertion = cloud
        .mint(json!({ "persona": "member", "claims": { "acrs": ["c7"] } }))
        .await;
    let (status, answer) = cloud.token(&with(&form, &[("assertion", &assertion)])).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let claims = cloud.verify(&answer["access_token"], GRAPH).await.unwrap();
    assert_eq!(claims["acrs"], json!(["c7"]));

    // A demand for a younger token is met by a new one.
    let younger = r#"{"access_token":{"nbf":{"essential":true,"value":"1796000000"}}}"#;
    assert_eq!(
        cloud.token(&with(&form, &[("claims", younger)])).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_client_that_handles_challenges_gets_long_lived_tokens_of_graph_alone() {
    let cloud = Running::start().await;
    let capable = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = with(&cloud.exchange(&assertion).await, &[("claims", capable)]);
    let (_, answer) = cloud.token(&form).await;
    let lifetime = answer["expires_in"].as_i64().unwrap();
    assert!((72_000..=100_800).contains(&lifetime), "{lifetime}");
    assert_eq!(answer["refresh_in"], lifetime / 2);
    let (_, answer) = cloud.token(&with(&form, &[("scope", &cloud.at.ledger_scope())])).await;
    assert!(answer["expires_in"].as_i64().unwrap() <= 5400 && answer.get("refresh_in").is_none());

    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("login_hint", "member"), ("claims", capable)]);
    let code = returned(&cloud.http.get(url).send().await.unwrap())["code"].clone();
    let (_, tokens) = cloud.token(&cloud.redemption(&client_id, &code)).await;
    let claims = cloud.access_claims(&tokens["access_token"]).await;
    assert_eq!(claims["xms_cc"], json!(["cp1"]));
    assert!(!claims.contains_key("acrs"), "a capability is no step-up");
}
