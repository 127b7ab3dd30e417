//! The whole way of a sign-in, and what the tokens at its end say.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Map, Value};
use usher_devcloud::{API_CLIENT_ID, PERSONAS, TENANT_ID};

use crate::support::{MCP, REDIRECT, Running, returned};

fn names(claims: &Map<String, Value>) -> BTreeSet<&str> {
    claims.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_person_signs_in_through_the_form() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("nonce", "n-1")]);

    let response = cloud.http.get(&url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("form-action 'self' http: https: "), "{policy}");
    let page = response.text().await.unwrap();
    for persona in PERSONAS {
        assert!(
            page.contains(&format!("name=\"persona\" value=\"{}\"", persona.name)),
            "{}",
            persona.name
        );
    }
    assert!(page.contains("Tests") && page.contains(REDIRECT) && page.contains(&cloud.at.scope()));

    let response = cloud
        .http
        .post(&url)
        .form(&[("persona", "admin")])
        .send()
        .await
        .unwrap();
    let answer = returned(&response);
    assert_eq!(answer["state"], "a state & more");
    let (status, tokens) = cloud.token(&cloud.redemption(&client_id, &answer["code"])).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], cloud.at.scope());
    let lifetime = tokens["expires_in"].as_i64().unwrap();
    assert!((3600..=5400).contains(&lifetime));
    assert_eq!(tokens["ext_expires_in"], tokens["expires_in"]);

    let claims = cloud.access_claims(&tokens["access_token"]).await;
    let expected: BTreeSet<&str> = [
        "aud",
        "iss",
        "iat",
        "nbf",
        "exp",
        "aio",
        "rh",
        "xms_ftd",
        "azp",
        "azpacr",
        "name",
        "preferred_username",
        "oid",
        "tid",
        "sub",
        "sid",
        "scp",
        "uti",
        "ver",
        "roles",
    ]
    .into();
    assert_eq!(names(&claims), expected);
    assert_eq!(claims["aud"], API_CLIENT_ID);
    assert_eq!(claims["iss"], cloud.at.issuer());
    assert_eq!(claims["tid"], TENANT_ID);
    assert_eq!(claims["azp"], client_id);
    assert_eq!(claims["azpacr"], "0");
    assert_eq!(claims["scp"], "user_impersonation");
    assert_eq!(claims["roles"], serde_json::json!(["Expenses.Admin"]));
    assert_eq!(claims["ver"], "2.0");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        lifetime
    );
    assert_eq!(claims["sid"], answer["session_state"]);

    let identity = cloud.verify(&tokens["id_token"], &client_id).await.unwrap();
    assert_eq!(identity["nonce"], "n-1");
    assert_eq!(identity["oid"], claims["oid"]);
    assert_ne!(identity["sub"], claims["sub"], "pairwise: another app, another subject");
}

#[tokio::test]
async fn a_members_token_never_has_a_roles_claim() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "member").await;
    assert!(!cloud.access_claims(&tokens["access_token"]).await.contains_key("roles"));
}

#[tokio::test]
async fn the_unscoped_persona_never_gets_the_scope() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "unscoped").await;
    let claims = cloud.access_claims(&tokens["access_token"]).await;
    assert_eq!(claims["scp"], "Other.Read");
    assert_eq!(tokens["scope"], format!("{MCP}/Other.Read"));
}

#[tokio::test]
async fn the_header_has_three_members() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "member").await;
    let header = tokens["access_token"]
        .as_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    let header: Map<String, Value> = serde_json::from_slice(&header).unwrap();
    assert_eq!(names(&header), BTreeSet::from(["typ", "alg", "kid"]));
}

#[tokio::test]
async fn ids_are_the_same_for_a_person_and_differ_between_people() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let mut claims = Vec::new();
    for persona in ["member", "member", "member-2"] {
        let tokens = cloud.sign_in(&client_id, persona).await;
        claims.push(cloud.access_claims(&tokens["access_token"]).await);
    }
    for id in ["oid", "sub"] {
        assert_eq!(claims[0][id], claims[1][id]);
        assert_ne!(claims[0][id], claims[2][id]);
    }
    assert_ne!(claims[0]["uti"], claims[1]["uti"]);
    assert_ne!(claims[0]["sid"], claims[1]["sid"]);
}

#[tokio::test]
async fn a_refresh_token_keeps_the_session_and_gives_a_new_one() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let tokens = cloud.sign_in(&client_id, "member").await;
    let (status, fresh) = cloud.refresh(&client_id, &tokens["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK, "{fresh}");
    assert_ne!(fresh["refresh_token"], tokens["refresh_token"]);
    let (before, after) = (
        cloud.access_claims(&tokens["access_token"]).await,
        cloud.access_claims(&fresh["access_token"]).await,
    );
    assert_eq!(
        (&before["sid"], &before["oid"], &before["scp"]),
        (&after["sid"], &after["oid"], &after["scp"])
    );
    assert_ne!(before["uti"], after["uti"]);
    let (status, _) = cloud.refresh(&client_id, &fresh["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token_and_without_openid_no_id_token() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("scope", &cloud.at.scope()), ("login_hint", "member")]);
    let answer = returned(&cloud.http.get(url).send().await.unwrap());
    let (_, tokens) = cloud.token(&cloud.redemption(&client_id, &answer["code"])).await;
    assert!(tokens.get("access_token").is_some());
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
}

#[tokio::test]
async fn openid_scopes_alone_give_a_token_that_the_api_must_refuse() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let changes = [("scope", "openid profile"), ("resource", ""), ("login_hint", "member")];
    let answer = returned(
        &cloud
            .http
            .get(cloud.request_with(&client_id, &changes))
            .send()
            .await
            .unwrap(),
    );
    let mut form = cloud.redemption(&client_id, &answer["code"]);
    form.retain(|(name, _)| *name != "resource");
    let (_, tokens) = cloud.token(&form).await;
    assert!(cloud.verify(&tokens["access_token"], API_CLIENT_ID).await.is_err());
    cloud
        .verify(&tokens["access_token"], "00000003-0000-0000-c000-000000000000")
        .await
        .unwrap();
}

#[tokio::test]
async fn the_apis_own_app_signs_in_with_its_secret_either_way() {
    let cloud = Running::start().await;
    let secret = cloud.get_json(&cloud.url("/dev.json")).await["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let code = cloud.code(API_CLIENT_ID, "member").await;
    let mut form = cloud.redemption(API_CLIENT_ID, &code);
    form.push(("client_secret", secret.clone()));
    let (status, tokens) = cloud.token(&form).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(cloud.access_claims(&tokens["access_token"]).await["azpacr"], "1");

    let code = cloud.code(API_CLIENT_ID, "member").await;
    let form = cloud.redemption(API_CLIENT_ID, &code);
    let request = cloud
        .http
        .post(cloud.at.token_endpoint())
        .basic_auth(API_CLIENT_ID, Some(&secret))
        .form(&form);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn answers_are_never_cached_and_always_traceable() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let code = cloud.code(&client_id, "member").await;
    for code in [code.as_str(), "wrong"] {
        let form = cloud.redemption(&client_id, code);
        let correlation = "12345678-1234-4234-8234-123456789abc";
        let request = cloud
            .http
            .post(cloud.at.token_endpoint())
            .header("client-request-id", correlation);
        let response = request.form(&form).send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store, no-cache");
        assert_eq!(response.headers()["pragma"], "no-cache");
        let request_id = response.headers()["x-ms-request-id"].to_str().unwrap().to_owned();
        let body: Value = response.json().await.unwrap();
        if code == "wrong" {
            assert_eq!(body["trace_id"], request_id);
            assert_eq!(body["correlation_id"], correlation);
        }
    }
}
