//! What is sent: these fields and headers, and no others.

use usher_entra::{Caller, Remedy, SignedIn};

use crate::support::{API, Exchanges, SECRET, TENANT, graph, in_time, somebody};

#[tokio::test]
async fn an_exchange_has_exactly_these_fields() {
    let exchanges = Exchanges::start().await;
    exchanges.granted(&somebody("alice")).await;
    let request = &exchanges.server.received()[0];
    assert_eq!(request.path, format!("/{TENANT}/oauth2/v2.0/token"));
    let fields: Vec<(&str, &str)> = request
        .form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let assertion = request.field("assertion").unwrap();
    assert!(assertion.starts_with("testing."), "the caller's own token");
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", API),
        ("client_secret", SECRET),
        ("assertion", assertion),
        ("scope", "https://graph.microsoft.com/.default"),
        ("requested_token_use", "on_behalf_of"),
    ];
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn an_exchange_says_who_asks_and_has_an_id_of_its_own() {
    let exchanges = Exchanges::start().await;
    exchanges.granted(&somebody("alice")).await;
    exchanges.granted(&somebody("bob")).await;
    let requests = exchanges.server.received();
    for request in &requests {
        assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
        assert_eq!(request.header("accept"), "application/json");
        assert_eq!(request.header("x-client-sku"), "usher");
        assert_eq!(request.header("x-client-ver"), env!("CARGO_PKG_VERSION"));
        assert_eq!(request.header("x-ms-lib-capability"), "retry-after, h429");
        assert!(request.header("client-request-id").parse::<uuid::Uuid>().is_ok());
        assert!(!request.headers.contains_key("authorization"));
    }
    assert_ne!(
        requests[0].header("client-request-id"),
        requests[1].header("client-request-id")
    );
}

#[tokio::test]
async fn an_application_is_refused_without_asking_entra() {
    let exchanges = Exchanges::start().await;
    let daemon = SignedIn::testing(Caller::testing("daemon").as_application().build());
    assert_eq!(exchanges.remedy(&daemon).await, Remedy::NeedsUser);
    assert_eq!(exchanges.server.hits(), 0);
}

#[tokio::test]
async fn errors_when_the_caller_is_of_another_tenant_than_the_exchanges() {
    let exchanges = Exchanges::start().await;
    let stranger = SignedIn::testing(Caller::testing("alice").in_tenant("another").build());
    let outcome = exchanges.tokens.token(&stranger, &graph(), in_time()).await;
    assert_eq!(outcome.unwrap_err().remedy(), &Remedy::Operator);
    assert_eq!(exchanges.server.hits(), 0);
}
