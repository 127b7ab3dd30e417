//! Workload identity: the token in a file.

use std::{path::PathBuf, sync::Arc};

use serde_json::{Value, json};

use super::{
    CLIENT,
    clock::{ManualClock, START},
    field, jwt,
    keys::TestFile,
    soon, token_endpoint,
};
use crate::{ClientCredential, Cloud, CredentialError, Environment};

const CLUSTER: &str = "https://westeurope.oic.prod-aks.azure.com/11111111/22222222/";
const ACCOUNT: &str = "system:serviceaccount:tools:usher";

fn projected(audience: &Value, expires_at: u64) -> String {
    jwt(&json!({"iss": CLUSTER, "sub": ACCOUNT, "aud": audience, "exp": expires_at}))
}

fn good_token() -> String {
    projected(&json!(["api://AzureADTokenExchange"]), START + 3600)
}

fn credential(file: Option<PathBuf>, environment: &Environment) -> Result<ClientCredential, CredentialError> {
    ClientCredential::workload_identity_with_clock(file, &Cloud::Global, environment, ManualClock::new())
}

fn of(file: &TestFile) -> ClientCredential {
    credential(Some(file.path()), &Environment::from_iter([])).unwrap()
}

async fn sent(credential: &ClientCredential) -> Result<String, CredentialError> {
    let fields = credential.fields(&token_endpoint(), CLIENT, soon()).await?;
    assert_eq!(
        field(&fields, "client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!credential.rejected(&fields), "it has no other form");
    Ok(field(&fields, "client_assertion").to_owned())
}

#[tokio::test]
async fn the_token_is_read_anew_for_every_use() {
    let file = TestFile::new(good_token() + "\n");
    let credential = of(&file);
    assert_eq!(sent(&credential).await.unwrap(), good_token());
    let renewed = projected(&json!("api://AzureADTokenExchange"), START + 7200);
    file.replace(&renewed);
    assert_eq!(sent(&credential).await.unwrap(), renewed);
}

#[tokio::test]
async fn the_file_is_the_configured_one_or_else_the_platforms() {
    let (configured, platforms) = (TestFile::new(good_token()), TestFile::new("not a token"));
    let path = platforms.path();
    let environment = Environment::from_iter([("AZURE_FEDERATED_TOKEN_FILE", path.to_str().unwrap())]);
    let explicit = credential(Some(configured.path()), &environment).unwrap();
    assert_eq!(sent(&explicit).await.unwrap(), good_token());

    let implicit = credential(None, &environment).unwrap();
    assert!(matches!(sent(&implicit).await, Err(CredentialError::TokenFile { .. })));
    platforms.replace(good_token());
    assert_eq!(sent(&implicit).await.unwrap(), good_token());
}

#[test]
fn errors_when_nobody_names_a_file() {
    for variables in [vec![], vec![("AZURE_FEDERATED_TOKEN_FILE", "")]] {
        let error = credential(None, &variables.into_iter().collect()).unwrap_err();
        assert_eq!(error, CredentialError::NoTokenFile);
    }
}

#[tokio::test]
async fn errors_when_the_token_is_for_another_audience() {
    for audience in [
        json!(["https://kubernetes.default.svc"]),
        json!("api://azureadtokenexchange"),
        json!(["api://AzureADTokenExchangeUSGov"]),
        json!([]),
    ] {
        let file = TestFile::new(projected(&audience, START + 3600));
        let error = sent(&of(&file)).await.unwrap_err();
        assert!(
            matches!(
                error,
                CredentialError::TokenAudience {
                    expected: "api://AzureADTokenExchange",
                    ..
                }
            ),
            "{audience}: {error}"
        );
        assert!(error.fix().contains("api://AzureADTokenExchange"));
    }
}

#[tokio::test]
async fn the_audience_is_the_clouds() {
    let file = TestFile::new(projected(&json!(["api://AzureADTokenExchangeChina"]), START + 3600));
    let credential = ClientCredential::workload_identity_with_clock(
        Some(file.path()),
        &Cloud::China,
        &Environment::from_iter([]),
        ManualClock::new(),
    );
    assert!(sent(&credential.unwrap()).await.is_ok());
}

#[tokio::test]
async fn errors_when_the_token_has_expired() {
    let file = TestFile::new(projected(&json!("api://AzureADTokenExchange"), START + 10));
    let clock = ManualClock::new();
    let credential = ClientCredential::workload_identity_with_clock(
        Some(file.path()),
        &Cloud::Global,
        &Environment::from_iter([]),
        Arc::clone(&clock) as Arc<dyn crate::Clock>,
    )
    .unwrap();
    assert!(sent(&credential).await.is_ok());
    clock.advance(10);
    let error = sent(&credential).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::TokenExpired { expired_at, .. } if expired_at == START + 10),
        "{error}"
    );
}

#[tokio::test]
async fn errors_when_the_file_holds_no_token_or_is_away() {
    for content in [
        String::new(),
        "not a token".to_owned(),
        "a.b.c".to_owned(),
        jwt(&json!({"iss": CLUSTER, "sub": ACCOUNT})),
        good_token() + ".d",
    ] {
        let file = TestFile::new(&content);
        let error = sent(&of(&file)).await.unwrap_err();
        assert!(
            matches!(error, CredentialError::TokenFile { .. }),
            "{content:?}: {error}"
        );
    }
    let file = TestFile::new("a".repeat(crate::MAX_TOKEN_BYTES + 1));
    for _ in 0..2 {
        let error = sent(&of(&file)).await.unwrap_err();
        assert!(matches!(error, CredentialError::Unreadable { .. }), "{error}");
        if file.path().exists() {
            file.remove();
        }
    }
}

#[tokio::test]
async fn trying_it_out_tells_what_the_federated_credential_must_say() {
    let file = TestFile::new(good_token());
    let credential = of(&file);
    assert_eq!(credential.advice(700_213), None, "nothing was read yet");
    let federated = credential.probe().await.unwrap().federated.unwrap();
    assert_eq!(
        (federated.issuer.as_str(), federated.subject.as_str()),
        (CLUSTER, ACCOUNT)
    );
    assert_eq!(federated.audience, "api://AzureADTokenExchange");
    for code in [70_021, 700_211, 700_212, 700_213, 700_214, 7_002_138] {
        let advice = credential.advice(code).unwrap();
        assert!(advice.contains(CLUSTER) && advice.contains(ACCOUNT), "{advice}");
    }
}

#[test]
fn the_trap_of_a_token_that_was_exchanged_before_is_explained() {
    let file = TestFile::new(good_token());
    let advice = of(&file).advice(700_231).unwrap();
    assert!(advice.contains("on the app registration itself"), "{advice}");
}
