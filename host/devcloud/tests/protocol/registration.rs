//! Dynamic client registration.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::Running;

async fn register(cloud: &Running, body: &Value) -> (StatusCode, Value) {
    let response = cloud
        .http
        .post(cloud.at.registration_endpoint())
        .json(body)
        .send()
        .await
        .unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_client_becomes_a_public_one_whatever_it_asks_for() {
    let cloud = Running::start().await;
    // As VS Code sends it, but for the authentication method.
    let (status, client) = register(
        &cloud,
        &json!({
            "client_name": "Visual Studio Code",
            "client_uri": "https://code.visualstudio.com",
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"],
            "redirect_uris": [
                "https://insiders.vscode.dev/redirect",
                "https://vscode.dev/redirect",
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/"
            ],
            "token_endpoint_auth_method": "client_secret_post"
        }),
    )
    .await;
    assert_eq!(status, StatusCode::CREATED, "{client}");
    assert_eq!(client["client_id"].as_str().unwrap().len(), 36);
    assert_eq!(client["token_endpoint_auth_method"], "none");
    assert!(client.get("client_secret").is_none());
    assert_eq!(client["redirect_uris"].as_array().unwrap().len(), 4);
    assert_eq!(client["grant_types"], json!(["authorization_code", "refresh_token"]));
}

#[tokio::test]
async fn errors_when_the_metadata_could_do_harm() {
    let cloud = Running::start().await;
    let many: Vec<String> = (0..33).map(|number| format!("https://example.com/{number}")).collect();
    for (body, error) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": many }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["http://example.com/callback"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["https://example.com/callback#x"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": [format!("https://example.com/{}", "a".repeat(2000))] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": "https://example.com/callback" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "redirect_uris": ["https://example.com/c"], "grant_types": ["implicit"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "redirect_uris": ["https://example.com/c"], "response_types": ["token"] }),
            "invalid_client_metadata",
        ),
        (json!("not an object"), "invalid_client_metadata"),
    ] {
        let (status, answer) = register(&cloud, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer["error"], error, "{body}");
        assert!(!answer["error_description"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_web_page_cannot_register_without_asking() {
    let cloud = Running::start().await;
    let request = cloud
        .http
        .post(cloud.at.registration_endpoint())
        .header("content-type", "text/plain");
    let response = request
        .body(r#"{"redirect_uris":["https://evil.example/"]}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}
