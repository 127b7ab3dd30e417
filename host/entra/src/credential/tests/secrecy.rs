//! Nothing that is secret is printed.

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;

use super::{
    CLIENT, IDENTITY,
    certificate::{credential, fields, good},
    clock::ManualClock,
    field, keys,
    platform::{Answer, Platform},
    soon, token_endpoint,
};
use crate::{CertificateSettings, ClientCredential, Cloud, CredentialError, ManagedIdentity};

#[tokio::test]
async fn a_secret_is_sent_and_never_printed() {
    let credential = ClientCredential::secret(SecretString::from("hunter2~secret")).unwrap();
    let fields = credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap();
    assert_eq!(field(&fields, "client_secret"), "hunter2~secret");
    assert_eq!(fields.iter().count(), 1);
    assert!(!credential.rejected(&fields), "it has no other form");
    let probe = credential.probe().await.unwrap();
    assert!(probe.warnings[0].contains("development"));
    let printed = format!("{credential:?} {fields:?} {} {probe:?}", credential.describe());
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn errors_when_the_secret_is_empty() {
    let error = ClientCredential::secret(SecretString::from("")).unwrap_err();
    assert_eq!(error, CredentialError::EmptySecret);
}

#[tokio::test]
async fn keys_assertions_and_passwords_are_never_printed() {
    let file = good();
    let credential = credential(&file, &ManualClock::new()).unwrap();
    let fields = fields(&credential).await;
    let settings = CertificateSettings {
        file: file.path(),
        password: Some(SecretString::from("correct horse")),
        send_chain: false,
    };
    let error = ClientCredential::certificate(settings.clone()).unwrap_err();
    let printed = format!(
        "{credential:?} {fields:?} {} {settings:?} {error:?} {error} {}",
        credential.describe(),
        error.fix()
    );
    let key = STANDARD.encode(keys::key().serialized_der());
    let assertion = field(&fields, "client_assertion");
    for secret in [&key[..40], &key[400..440], &assertion[..20], "correct horse"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn an_identitys_token_and_header_are_never_printed() {
    let platform = Platform::start([Answer::token("secret-token", 3600)]).await;
    let environment = platform.container_apps();
    let identity = ManagedIdentity::with_clock(Some(IDENTITY), &environment, ManualClock::new()).unwrap();
    let credential = ClientCredential::managed_identity(identity.clone(), &Cloud::Global).unwrap();
    let fields = credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap();
    let printed = format!("{environment:?} {identity:?} {credential:?} {fields:?}");
    assert!(
        !printed.contains("secret-token") && !printed.contains("only-ours"),
        "{printed}"
    );
}
