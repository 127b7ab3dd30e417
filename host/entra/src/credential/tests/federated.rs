//! A managed identity as federated credential of the app registration.

use serde_json::json;

use super::{
    CLIENT, IDENTITY,
    clock::{ManualClock, START},
    field, jwt,
    platform::{Answer, Platform},
    soon, token_endpoint,
};
use crate::{ClientCredential, Cloud, CredentialDescription, CredentialError, Environment, ManagedIdentity};

const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
const PRINCIPAL: &str = "eeeeeeee-bbbb-4ccc-8ddd-eeeeeeeeeeee";

fn identity_token() -> String {
    jwt(&json!({
        "aud": "fb60f99c-7a34-4190-8149-302f77469936",
        "iss": ISSUER,
        "sub": PRINCIPAL,
        "exp": START + 86_400,
    }))
}

fn credential(platform: &Platform, cloud: &Cloud) -> ClientCredential {
    let identity = ManagedIdentity::with_clock(Some(IDENTITY), &platform.virtual_machine(), ManualClock::new());
    ClientCredential::managed_identity(identity.unwrap(), cloud).unwrap()
}

#[tokio::test]
async fn the_identitys_token_is_the_assertion_unchanged_and_is_not_fetched_for_each_use() {
    let platform = Platform::start([Answer::Token(identity_token(), 86_400)]).await;
    let credential = credential(&platform, &Cloud::Global);
    for _ in 0..3 {
        let fields = credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap();
        assert_eq!(field(&fields, "client_assertion"), identity_token());
        assert_eq!(
            field(&fields, "client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert!(!credential.rejected(&fields), "it has no other form");
    }
    assert_eq!(platform.hits(), 1);
}

#[tokio::test]
async fn the_token_is_asked_for_with_the_clouds_audience() {
    for (cloud, audience) in [
        (Cloud::Global, "api%3A%2F%2FAzureADTokenExchange&"),
        (Cloud::UsGovernment, "api%3A%2F%2FAzureADTokenExchangeUSGov&"),
        (Cloud::UsGovernmentDod, "api%3A%2F%2FAzureADTokenExchangeUSGov&"),
        (Cloud::China, "api%3A%2F%2FAzureADTokenExchangeChina&"),
    ] {
        let platform = Platform::start([Answer::Token(identity_token(), 86_400)]).await;
        let credential = credential(&platform, &cloud);
        credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap();
        let query = platform.asked()[0].uri.query().unwrap().to_owned();
        assert!(query.contains(&format!("resource={audience}")), "{query}");
    }
}

#[test]
fn errors_when_the_identity_is_the_system_assigned_one() {
    let identity = ManagedIdentity::new(None, &Environment::from_iter([])).unwrap();
    let error = ClientCredential::managed_identity(identity, &Cloud::Global).unwrap_err();
    assert_eq!(error, CredentialError::SystemAssigned);
    assert!(error.to_string().contains("can't be a federated credential"));
    assert!(error.fix().contains("user-assigned"));
}

#[tokio::test]
async fn trying_it_out_tells_what_the_federated_credential_must_say() {
    let platform = Platform::start([Answer::Token(identity_token(), 86_400)]).await;
    let credential = credential(&platform, &Cloud::Global);
    let federated = credential.probe().await.unwrap().federated.unwrap();
    assert_eq!(
        (federated.issuer.as_str(), federated.subject.as_str()),
        (ISSUER, PRINCIPAL)
    );
    assert_eq!(federated.audience, "api://AzureADTokenExchange");
    assert!(credential.advice(700_213).unwrap().contains(PRINCIPAL));
    assert!(credential.advice(70_021).unwrap().contains("last minutes"));
    assert!(
        credential
            .advice(700_231)
            .unwrap()
            .contains("configure workload identity")
    );
    assert_eq!(
        credential.describe(),
        CredentialDescription::ManagedIdentity {
            client_id: IDENTITY,
            source: "the Instance Metadata Service",
            audience: "api://AzureADTokenExchange",
        }
    );
}

#[tokio::test]
async fn a_platform_that_is_away_is_a_matter_of_time() {
    let platform = Platform::start([Answer::Status(503)]).await;
    let credential = credential(&platform, &Cloud::Global);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(1);
    let error = credential
        .fields(&token_endpoint(), CLIENT, deadline)
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error}");
}
