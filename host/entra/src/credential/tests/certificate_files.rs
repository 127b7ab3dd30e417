//! What is read: the forms that a file may have, what is wrong with others, and what happens when a file changes.

use p12_keystore::EncryptionAlgorithm;
use rcgen::KeyPair;
use secrecy::SecretString;

use super::{
    certificate::{credential, fields, good, is_by},
    clock::{ManualClock, START},
    keys::{self, TestFile, bundle, certificate, key, next_key, pem, pkcs1},
};
use crate::{CertificateFileProblem, CertificateSettings, ClientCredential, CredentialError};

fn with_password(file: &TestFile, password: Option<&str>) -> Result<ClientCredential, CredentialError> {
    let settings = CertificateSettings {
        file: file.path(),
        password: password.map(SecretString::from),
        send_chain: false,
    };
    ClientCredential::certificate_with_clock(settings, ManualClock::new())
}

fn problem(content: impl AsRef<[u8]>, password: Option<&str>) -> CertificateFileProblem {
    let file = TestFile::new(content);
    match with_password(&file, password).unwrap_err() {
        CredentialError::CertificateFile { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_key_may_be_in_either_pem_form_before_or_after_its_certificate() {
    let certificate = pem("CERTIFICATE", &certificate(key()));
    let other = pem("CERTIFICATE", &keys::certificate(next_key()));
    let pkcs8 = pem("PRIVATE KEY", key().serialized_der());
    let pkcs1 = pem("RSA PRIVATE KEY", &pkcs1(key()));
    for content in [
        [&pkcs8, &certificate, ""],
        [&certificate, &pkcs8, ""],
        [&certificate, &pkcs1, ""],
        [&other, &certificate, &pkcs1],
        ["Bag Attributes\n    friendlyName: usher\n", &pkcs8, &certificate],
    ] {
        let file = TestFile::new(content.concat());
        let credential = credential(&file, &ManualClock::new()).unwrap();
        assert!(is_by(&fields(&credential).await, key()));
    }
}

#[tokio::test]
async fn a_pkcs12_file_may_be_encrypted_in_the_new_way_or_the_old_one() {
    for encryption in [
        EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
        EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
        EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc,
    ] {
        let file = TestFile::new(keys::pkcs12("correct horse", encryption));
        let credential = with_password(&file, Some("correct horse")).unwrap();
        assert!(is_by(&fields(&credential).await, key()), "{encryption:?}");

        let without = TestFile::new(keys::pkcs12("", encryption));
        assert!(with_password(&without, None).is_ok(), "{encryption:?}");
    }
}

#[test]
fn errors_when_the_password_is_wrong_or_missing() {
    let content = keys::pkcs12("correct horse", EncryptionAlgorithm::PbeWithHmacSha256AndAes256);
    for password in [Some("battery staple"), None] {
        assert_eq!(problem(&content, password), CertificateFileProblem::Password);
    }
}

#[test]
fn errors_when_the_file_is_not_a_key_with_its_certificate() {
    let rsa = pem("PRIVATE KEY", key().serialized_der());
    let elliptic = KeyPair::generate().unwrap();
    let its_certificate = certificate(&elliptic);
    let its_own = pem("CERTIFICATE", &certificate(key()));
    let of_another = pem("CERTIFICATE", &certificate(next_key()));
    use CertificateFileProblem as Problem;
    for (content, expected) in [
        (its_own.clone(), Problem::NoKey),
        (rsa.clone(), Problem::NoCertificate),
        (rsa.clone() + &of_another, Problem::NoCertificate),
        (rsa.clone() + &rsa + &its_own, Problem::SeveralKeys),
        (bundle(&elliptic, &its_certificate), Problem::NotRsa),
        (pem("EC PRIVATE KEY", b"x") + &its_own, Problem::NotRsa),
        (pem("ENCRYPTED PRIVATE KEY", b"x") + &its_own, Problem::EncryptedPem),
        (rsa.clone() + &pem("CERTIFICATE", b"x"), Problem::Certificate),
        (rsa.replace("-----END", "-----"), Problem::Pem),
        ("not a certificate".to_owned(), Problem::Format),
        (String::new(), Problem::Format),
    ] {
        assert_eq!(problem(&content, None), expected, "{expected}");
    }
}

#[test]
fn errors_when_a_password_is_set_that_protects_nothing() {
    let content = bundle(key(), &certificate(key()));
    assert_eq!(problem(content, Some("x")), CertificateFileProblem::PasswordForPem);
}

#[test]
fn errors_when_the_file_is_missing_or_larger_than_any_certificate() {
    let file = TestFile::new(vec![b'x'; 1024 * 1024 + 1]);
    for _ in 0..2 {
        let error = with_password(&file, None).unwrap_err();
        assert!(matches!(error, CredentialError::Unreadable { .. }), "{error}");
        if file.path().exists() {
            file.remove();
        }
    }
}

#[test]
fn errors_when_the_certificate_is_not_valid_today() {
    let over = TestFile::new(bundle(key(), &keys::certificate_for(key(), START - 20, START - 10)));
    let error = with_password(&over, None).unwrap_err();
    assert!(matches!(error, CredentialError::CertificateExpired { .. }), "{error}");
    let later = TestFile::new(bundle(key(), &keys::certificate_for(key(), START + 10, START + 20)));
    let error = with_password(&later, None).unwrap_err();
    assert!(
        matches!(error, CredentialError::CertificateNotYetValid { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_new_file_is_taken_up_within_two_seconds_and_not_looked_for_before() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    file.replace(bundle(next_key(), &certificate(next_key())));
    clock.advance(1);
    assert!(is_by(&fields(&credential).await, key()));
    clock.advance(1);
    assert!(is_by(&fields(&credential).await, next_key()));
}

#[tokio::test]
async fn a_bad_new_file_leaves_the_old_key_at_work_and_a_good_one_after_it_is_taken_up() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let expired = keys::certificate_for(next_key(), START - 20, START - 10);
    for content in ["half a fi".to_owned(), String::new(), bundle(next_key(), &expired)] {
        file.replace(content);
        clock.advance(2);
        assert!(is_by(&fields(&credential).await, key()));
        let warnings = credential.probe().await.unwrap().warnings;
        assert!(warnings[0].contains("the one before is still in use"), "{warnings:?}");
    }
    file.remove();
    clock.advance(2);
    assert!(is_by(&fields(&credential).await, key()));

    file.replace(bundle(next_key(), &certificate(next_key())));
    clock.advance(2);
    assert!(is_by(&fields(&credential).await, next_key()));
    assert_eq!(credential.probe().await.unwrap().warnings, Vec::<String>::new());
}

#[tokio::test]
async fn a_new_certificate_for_later_is_taken_up_when_its_time_has_come() {
    let (file, clock) = (good(), ManualClock::new());
    let credential = credential(&file, &clock).unwrap();
    let later = keys::certificate_for(next_key(), START + 60, START + 365 * keys::DAY);
    file.replace(bundle(next_key(), &later));
    clock.advance(2);
    assert!(is_by(&fields(&credential).await, key()));
    clock.advance(60);
    assert!(is_by(&fields(&credential).await, next_key()));
}
