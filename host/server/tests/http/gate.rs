//! Nobody gets to the protocol without a verified token, and whoever doesn't learns where to get one.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{ALICE, Ask, CLIENT, Host, METADATA, Plan, SCOPE, claims, sign};

fn list() -> Ask {
    Ask::modern(ALICE, "tools/list", json!({}))
}

#[tokio::test]
async fn a_request_without_credentials_gets_a_challenge_that_names_no_error() {
    let host = Host::start().await;
    let query = "Bearer in the query is no credential";
    for ask in [
        list().without("authorization"),
        list().header("authorization", "Basic dXNlcjpwYXNz"),
        list().without("authorization").method(Method::GET),
        list().without("authorization").method(Method::DELETE),
        list().without("authorization").method(Method::PUT),
    ] {
        let answer = ask.to(&host).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{query}");
        let expected = format!("Bearer scope=\"{SCOPE}\", resource_metadata=\"{METADATA}\"");
        assert_eq!(answer.header("www-authenticate"), expected);
    }
    let mut in_query = list().without("authorization").request();
    *in_query.uri_mut() = format!("/mcp?access_token={}", sign(&claims(ALICE))).parse().unwrap();
    let answer = host.send(in_query).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(!answer.header("www-authenticate").contains("error="));
}

#[tokio::test]
async fn every_bad_token_gets_one_and_the_same_answer() {
    let host = Host::start().await;
    let with = |claim: &str, value: serde_json::Value| {
        let mut claims = claims(ALICE);
        claims[claim] = value;
        format!("Bearer {}", sign(&claims))
    };
    let mut tampered = sign(&claims(ALICE));
    tampered.replace_range(60..61, if &tampered[60..61] == "A" { "B" } else { "A" });
    let mut bodies = Vec::new();
    for credentials in [
        "Bearer".to_owned(),
        "Bearer garbage".to_owned(),
        format!("Bearer {tampered}"),
        with("exp", json!(1)),
        with("aud", json!("00000003-0000-0000-c000-000000000000")),
    ] {
        let answer = list().header("authorization", &credentials).to(&host).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{credentials}");
        let challenge = answer.header("www-authenticate").to_owned();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(
            challenge.contains(&format!("scope=\"{SCOPE}\"")) && challenge.contains(METADATA),
            "{challenge}"
        );
        bodies.push((challenge, answer.body));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_scopes_are_needed() {
    let host = Host::start().await;
    let mut claims = claims(ALICE);
    claims["scp"] = json!("something_else");
    let answer = list()
        .header("authorization", &format!("Bearer {}", sign(&claims)))
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.contains(SCOPE) && challenge.contains(METADATA)
    );
}

#[tokio::test]
async fn a_client_that_is_not_on_the_list_is_forbidden_without_a_challenge() {
    let mut plan = Plan::new();
    plan.allowed_clients = vec!["99999999-0000-4000-8000-000000000000".into()];
    let answer = list().to(&plan.make().await).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("www-authenticate"), "");

    let mut plan = Plan::new();
    plan.allowed_clients = vec![CLIENT.into()];
    assert_eq!(list().to(&plan.make().await).await.status, StatusCode::OK);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_no_fault_of_the_token() {
    let mut plan = Plan::new();
    plan.keys_are_available = false;
    let answer = list().to(&plan.make().await).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn the_metadata_address_never_depends_on_the_request() {
    let mut plan = Plan::new();
    plan.settings.allowed_hosts = vec!["10.0.0.4".into()];
    let ask = list()
        .without("authorization")
        .header("host", "10.0.0.4")
        .header("x-forwarded-host", "evil.example");
    let answer = ask.to(&plan.make().await).await;
    assert!(answer.header("www-authenticate").contains(METADATA));
    assert!(!answer.header("www-authenticate").contains("evil"));
}

#[tokio::test]
async fn errors_when_host_or_origin_is_foreign_even_with_a_good_token() {
    let host = Host::start().await;
    assert_eq!(
        list().header("host", "evil.example").to(&host).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        list().header("origin", "https://evil.example").to(&host).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(list().to(&host).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_allowed_page_can_ask_first_and_read_the_answer() {
    let mut plan = Plan::new();
    plan.settings.allowed_origins = vec!["https://app.contoso.com".into()];
    let host = plan.make().await;
    let page = |ask: Ask| ask.header("origin", "https://app.contoso.com");
    let preflight = page(list())
        .without("authorization")
        .method(Method::OPTIONS)
        .header("access-control-request-headers", "mcp-method");
    let answer = preflight.to(&host).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-headers"), "mcp-method");
    let answer = page(list()).to(&host).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.contoso.com");
    assert_eq!(list().to(&host).await.header("access-control-allow-origin"), "");
}
