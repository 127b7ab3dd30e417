//! The client's credential in an exchange: its older form, its absence, and whether Entra takes it.

use std::fs;

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tempfile::TempDir;
use usher_entra::{CertificateSettings, ClientCredential, Cloud, Environment, Remedy};

use crate::support::{API, Exchanges, Reply, SECRET, somebody};

/// A certificate credential, and the folder that it is read from.
fn certificate() -> (ClientCredential, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let file = folder.path().join("client.pem");
    fs::write(&file, format!("{}{}", key.serialize_pem(), certificate.pem())).unwrap();
    let settings = CertificateSettings {
        file,
        password: None,
        send_chain: false,
    };
    (ClientCredential::certificate(settings).unwrap(), folder)
}

fn not_recognised() -> Reply {
    Reply::error(401, "invalid_client", 700_027, None, None)
}

#[tokio::test]
async fn an_assertion_that_is_not_recognised_is_made_once_more_in_its_older_form() {
    let (credential, _folder) = certificate();
    let exchanges = Exchanges::with(credential, |_| ()).await;
    exchanges.server.behave(|request| match request.number {
        1 => not_recognised(),
        _ => Reply::token("granted", 3600),
    });
    assert_eq!(exchanges.granted(&somebody("alice")).await, "granted");
    let requests = exchanges.server.received();
    let assertions: Vec<&str> = requests
        .iter()
        .map(|request| request.field("client_assertion").unwrap())
        .collect();
    assert_eq!(assertions.len(), 2);
    assert_ne!(assertions[0], assertions[1]);
    assert!(requests.iter().all(|request| request.field("client_secret").is_none()));
}

#[tokio::test]
async fn an_assertion_that_is_recognised_in_neither_form_is_the_operators_to_look_at() {
    let (credential, _folder) = certificate();
    let exchanges = Exchanges::with(credential, |_| ()).await;
    exchanges.server.answer(not_recognised());
    let error = exchanges.refused(&somebody("alice")).await;
    assert_eq!(exchanges.server.hits(), 2, "two forms, two attempts");
    assert_eq!(error.remedy(), &Remedy::Operator);
    assert!(error.operator().fix.contains("thumbprint"), "{error}");
}

#[tokio::test]
async fn a_credential_that_yields_no_proof_is_the_operators_to_look_at_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("token");
    let environment = Environment::from_iter([]);
    let credential = ClientCredential::workload_identity(Some(missing), &Cloud::Global, &environment).unwrap();
    let exchanges = Exchanges::with(credential, |_| ()).await;
    let error = exchanges.refused(&somebody("alice")).await;
    assert_eq!(error.remedy(), &Remedy::Operator);
    assert_eq!(error.operator().error, "credential");
    assert!(error.operator().meaning.contains("token"), "{error}");
    assert_eq!(exchanges.server.hits(), 0);
}

#[tokio::test]
async fn a_probe_asks_for_a_token_of_the_apps_own_and_says_why_there_is_none() {
    let exchanges = Exchanges::start().await;
    exchanges.tokens.probe().await.unwrap();
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", API),
        ("client_secret", SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(exchanges.server.received()[0].form, expected);

    exchanges
        .server
        .answer(Reply::error(401, "invalid_client", 7_000_222, None, None));
    let error = exchanges.tokens.probe().await.unwrap_err();
    assert_eq!(error.operator().code, Some(7_000_222));
    assert_eq!(error.operator().meaning, "The client secret has expired.");
}
