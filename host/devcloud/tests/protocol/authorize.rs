//! What the authorize endpoint refuses, and whom it tells.

use reqwest::StatusCode;
use usher_devcloud::{AZURE_CLI_CLIENT_ID, ResourceCheck, VSCODE_CLIENT_ID};

use crate::support::{MCP, Running, returned};

/// A refusal that may not be redirected: a page that names the code.
async fn refused_on_a_page(cloud: &Running, url: &str, code: u32) {
    let response = cloud.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{url}");
    assert!(!response.headers().contains_key("location"));
    let page = response.text().await.unwrap();
    assert!(
        page.contains(&format!("AADSTS{code}")) && page.contains("What to do"),
        "{page}"
    );
}

#[tokio::test]
async fn errors_on_a_page_when_the_client_or_its_redirect_is_unknown() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    for (change, code) in [
        (("client_id", "00000000-0000-4000-8000-000000000000"), 700_016),
        (("client_id", ""), 900_144),
        (("client_id", "http://10.0.0.1/client.json"), 700_016),
        (("redirect_uri", ""), 900_144),
        (("redirect_uri", "http://127.0.0.1:4242/other"), 50011),
        (("redirect_uri", "https://evil.example/callback"), 50011),
        (("redirect_uri", "http://127.0.0.1:4242/callback#x"), 50011),
    ] {
        refused_on_a_page(&cloud, &cloud.request_with(&client_id, &[change]), code).await;
    }
    let twice = format!("{}&client_id=again", cloud.request_with(&client_id, &[]));
    refused_on_a_page(&cloud, &twice, 9_000_411).await;
    let elsewhere = cloud
        .request_with(&client_id, &[])
        .replace(cloud.at.tenant_id(), "elsewhere");
    refused_on_a_page(&cloud, &elsewhere, 90002).await;
}

#[tokio::test]
async fn errors_by_redirect_when_the_request_is_wrong() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let scope = cloud.at.scope();
    let mixed = format!("{scope} User.Read");
    for (change, error, code) in [
        (("response_type", "token"), "unsupported_response_type", 700_054),
        (("response_type", ""), "invalid_request", 900_144),
        (("response_mode", "form_post"), "invalid_request", 9_002_313),
        (("code_challenge", ""), "invalid_request", 9_002_325),
        (("code_challenge_method", "plain"), "invalid_request", 9_002_325),
        (("code_challenge_method", ""), "invalid_request", 9_002_325),
        (("code_challenge", "short"), "invalid_request", 501_491),
        (("scope", ""), "invalid_scope", 70011),
        (
            ("scope", "http://127.0.0.1:8400/mcp/Nothing"),
            "invalid_client",
            650_053,
        ),
        (("scope", "user_impersonation"), "invalid_client", 650_053),
        (
            ("scope", "https://other.example/mcp/user_impersonation"),
            "invalid_resource",
            500_011,
        ),
        (("scope", mixed.as_str()), "invalid_scope", 28000),
        (("resource", "http://127.0.0.1:8400/mcp/"), "invalid_target", 9_010_010),
        (("resource", "https://other.example/mcp"), "invalid_target", 9_010_010),
        (("prompt", "none"), "login_required", 50058),
    ] {
        let answer = returned(
            &cloud
                .http
                .get(cloud.request_with(&client_id, &[change]))
                .send()
                .await
                .unwrap(),
        );
        assert_eq!(answer["error"], error, "{change:?}");
        assert!(
            answer["error_description"].starts_with(&format!("AADSTS{code}: ")),
            "{change:?}: {answer:?}"
        );
        assert_eq!(answer["state"], "a state & more", "{change:?}");
        assert!(!answer.contains_key("code"));
    }
}

#[tokio::test]
async fn the_resource_check_has_entras_three_moods() {
    for (check, resource, code) in [
        (ResourceCheck::Enforce, MCP, None),
        (ResourceCheck::Enforce, "https://other.example", Some("AADSTS9010010")),
        (ResourceCheck::Reject, MCP, Some("AADSTS901002")),
        (ResourceCheck::Ignore, "https://other.example", None),
    ] {
        let cloud = Running::checking(check).await;
        let client_id = cloud.register().await;
        let url = cloud.request_with(&client_id, &[("resource", resource), ("login_hint", "member")]);
        let answer = returned(&cloud.http.get(url).send().await.unwrap());
        let refused = answer.get("error_description").and_then(|text| text.split(':').next());
        assert_eq!(refused, code, "{check:?} {resource}");
    }
}

#[tokio::test]
async fn pre_registered_clients_come_back_to_their_own_addresses() {
    let cloud = Running::start().await;
    for (client_id, redirect, known) in [
        (VSCODE_CLIENT_ID, "https://vscode.dev/redirect", true),
        (VSCODE_CLIENT_ID, "http://127.0.0.1:33418/", true),
        (VSCODE_CLIENT_ID, "http://127.0.0.1:33418", true),
        (VSCODE_CLIENT_ID, "https://vscode.dev/other", false),
        (AZURE_CLI_CLIENT_ID, "http://localhost:8400", true),
        (AZURE_CLI_CLIENT_ID, "https://vscode.dev/redirect", false),
    ] {
        let url = cloud.request_with(client_id, &[("redirect_uri", redirect)]);
        let status = cloud.http.get(url).send().await.unwrap().status();
        assert_eq!(status == StatusCode::OK, known, "{client_id} {redirect}");
    }
}

#[tokio::test]
async fn a_hint_signs_in_unless_the_client_wants_the_page() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    for (hint, prompt, signed_in) in [
        ("member", "", true),
        ("member", "none", true),
        ("member", "consent", true),
        ("alice@contoso.example", "none", true),
        ("member", "select_account", false),
        ("member", "login", false),
        ("nobody", "", false),
    ] {
        let url = cloud.request_with(&client_id, &[("login_hint", hint), ("prompt", prompt)]);
        let status = cloud.http.get(url).send().await.unwrap().status();
        assert_eq!(status == StatusCode::FOUND, signed_in, "{hint} {prompt}");
    }
}

#[tokio::test]
async fn another_sites_page_never_signs_anybody_in() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("login_hint", "admin")]);
    let shown = cloud
        .http
        .get(&url)
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    assert_eq!(shown.status(), StatusCode::OK, "the page, not a redirect");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let posted = cloud
            .http
            .post(&url)
            .header(name, value)
            .form(&[("persona", "admin")])
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), StatusCode::BAD_REQUEST, "{name}: {value}");
    }
    let own = cloud
        .http
        .post(&url)
        .header("origin", cloud.at.authority())
        .form(&[("persona", "admin")]);
    assert_eq!(own.send().await.unwrap().status(), StatusCode::FOUND);
}

#[tokio::test]
async fn the_form_checks_the_request_again_and_wants_a_persona() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("redirect_uri", "https://evil.example/callback")]);
    let response = cloud.http.post(url).form(&[("persona", "admin")]).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let url = cloud.request_with(&client_id, &[]);
    let response = cloud
        .http
        .post(&url)
        .form(&[("persona", "nobody")])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let answer = returned(&cloud.http.post(&url).form(&[("cancel", "1")]).send().await.unwrap());
    assert_eq!(answer["error"], "access_denied");
}

#[tokio::test]
async fn the_answer_goes_into_the_fragment_when_asked() {
    let cloud = Running::start().await;
    let client_id = cloud.register().await;
    let url = cloud.request_with(&client_id, &[("response_mode", "fragment"), ("login_hint", "member")]);
    let response = cloud.http.get(url).send().await.unwrap();
    let location = response.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with("http://127.0.0.1:4242/callback#code="),
        "{location}"
    );
}

#[tokio::test]
async fn a_clients_name_never_becomes_markup() {
    let cloud = Running::start().await;
    let body = serde_json::json!({ "client_name": "<img src=x>\"'", "redirect_uris": [crate::support::REDIRECT] });
    let response = cloud
        .http
        .post(cloud.at.registration_endpoint())
        .json(&body)
        .send()
        .await
        .unwrap();
    let client: serde_json::Value = response.json().await.unwrap();
    let url = cloud.request_with(client["client_id"].as_str().unwrap(), &[]);
    let page = cloud.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("<img") && page.contains("&lt;img src=x&gt;&quot;&#39;"));
}
