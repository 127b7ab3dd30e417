//! What is sent: assertions, in both forms, verified with the public key.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rcgen::{KeyPair, PublicKeyData};
use serde_json::Value;

use super::{
    CLIENT, TOKEN_ENDPOINT,
    clock::{ManualClock, START},
    field,
    keys::{self, TestFile, bundle, certificate, key, next_key},
    soon, token_endpoint,
};
use crate::{
    CertificateSettings, ClientCredential, CredentialDescription, CredentialError, credential::CredentialFields,
};

/// A credential from this file content.
pub(super) fn credential(file: &TestFile, clock: &Arc<ManualClock>) -> Result<ClientCredential, CredentialError> {
    let settings = CertificateSettings {
        file: file.path(),
        password: None,
        send_chain: false,
    };
    ClientCredential::certificate_with_clock(settings, clock.clone())
}

pub(super) fn good() -> TestFile {
    TestFile::new(bundle(key(), &certificate(key())))
}

pub(super) async fn fields(credential: &ClientCredential) -> CredentialFields {
    credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap()
}

fn assertion(fields: &CredentialFields) -> &str {
    assert_eq!(
        field(fields, "client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert_eq!(fields.iter().count(), 2);
    field(fields, "client_assertion")
}

/// The claims, if the signature is this key's by this algorithm.
fn verified(assertion: &str, algorithm: Algorithm, key: &KeyPair) -> Option<Value> {
    let mut rules = Validation::new(algorithm);
    rules.validate_exp = false;
    rules.validate_aud = false;
    let key = DecodingKey::from_rsa_der(key.der_bytes());
    decode(assertion, &key, &rules).ok().map(|token| token.claims)
}

/// Which key signed it, told by who verifies it.
pub(super) fn is_by(fields: &CredentialFields, key: &KeyPair) -> bool {
    verified(assertion(fields), Algorithm::PS256, key).is_some()
}

#[tokio::test]
async fn an_assertion_is_signed_ps256_and_names_the_certificate_by_sha256() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let fields = fields(&credential).await;
    let claims = verified(assertion(&fields), Algorithm::PS256, key()).unwrap();
    assert_eq!(claims["aud"], TOKEN_ENDPOINT);
    assert_eq!(claims["iss"], CLIENT.to_string());
    assert_eq!(claims["sub"], CLIENT.to_string());
    assert_eq!(claims["nbf"], START);
    assert_eq!(claims["iat"], START);
    assert_eq!(claims["exp"], START + 600);
    assert!(claims["jti"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());

    let header = decode_header(assertion(&fields)).unwrap();
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert_eq!(header.alg, Algorithm::PS256);
    let sha256 = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate_in(&file)));
    assert_eq!(header.x5t_s256, Some(sha256));
    assert_eq!((header.x5t, header.x5c, header.kid), (None, None, None));
}

/// The DER of the certificate in a PEM file.
fn certificate_in(file: &TestFile) -> Vec<u8> {
    use rustls_pki_types::{CertificateDer, pem::PemObject};
    CertificateDer::from_pem_file(file.path()).unwrap().to_vec()
}

#[tokio::test]
async fn after_a_refusal_the_older_form_is_tried_once_and_remembered() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let refused = fields(&credential).await;
    assert!(credential.rejected(&refused));

    let older = fields(&credential).await;
    assert_eq!(verified(assertion(&older), Algorithm::PS256, key()), None);
    assert!(verified(assertion(&older), Algorithm::RS256, key()).is_some());
    let header = decode_header(assertion(&older)).unwrap();
    let sha1 = URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate_in(&file)));
    assert_eq!(header.x5t, Some(sha1));
    assert_eq!(header.x5t_s256, None);

    clock.advance(3600);
    let later = fields(&credential).await;
    assert_eq!(decode_header(assertion(&later)).unwrap().alg, Algorithm::RS256);
    assert!(credential.describe().to_string().contains("RS256 with x5t"));
}

#[tokio::test]
async fn when_both_forms_are_refused_it_is_the_certificate_and_nothing_is_repeated() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let first = fields(&credential).await;
    assert!(credential.rejected(&first));
    let second = fields(&credential).await;
    assert!(!credential.rejected(&second));
    let next = fields(&credential).await;
    assert_eq!(decode_header(assertion(&next)).unwrap().alg, Algorithm::PS256);
}

#[tokio::test]
async fn each_of_two_requests_under_way_may_try_the_older_form() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let (one, other) = (fields(&credential).await, fields(&credential).await);
    assert!(credential.rejected(&one));
    assert!(credential.rejected(&other));
    let again = fields(&credential).await;
    assert_eq!(decode_header(assertion(&again)).unwrap().alg, Algorithm::RS256);
}

#[tokio::test]
async fn an_assertion_is_used_again_for_nine_minutes_at_one_endpoint() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let first = fields(&credential).await;
    clock.advance(9 * 60 - 1);
    assert_eq!(assertion(&fields(&credential).await), assertion(&first));

    let elsewhere = "https://login.microsoftonline.us/t/oauth2/v2.0/token".parse().unwrap();
    let other = credential.fields(&elsewhere, CLIENT, soon()).await.unwrap();
    let claims = verified(assertion(&other), Algorithm::PS256, key()).unwrap();
    assert_eq!(claims["aud"], elsewhere.as_str());

    clock.advance(1);
    let next = fields(&credential).await;
    let jti = |fields: &CredentialFields| verified(assertion(fields), Algorithm::PS256, key()).unwrap()["jti"].clone();
    assert_ne!(jti(&next), jti(&first));
    assert_ne!(jti(&next), jti(&other));
}

#[tokio::test]
async fn the_chain_is_sent_when_asked_for_leaf_first_and_without_the_root() {
    let [own, issuing, root] = keys::chain();
    let content = [&root, &own, &issuing]
        .map(|der| keys::pem("CERTIFICATE", der))
        .concat();
    let file = TestFile::new(content + &keys::pem("PRIVATE KEY", key().serialized_der()));
    let settings = CertificateSettings {
        file: file.path(),
        password: None,
        send_chain: true,
    };
    let credential = ClientCredential::certificate_with_clock(settings, ManualClock::new()).unwrap();
    let fields = fields(&credential).await;
    assert!(is_by(&fields, key()));
    let header = decode_header(assertion(&fields)).unwrap();
    assert_eq!(header.x5c, Some(vec![STANDARD.encode(own), STANDARD.encode(issuing)]));
}

#[tokio::test]
async fn a_certificate_that_ends_while_it_is_in_use_is_not_sent() {
    let clock = ManualClock::new();
    let short = keys::certificate_for(key(), START - 60, START + 3600);
    let file = TestFile::new(bundle(key(), &short));
    let credential = credential(&file, &clock).unwrap();
    fields(&credential).await;
    clock.advance(3601);
    let error = credential.fields(&token_endpoint(), CLIENT, soon()).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::CertificateExpired { not_after, .. } if not_after == START + 3600),
        "{error}"
    );
    assert!(!error.is_transient());
}

#[tokio::test]
async fn trying_it_out_warns_of_an_end_within_thirty_days() {
    let clock = ManualClock::new();
    let certificate = keys::certificate_for(key(), START - 60, START + 31 * keys::DAY);
    let file = TestFile::new(bundle(key(), &certificate));
    let credential = credential(&file, &clock).unwrap();
    assert_eq!(credential.probe().await.unwrap().warnings, Vec::<String>::new());
    clock.advance(2 * keys::DAY);
    let warnings = credential.probe().await.unwrap().warnings;
    assert!(warnings[0].contains("expires at 20"), "{warnings:?}");
}

#[tokio::test]
async fn the_description_tells_what_the_portal_lists() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let CredentialDescription::Certificate {
        subject,
        thumbprint,
        not_after,
        ..
    } = credential.describe()
    else {
        panic!("{credential:?}");
    };
    assert!(subject.contains("CN=usher"), "{subject}");
    assert_eq!(not_after, START + 365 * keys::DAY);
    let sha1: String = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate_in(&file))
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert_eq!(thumbprint, sha1);
    assert!(credential.advice(700_027).unwrap().contains(&sha1));
    assert_eq!(credential.advice(65_001), None);
}

#[tokio::test]
async fn a_new_key_starts_with_the_newer_form_and_an_assertion_of_its_own() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let refused = fields(&credential).await;
    assert!(credential.rejected(&refused));
    file.replace(bundle(next_key(), &certificate(next_key())));
    clock.advance(2);
    assert!(is_by(&fields(&credential).await, next_key()));
}
