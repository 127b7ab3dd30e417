//! Credentials that the host attaches, and that no tool sees.

use std::collections::BTreeMap;

use axum::{Json, response::IntoResponse};
use serde_json::json;
use usher_downstream::{DownstreamError, Http, HttpSettings, Method};
use usher_entra::{Environment, ManagedIdentity, Remedy};
use usher_policy::Grant;

use crate::support::{Outside, Service, claims_challenge, entra, form, request, soon, user};

const ORIGIN: &str = "https://ledger.contoso.example";

fn rule(credential: &str) -> String {
    format!(r#"{{ origin = "{ORIGIN}", methods = ["GET"], paths = ["/entries"], credential = {credential} }}"#)
}

fn entries() -> usher_downstream::HttpRequest {
    request(Method::Get, "https://ledger.contoso.example/entries")
}

#[tokio::test]
async fn a_token_on_behalf_of_the_caller_is_for_the_scope_of_the_grant() {
    let (entra, ledger) = (entra().await, Service::new(|_| "[]").await);
    let outside = Outside::of(
        &rule(r#"{ on-behalf-of = "api://ledger/.default" }"#),
        &[(ORIGIN, &ledger)],
        Some(&entra),
    );
    outside.send(entries()).await.unwrap();
    assert_eq!(
        ledger.only().header("authorization"),
        "Bearer token-1-for-api://ledger/.default"
    );
    assert_eq!(form(&entra.only())["scope"], "api://ledger/.default");
}

#[tokio::test]
async fn a_claims_challenge_of_the_service_is_answered_once_and_then_passed_up() {
    let (entra, ledger) = (entra().await, Service::new(|_| claims_challenge()).await);
    let outside = Outside::of(
        &rule(r#"{ on-behalf-of = "api://ledger/.default" }"#),
        &[(ORIGIN, &ledger)],
        Some(&entra),
    );
    let error = outside.send(entries()).await.unwrap_err();
    assert!(matches!(error.remedy(), Remedy::SatisfyClaims(_)), "{error:?}");
    assert_eq!((entra.count(), ledger.count()), (2, 2));
}

#[tokio::test]
async fn a_secret_header_is_attached_and_can_not_be_replaced() {
    let ledger = Service::new(|_| "[]").await;
    let grant = rule(r#"{ secret-header = "X-Api-Key", secret = "ledger" }"#);
    let mut outside = Outside::of(&grant, &[(ORIGIN, &ledger)], None);
    let error = outside.send(entries()).await.unwrap_err();
    assert!(
        matches!(&error, DownstreamError::Misconfigured(what) if what.contains("ledger")),
        "{error:?}"
    );
    assert_eq!(error.remedy(), Remedy::Operator);

    outside.http = with_secret(&ledger, "open sesame");
    outside.send(entries()).await.unwrap();
    assert_eq!(ledger.only().header("x-api-key"), "open sesame");

    let mut own = entries();
    own.headers = vec![("x-api-key".to_owned(), "mine".to_owned())];
    assert!(matches!(outside.send(own).await, Err(DownstreamError::Invalid(_))));
    assert_eq!(ledger.count(), 1);
}

#[tokio::test]
async fn a_service_that_sends_the_credential_back_is_not_passed_on() {
    let in_body = Service::new(|seen| format!("you sent {}", seen.header("x-api-key"))).await;
    let in_header = Service::new(|seen| [("x-echo", seen.header("x-api-key").to_owned())].into_response()).await;
    for ledger in [in_body, in_header] {
        let mut outside = Outside::of(
            &rule(r#"{ secret-header = "X-Api-Key", secret = "ledger" }"#),
            &[(ORIGIN, &ledger)],
            None,
        );
        outside.http = with_secret(&ledger, "open sesame");
        let sent = outside.send(entries()).await;
        assert!(matches!(sent, Err(DownstreamError::Unavailable(_))), "{sent:?}");
        assert!(!format!("{sent:?}").contains("sesame"));
    }
}

#[tokio::test]
async fn a_token_of_the_hosts_own_identity_is_for_the_resource_of_the_grant() {
    let platform = Service::new(|seen| {
        assert_eq!(seen.header("x-identity-header"), "the platform's");
        assert!(
            seen.target.contains("resource=https%3A%2F%2Fvault.azure.net"),
            "{}",
            seen.target
        );
        let token = json!({
            "access_token": "token-of-the-host", "expires_on": "4102444800", "resource": "https://vault.azure.net",
            "token_type": "Bearer",
        });
        Json(token)
    })
    .await;
    let endpoint = platform.url.join("msi/token").unwrap();
    let environment: Environment = [
        ("IDENTITY_ENDPOINT", endpoint.as_str()),
        ("IDENTITY_HEADER", "the platform's"),
    ]
    .into_iter()
    .collect();
    let identity = ManagedIdentity::new(None, &environment).unwrap();
    let vault = Service::new(|_| "[]").await;
    let settings = HttpSettings {
        stand_ins: [(ORIGIN.parse().unwrap(), vault.url.clone())].into(),
        secrets: BTreeMap::new(),
    };
    let http = Http::new(settings, None, Some(identity)).unwrap();
    let grant = rule(r#"{ managed-identity = "https://vault.azure.net" }"#);
    let allowance = Grant::parse(&format!("[capabilities]\nhttp = {{ origins = [{grant}] }}\n[tools]\n"))
        .unwrap()
        .allowance();
    http.send(&user("alice"), &allowance, entries(), soon()).await.unwrap();
    assert_eq!(vault.only().header("authorization"), "Bearer token-of-the-host");
}

#[tokio::test]
async fn errors_at_load_when_the_host_has_not_what_a_grant_names() {
    let ledger = Service::new(|_| "").await;
    for credential in [
        r#"{ on-behalf-of = "api://ledger/.default" }"#,
        r#"{ managed-identity = "https://vault.azure.net" }"#,
        r#"{ secret-header = "X-Api-Key", secret = "ledger" }"#,
    ] {
        let text = format!(
            "[capabilities]\nhttp = {{ origins = [{}] }}\n[tools]\n",
            rule(credential)
        );
        let grant = Grant::parse(&text).unwrap();
        let origin = &grant.capabilities.http.unwrap().origins[0];
        let bare = Http::new(HttpSettings::default(), None, None).unwrap();
        assert!(
            matches!(bare.check(origin), Err(DownstreamError::Misconfigured(_))),
            "{credential}"
        );
        let has_secret = credential.contains("secret");
        assert_eq!(with_secret(&ledger, "open sesame").check(origin).is_ok(), has_secret);
    }
}

#[test]
fn errors_when_a_stand_in_is_not_on_this_machine() {
    for stand_in in [
        "http://10.0.0.1/",
        "https://ledger.contoso.example/",
        "http://u:p@127.0.0.1/",
        "http://127.0.0.1/?x",
    ] {
        let settings = HttpSettings {
            stand_ins: [(ORIGIN.parse().unwrap(), stand_in.parse().unwrap())].into(),
            secrets: BTreeMap::new(),
        };
        assert!(Http::new(settings, None, None).is_err(), "{stand_in}");
    }
}

fn with_secret(ledger: &Service, secret: &str) -> std::sync::Arc<Http> {
    let settings = HttpSettings {
        stand_ins: [(ORIGIN.parse().unwrap(), ledger.url.clone())].into(),
        secrets: [("ledger".to_owned(), secret.to_owned().into())].into(),
    };
    Http::new(settings, None, None).unwrap()
}
