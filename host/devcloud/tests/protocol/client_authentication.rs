//! How the API's app proves who it is by its own means: with its secret, with a certificate.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;
use usher_devcloud::{API_CLIENT_ID, DAEMON_CLIENT_ID};
use uuid::Uuid;

use crate::support::{Running, assert_entra_error, exchange_without_credential, unchecked_claims};

/// A certificate with its key, registered for the API's app or not.
struct Credential {
    pem: String,
    key: EncodingKey,
    sha1: String,
    sha256: String,
}

impl Credential {
    fn new() -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::default().self_signed(&pair).unwrap();
        Self {
            pem: certificate.pem(),
            key: EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap(),
            sha1: String::new(),
            sha256: String::new(),
        }
    }

    async fn registered(cloud: &Running, by_sha256: bool) -> Self {
        let mut credential = Self::new();
        let action = json!({
            "action": "add_certificate",
            "certificate": credential.pem,
            "by_sha256": by_sha256,
        });
        let thumbprints = cloud.control("/dev/credentials", action).await;
        credential.sha1 = thumbprints["x5t"].as_str().unwrap().to_owned();
        credential.sha256 = thumbprints["x5t#S256"].as_str().unwrap().to_owned();
        credential
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).unwrap()
    }

    fn ps256(&self) -> Header {
        let mut header = Header::new(Algorithm::PS256);
        header.x5t_s256 = Some(self.sha256.clone());
        header
    }

    fn rs256(&self) -> Header {
        let mut header = Header::new(Algorithm::RS256);
        header.x5t = Some(self.sha1.clone());
        header
    }
}

fn claims(cloud: &Running) -> Value {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    json!({
        "aud": cloud.at.token_endpoint(),
        "iss": API_CLIENT_ID,
        "sub": API_CLIENT_ID,
        "jti": Uuid::new_v4().to_string(),
        "nbf": now,
        "iat": now,
        "exp": now + 600,
    })
}

#[tokio::test]
async fn errors_when_the_secret_is_wrong_missing_or_over() {
    let cloud = Running::start().await;
    let user = cloud.mint(json!({ "persona": "member" })).await;
    let good = cloud.exchange(&user).await;
    let mut wrong = exchange_without_credential(&user);
    let (_, body) = cloud.token(&wrong).await;
    assert_entra_error(&body, "invalid_client", 7_000_218);
    wrong.push(("client_secret", "wrong".into()));
    let (status, body) = cloud.token(&wrong).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_entra_error(&body, "invalid_client", 7_000_215);

    cloud
        .control("/dev/credentials", json!({ "action": "expire_secret" }))
        .await;
    let (status, body) = cloud.token(&good).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_entra_error(&body, "invalid_client", 7_000_222);
    cloud
        .control("/dev/credentials", json!({ "action": "renew_secret" }))
        .await;
    assert_eq!(cloud.token(&good).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_certificate_is_found_by_either_thumbprint_padded_or_not() {
    let cloud = Running::start().await;
    let credential = Credential::registered(&cloud, true).await;
    let mut padded = credential.ps256();
    padded.x5t_s256 = Some(format!("{}=", credential.sha256));
    let mut padded_sha1 = credential.rs256();
    padded_sha1.x5t = Some(format!("{}=", credential.sha1));
    let mut mixed = credential.rs256();
    (mixed.x5t, mixed.x5t_s256) = (None, Some(credential.sha256.clone()));
    for header in [credential.ps256(), credential.rs256(), padded, padded_sha1, mixed] {
        let mut claims = claims(&cloud);
        // Dates as MSAL for Python writes them.
        claims["exp"] = json!(claims["exp"].as_f64().unwrap() + 0.25);
        let (status, answer) = cloud.present(&credential.sign(&header, &claims)).await;
        assert_eq!(status, StatusCode::OK, "{header:?}: {answer}");
        let token = unchecked_claims(answer["access_token"].as_str().unwrap());
        assert_eq!(token["azpacr"], "2");
        assert!(token.get("xms_ficinfo").is_none());
    }
}

#[tokio::test]
async fn errors_when_the_clients_assertion_is_not_what_entra_takes() {
    let cloud = Running::start().await;
    let (credential, unknown) = (Credential::registered(&cloud, true).await, Credential::new());
    let mut unknown_thumbprint = credential.ps256();
    unknown_thumbprint.x5t_s256 = Some("AAAA".into());
    let endpoint = cloud.at.token_endpoint();
    let over = OffsetDateTime::now_utc().unix_timestamp() - 10;
    for (what, header, patch, code) in [
        ("no thumbprint", Header::new(Algorithm::PS256), json!({}), 5_002_723),
        ("unknown thumbprint", unknown_thumbprint, json!({}), 700_027),
        (
            "two audiences",
            credential.ps256(),
            json!({ "aud": [endpoint, "x"] }),
            5_002_741,
        ),
        (
            "an array of one",
            credential.ps256(),
            json!({ "aud": [endpoint] }),
            5_002_741,
        ),
        (
            "another audience",
            credential.ps256(),
            json!({ "aud": cloud.at.issuer() }),
            700_023,
        ),
        ("another subject", credential.ps256(), json!({ "sub": "x" }), 700_021),
        (
            "another issuer",
            credential.ps256(),
            json!({ "iss": DAEMON_CLIENT_ID }),
            700_021,
        ),
        ("over", credential.ps256(), json!({ "exp": over }), 700_024),
        ("no end", credential.ps256(), json!({ "exp": null }), 700_024),
        ("not yet", credential.ps256(), json!({ "nbf": over + 4000 }), 700_024),
    ] {
        let mut claims = claims(&cloud);
        for (name, value) in patch.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let (status, body) = cloud.present(&credential.sign(&header, &claims)).await;
        assert!(status == StatusCode::UNAUTHORIZED || code == 5_002_741, "{what}");
        assert_entra_error(&body, "invalid_client", code);
    }
    let (_, body) = cloud.present(&unknown.sign(&credential.ps256(), &claims(&cloud))).await;
    assert_entra_error(&body, "invalid_client", 700_027);
    assert!(
        body["error_description"]
            .as_str()
            .unwrap()
            .contains("failed signature validation")
    );
    let mut other_algorithm = credential.rs256();
    other_algorithm.alg = Algorithm::RS512;
    let (_, body) = cloud.present(&credential.sign(&other_algorithm, &claims(&cloud))).await;
    assert_entra_error(&body, "invalid_client", 5_002_730);
    let (_, body) = cloud.present("garbage").await;
    assert_entra_error(&body, "invalid_request", 50027);

    cloud
        .control("/dev/credentials", json!({ "action": "remove_certificates" }))
        .await;
    let (_, body) = cloud
        .present(&credential.sign(&credential.ps256(), &claims(&cloud)))
        .await;
    assert_entra_error(&body, "invalid_client", 700_027);
}

#[tokio::test]
async fn a_tenant_may_know_a_certificate_by_sha1_only() {
    let cloud = Running::start().await;
    let credential = Credential::registered(&cloud, false).await;
    let (_, body) = cloud
        .present(&credential.sign(&credential.ps256(), &claims(&cloud)))
        .await;
    assert_entra_error(&body, "invalid_client", 700_027);
    let (status, _) = cloud
        .present(&credential.sign(&credential.rs256(), &claims(&cloud)))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_assertion_may_be_sent_again_and_its_jti_may_not_be_anothers() {
    let cloud = Running::start().await;
    let credential = Credential::registered(&cloud, true).await;
    let mut claims = claims(&cloud);
    let first = credential.sign(&credential.rs256(), &claims);
    for _ in 0..2 {
        assert_eq!(cloud.present(&first).await.0, StatusCode::OK);
    }
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 1);
    let (_, body) = cloud.present(&credential.sign(&credential.rs256(), &claims)).await;
    assert_entra_error(&body, "invalid_client", 50012);
}

#[tokio::test]
async fn a_certificate_of_the_settings_is_registered() {
    let credential = Credential::new();
    let settings = usher_devcloud::DevCloudSettings {
        certificates: vec![credential.pem.clone()],
        ..usher_devcloud::DevCloudSettings::new(crate::support::MCP)
    };
    let cloud = Running::with(settings).await;
    // Registering it once more only tells its thumbprints.
    let action = json!({ "action": "add_certificate", "certificate": credential.pem });
    let thumbprints = cloud.control("/dev/credentials", action).await;
    let mut header = Header::new(Algorithm::RS256);
    header.x5t = Some(thumbprints["x5t"].as_str().unwrap().to_owned());
    assert_eq!(
        cloud.present(&credential.sign(&header, &claims(&cloud))).await.0,
        StatusCode::OK
    );
}
