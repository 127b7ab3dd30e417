//! Clients that are described by a document at their id, served by a local server here.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Redirect;
use axum::routing::get;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{REDIRECT, Running, returned};

/// A web server on loopback that ends with the test.
struct Documents {
    base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Documents {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves `good.json` and its spoilt siblings.
async fn documents() -> Documents {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let document = |path: &str, changes: Value| {
        let mut document = json!({
            "client_id": format!("{base}{path}"),
            "client_name": "A documented client",
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none",
        });
        for (name, value) in changes.as_object().unwrap() {
            document[name] = value.clone();
        }
        document.to_string()
    };
    let serve =
        |body: String, media_type: &'static str| get(move || async move { ([(CONTENT_TYPE, media_type)], body) });
    let json_type = "application/json";
    let router = Router::new()
        .route(
            "/good.json",
            serve(document("/good.json", json!({})), "application/json; charset=utf-8"),
        )
        .route("/other.json", serve(document("/good.json", json!({})), json_type))
        .route("/html.json", serve(document("/html.json", json!({})), "text/html"))
        .route(
            "/secret.json",
            serve(document("/secret.json", json!({ "client_secret": "x" })), json_type),
        )
        .route(
            "/keyed.json",
            serve(
                document(
                    "/keyed.json",
                    json!({ "token_endpoint_auth_method": "private_key_jwt" }),
                ),
                json_type,
            ),
        )
        .route(
            "/bare.json",
            serve(document("/bare.json", json!({ "redirect_uris": [] })), json_type),
        )
        .route(
            "/evil.json",
            serve(
                document("/evil.json", json!({ "redirect_uris": ["http://evil.example/"] })),
                json_type,
            ),
        )
        .route(
            "/large.json",
            serve(
                document("/large.json", json!({ "padding": "x".repeat(20_000) })),
                json_type,
            ),
        )
        .route("/moved.json", get(|| async { Redirect::temporary("/good.json") }));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Documents { base, task }
}

#[tokio::test]
async fn a_documented_client_signs_in_and_refreshes() {
    let (cloud, documents) = (Running::start().await, documents().await);
    let client_id = format!("{}/good.json", documents.base);
    let page = cloud
        .http
        .get(cloud.request_with(&client_id, &[]))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("A documented client"));
    let tokens = cloud.sign_in(&client_id, "member").await;
    // An application's GUID, as in every token of Entra, and not the document's address.
    let azp = cloud.access_claims(&tokens["access_token"]).await["azp"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(azp.parse::<uuid::Uuid>().unwrap().to_string(), azp);
    // The document is not needed any more: a refresh works without the network.
    drop(documents);
    assert_eq!(
        cloud.refresh(&client_id, &tokens["refresh_token"]).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn errors_when_the_document_breaks_a_rule() {
    let (cloud, documents) = (Running::start().await, documents().await);
    for (path, words) in [
        ("/other.json", "not the URL it was fetched from"),
        ("/html.json", "content type"),
        ("/secret.json", "client_secret"),
        ("/keyed.json", "private_key_jwt"),
        ("/bare.json", "redirect_uris"),
        ("/evil.json", "http"),
        ("/large.json", "larger"),
        ("/moved.json", "307"),
        ("/missing.json", "404"),
    ] {
        let url = cloud.request_with(&format!("{}{path}", documents.base), &[("login_hint", "member")]);
        let response = cloud.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let page = response.text().await.unwrap();
        assert!(page.contains("AADSTS700016") && page.contains(words), "{path}: {page}");
    }
}

#[tokio::test]
async fn an_unreachable_document_tells_what_to_do_instead() {
    let cloud = Running::start().await;
    // A port that was free a moment ago, with nobody listening.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = cloud.request_with(&format!("http://127.0.0.1:{port}/client.json"), &[]);
    let page = cloud.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("an id that is known here") && page.contains("clientId"),
        "{page}"
    );
}

#[tokio::test]
async fn a_redirect_must_be_in_the_document() {
    let (cloud, documents) = (Running::start().await, documents().await);
    let client_id = format!("{}/good.json", documents.base);
    let url = cloud.request_with(
        &client_id,
        &[("redirect_uri", "https://evil.example/"), ("login_hint", "member")],
    );
    assert_eq!(
        cloud.http.get(url).send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let url = cloud.request_with(&client_id, &[("login_hint", "member")]);
    assert!(returned(&cloud.http.get(url).send().await.unwrap()).contains_key("code"));
}
