//! What anybody may ask.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};
use usher_runtime::{Catalog, Progress};

use crate::support::{ALICE, Ask, Host, ISSUER, Plan, SCOPE, URL};

#[tokio::test]
async fn the_metadata_is_found_at_both_well_known_paths() {
    let host = Host::start().await;
    for path in [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource",
    ] {
        let answer = host.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("content-type"), "application/json");
        let expected = json!({
            "resource": URL,
            "authorization_servers": [ISSUER],
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn the_server_is_alive_at_once_and_ready_when_it_has_keys() {
    let host = Host::start().await;
    assert_eq!(host.get("/healthz").await.status, StatusCode::OK);
    let answer = host.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["ready"], json!(false));
    // The first token makes the server fetch the keys.
    Ask::modern(ALICE, "tools/list", json!({})).to(&host).await;
    let answer = host.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({ "ready": true, "keys": 1, "tools": 0, "refused": [], "serving-old": [], "waiting": [] })
    );
}

#[tokio::test]
async fn a_server_whose_tools_are_being_loaded_is_not_ready_and_requests_wait_for_them() {
    let host = Host::start().await;
    host.catalog
        .send_replace(Arc::new(Catalog::loading(Progress { done: 1, total: 3 })));
    let loading = wait_for(&host, |report| report["loading"].is_object()).await;
    assert_eq!(loading["loading"], json!({ "done": 1, "of": 3 }));
    assert_eq!(loading["ready"], json!(false));
    let list = Ask::modern(ALICE, "tools/list", json!({}));
    let (answer, ()) = tokio::join!(list.to(&host), async {
        host.catalog.send_replace(Arc::default());
    });
    assert_eq!(answer.status, StatusCode::OK);
    let ready = wait_for(&host, |report| report["loading"].is_null()).await;
    assert_eq!(ready["ready"], json!(true));
}

/// What the server reports once it has put a catalog into service.
async fn wait_for(host: &Host, is_there: impl Fn(&Value) -> bool) -> Value {
    loop {
        let report = host.get("/readyz").await.json();
        if is_there(&report) {
            return report;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refused_component_is_named_without_its_reason() {
    let mut plan = Plan::new();
    plan.component = Some(b"no component");
    let answer = plan.make().await.get("/readyz").await;
    assert_eq!(answer.json()["refused"], json!(["broken"]));
    assert!(
        !answer.body.contains('/') && !answer.body.contains("grant"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn whoever_comes_back_from_consent_is_told_how_it_went() {
    let host = Host::start().await;
    for (query, said) in [
        ("?code=0.AXoA&session_state=x", "Consent is given"),
        ("?error=access_denied&error_subcode=cancel", "Consent was declined"),
        ("?error=server_error", "Consent could not be given"),
        ("", "Nothing to do here"),
    ] {
        let answer = host.get(&format!("/consented{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert!(
            answer.body.contains(&format!("<h1>{said}</h1>")),
            "{query}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn the_page_after_consent_shows_nothing_of_its_address_and_loads_nothing() {
    let host = Host::start().await;
    let answer = host
        .get("/consented?code=SECRET%3Cscript%3E&error_description=%3Cscript%3ESECRET%3C/script%3E&state=SECRET")
        .await;
    assert!(
        !answer.body.contains("SECRET") && !answer.body.contains("<script"),
        "{}",
        answer.body
    );
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let (_, style) = answer.body.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        STANDARD.encode(digest)
    );
    assert_eq!(answer.header("content-security-policy"), expected);
    for (name, value) in [("viewport", "width=device-width"), ("color-scheme", "light dark")] {
        assert!(
            answer
                .body
                .contains(&format!("<meta name=\"{name}\" content=\"{value}")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn everything_else_is_not_found_as_json() {
    let host = Host::start().await;
    for path in ["/", "/mcp/", "/mcp/x", "/admin", "/.well-known/openid-configuration"] {
        let answer = host.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["message"].is_string());
    }
}
