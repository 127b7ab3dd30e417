//! Everything that the token endpoint refuses, in the bytes that Entra sends.

use reqwest::StatusCode;
use usher_devcloud::API_CLIENT_ID;

use crate::support::{Running, assert_entra_error};

#[tokio::test]
async fn errors_when_the_redemption_differs_from_the_request() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let other = cloud.register().await;
    for (name, value, error, code) in [
        (
            "code_verifier",
            "another-verifier-which-is-long-enough-0123456789",
            "invalid_grant",
            501_481,
        ),
        (
            "redirect_uri",
            "http://127.0.0.1:4243/callback",
            "invalid_client",
            500_112,
        ),
        ("client_id", other.as_str(), "invalid_grant", 70000),
        ("code", "1.not-a-code", "invalid_grant", 70000),
        ("resource", "https://other.example/mcp", "invalid_target", 9_010_010),
        // Of the same app, but not what the person was shown.
        (
            "resource",
            "api://aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
            "invalid_target",
            9_010_010,
        ),
        (
            "client_id",
            "00000000-0000-4000-8000-000000000000",
            "unauthorized_client",
            700_016,
        ),
        ("grant_type", "password", "unsupported_grant_type", 70003),
        ("grant_type", "", "invalid_request", 900_144),
        ("code", "", "invalid_request", 900_144),
        ("code_verifier", "", "invalid_request", 900_144),
        ("redirect_uri", "", "invalid_request", 900_144),
        ("client_id", "", "invalid_request", 900_144),
    ] {
        let code_value = cloud.code(&client_id, "member").await;
        let mut form = cloud.redemption(&client_id, &code_value);
        form.retain(|(known, _)| *known != name);
        form.push((name, value.to_owned()));
        let (status, body) = cloud.token(&form).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}={value}");
        assert_entra_error(&body, error, code);
    }
}

#[tokio::test]
async fn a_code_is_spent_by_its_first_use_right_or_wrong() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let code = cloud.code(&client_id, "member").await;
    let form = cloud.redemption(&client_id, &code);
    assert_eq!(cloud.token(&form).await.0, StatusCode::OK);
    let (_, body) = cloud.token(&form).await;
    assert_entra_error(&body, "invalid_grant", 54005);

    let code = cloud.code(&client_id, "member").await;
    let right = cloud.redemption(&client_id, &code);
    let mut wrong = right.clone();
    wrong.retain(|(name, _)| *name != "code_verifier");
    wrong.push((
        "code_verifier",
        "guessed-verifier-guessed-verifier-guessed-verifier".into(),
    ));
    assert_entra_error(&cloud.token(&wrong).await.1, "invalid_grant", 501_481);
    assert_entra_error(&cloud.token(&right).await.1, "invalid_grant", 54005);
}

#[tokio::test]
async fn errors_when_more_is_redeemed_than_was_agreed_to() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let code = cloud.code(&client_id, "member").await;
    let mut form = cloud.redemption(&client_id, &code);
    form.push(("scope", format!("{}/Other.Read", cloud.at.mcp_url())));
    assert_entra_error(&cloud.token(&form).await.1, "invalid_grant", 70000);
}

#[tokio::test]
async fn errors_when_the_secret_is_wrong_missing_or_out_of_place() {
    let cloud = Running::start().await;
    let public = cloud.register().await;
    for (client_id, secret, code) in [
        (API_CLIENT_ID, None, 7_000_218),
        (API_CLIENT_ID, Some("wrong"), 7_000_215),
        (public.as_str(), Some("any"), 700_025),
    ] {
        let code_value = cloud.code(client_id, "member").await;
        let mut form = cloud.redemption(client_id, &code_value);
        form.extend(secret.map(|secret| ("client_secret", secret.to_owned())));
        let (status, body) = cloud.token(&form).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_entra_error(&body, "invalid_client", code);
    }
}

#[tokio::test]
async fn errors_when_a_refresh_token_is_altered_or_anothers() {
    let cloud = Running::start().await;
    let (client_id, other) = (cloud.register().await, cloud.register().await);
    let tokens = cloud.sign_in(&client_id, "member").await;
    let (_, body) = cloud.refresh(&other, &tokens["refresh_token"]).await;
    assert_entra_error(&body, "invalid_grant", 9_002_313);
    let (_, body) = cloud.refresh(&client_id, &serde_json::json!("1.AAAA")).await;
    assert_entra_error(&body, "invalid_grant", 9_002_313);

    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &client_id),
        ("refresh_token", token),
        ("resource", "https://other.example/mcp"),
    ];
    assert_entra_error(&cloud.token(&form).await.1, "invalid_target", 9_010_010);
}

#[tokio::test]
async fn errors_when_the_tenant_is_unknown_or_a_parameter_is_doubled() {
    let cloud = Running::start().await;
    let endpoint = cloud.at.token_endpoint().replace(cloud.at.tenant_id(), "elsewhere");
    let response = cloud
        .http
        .post(endpoint)
        .form(&[("grant_type", "refresh_token")])
        .send()
        .await
        .unwrap();
    assert_entra_error(&response.json().await.unwrap(), "invalid_request", 90002);
    let (_, body) = cloud.token(&[("grant_type", "a"), ("grant_type", "b")]).await;
    assert_entra_error(&body, "invalid_request", 9_000_411);
}
