//! The second protected API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use usher_devcloud::{API_CLIENT_ID, AZURE_CLI_CLIENT_ID, LEDGER_CLIENT_ID};

use crate::stage::{Answer, token_with};
use crate::support::Running;

/// The claims of an exchanged token.
fn claims() -> Value {
    json!({ "aud": LEDGER_CLIENT_ID, "azp": API_CLIENT_ID, "scp": "Entries.ReadWrite" })
}

async fn send(cloud: &Running, method: Method, path: &str, token: &str, body: Option<&Value>) -> Answer {
    let request = cloud
        .http
        .request(method, format!("{}{path}", cloud.at.ledger()))
        .bearer_auth(token);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn an_entry_is_found_again_by_its_owner_and_by_nobody_else() {
    let cloud = Running::start().await;
    let alice = token_with(&cloud, "member", claims()).await;
    let carol = token_with(&cloud, "member-2", claims()).await;
    let entry = json!({ "description": "Lunch", "amount": 12.5 });
    let added = send(&cloud, Method::POST, "/entries", &alice, Some(&entry)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let id = added.body["id"].as_str().unwrap();
    assert_eq!(added.header("location"), Some(format!("entries/{id}").as_str()));

    let listed = send(&cloud, Method::GET, "/entries", &alice, None).await;
    assert_eq!(
        listed.body,
        json!({ "entries": [{ "id": id, "description": "Lunch", "amount": 12.5 }] })
    );
    let path = format!("/entries/{id}");
    assert_eq!(send(&cloud, Method::GET, &path, &alice, None).await.body, added.body);
    let other = send(&cloud, Method::GET, &path, &carol, None).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert_eq!(
        send(&cloud, Method::GET, "/entries", &carol, None).await.body,
        json!({ "entries": [] })
    );
}

#[tokio::test]
async fn errors_when_the_token_was_not_exchanged_for_this_api_by_the_app() {
    let cloud = Running::start().await;
    let with = |change: Value| {
        let mut claims = claims();
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        claims
    };
    for claims in [
        // Passed on instead of exchanged.
        json!({}),
        with(json!({ "aud": "00000003-0000-0000-c000-000000000000" })),
        with(json!({ "aud": format!("api://{LEDGER_CLIENT_ID}") })),
        with(json!({ "azp": AZURE_CLI_CLIENT_ID })),
        with(json!({ "azp": null })),
        with(json!({ "oid": null })),
        with(json!({ "oid": "00000000-0000-4000-8000-000000000000" })),
        with(json!({ "exp": 1 })),
    ] {
        let token = token_with(&cloud, "member", claims.clone()).await;
        let answer = send(&cloud, Method::GET, "/entries", &token, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{claims}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    let bare = Answer::of(
        cloud
            .http
            .get(format!("{}/entries", cloud.at.ledger()))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    // RFC 6750, section 3.1: who shows nothing isn't told that anything was wrong with it.
    let challenge = bare.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("Bearer ") && !challenge.contains("error"),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let cloud = Running::start().await;
    let mut claims = claims();
    claims["scp"] = json!("Entries.ReadWriteNot");
    let token = token_with(&cloud, "member", claims).await;
    let answer = send(&cloud, Method::GET, "/entries", &token, None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let challenge = answer.header("www-authenticate").unwrap();
    let scope = format!("error=\"insufficient_scope\", scope=\"{}\"", cloud.at.ledger_scope());
    assert!(challenge.contains(&scope), "{challenge}");
}

#[tokio::test]
async fn errors_when_an_entry_is_none() {
    let cloud = Running::start().await;
    let token = token_with(&cloud, "member", claims()).await;
    for entry in [
        json!({}),
        json!({ "description": "", "amount": 1 }),
        json!({ "description": "x".repeat(1001), "amount": 1 }),
        json!({ "description": "Lunch", "amount": "1" }),
        json!({ "description": "Lunch", "amount": 1, "owner": "bob" }),
    ] {
        let answer = send(&cloud, Method::POST, "/entries", &token, Some(&entry)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.body["error"], "invalid_entry");
    }
}

#[tokio::test]
async fn failures_are_planned_and_requests_counted() {
    let cloud = Running::start().await;
    let token = token_with(&cloud, "member", claims()).await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    for (plan, status) in [
        (json!({ "status": 429, "retry_after": 2 }), 429),
        (json!({ "status": 503 }), 503),
        (json!({ "status": 401 }), 401),
        (json!({ "status": 401, "claims": claims }), 401),
    ] {
        let mut failure = plan.clone();
        failure["endpoint"] = json!("ledger");
        failure["times"] = json!(1);
        assert_eq!(cloud.post_json("/dev/failures", &failure).await.0, 200);
        let answer = send(&cloud, Method::GET, "/entries", &token, None).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("retry-after"), plan["retry_after"].as_u64().map(|_| "2"));
        if plan["claims"].is_string() {
            let challenge = answer.header("www-authenticate").unwrap();
            let expected = format!("error=\"insufficient_claims\", claims=\"{}\"", STANDARD.encode(claims));
            assert!(challenge.ends_with(&expected), "{challenge}");
        }
    }
    assert_eq!(send(&cloud, Method::GET, "/entries", &token, None).await.status, 200);
    assert_eq!(cloud.get_json(&cloud.url("/dev/counters")).await["ledger"], 5);
}
