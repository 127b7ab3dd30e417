//! Somebody else's word for the API's app: a cluster's about a service account, this tenant's about a managed identity.

use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;
use usher_devcloud::{MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID};

use crate::support::{CLIENT_ASSERTION_TYPE, Running, assert_entra_error, unchecked_claims};

async fn projected(cloud: &Running, account: &str, more: Value) -> String {
    let mut body = json!({ "namespace": "usher", "service_account": account });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = cloud.control("/dev/kubernetes-token", body).await;
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_service_accounts_token_stands_for_the_apps_credential() {
    let cloud = Running::start().await;
    let token = projected(&cloud, "usher", json!({})).await;
    let (status, answer) = cloud.present(&token).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        unchecked_claims(answer["access_token"].as_str().unwrap())["azpacr"],
        "2"
    );

    // Its issuer can be looked up by anybody, as a cluster's can.
    let claims = unchecked_claims(&token);
    let issuer = claims["iss"].as_str().unwrap();
    let configuration = cloud
        .get_json(&format!("{issuer}/.well-known/openid-configuration"))
        .await;
    assert_eq!(configuration["issuer"], issuer);
    let keys = cloud.get_json(configuration["jwks_uri"].as_str().unwrap()).await;
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(keys["keys"][0]["kid"], header.kid.unwrap());
}

#[tokio::test]
async fn errors_when_no_federated_credential_matches() {
    let cloud = Running::start().await;
    let issuer = cloud.get_json(&cloud.url("/dev.json")).await["kubernetes"]["issuer"].clone();
    let over = OffsetDateTime::now_utc().unix_timestamp() - 10;
    for (what, account, more, code) in [
        ("another subject", "other", json!({}), 700_213),
        ("another case", "Usher", json!({}), 7_002_138),
        (
            "another audience",
            "usher",
            json!({ "audience": "api://Other" }),
            700_212,
        ),
        (
            "another issuer",
            "usher",
            json!({ "claims": { "iss": "https://cluster.example" } }),
            700_211,
        ),
        (
            "another case of the issuer",
            "usher",
            json!({ "claims": { "iss": issuer.as_str().unwrap().replace("kub", "Kub") } }),
            700_211,
        ),
        (
            "two audiences",
            "usher",
            json!({ "claims": { "aud": ["api://AzureADTokenExchange", "x"] } }),
            5_002_741,
        ),
        ("over", "usher", json!({ "claims": { "exp": over } }), 700_024),
    ] {
        let (_, body) = cloud.present(&projected(&cloud, account, more).await).await;
        assert_eq!(body["error_codes"], json!([code]), "{what}");
        assert_entra_error(&body, "invalid_client", code);
    }
    let token = projected(&cloud, "usher", json!({})).await;
    let forged = format!("{}.{}", token.rsplit_once('.').unwrap().0, "A".repeat(342));
    let (_, body) = cloud.present(&forged).await;
    assert_entra_error(&body, "invalid_client", 700_027);

    cloud
        .control("/dev/credentials", json!({ "action": "remove_federated" }))
        .await;
    let (status, body) = cloud.present(&token).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_entra_error(&body, "invalid_client", 70021);
    let federated = json!({
        "issuer": issuer,
        "subject": "system:serviceaccount:usher:usher",
        "audiences": ["api://AzureADTokenExchange"],
    });
    cloud
        .control(
            "/dev/credentials",
            json!({ "action": "add_federated", "federated": federated }),
        )
        .await;
    assert_eq!(cloud.present(&token).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_managed_identitys_token_stands_for_the_apps_credential() {
    let cloud = Running::start().await;
    let token = identity_token(&cloud).await;
    let (status, answer) = cloud.present(&token).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    for (what, subject, audience, code) in [
        (
            "the client id is not the subject",
            MANAGED_IDENTITY_CLIENT_ID,
            "api://AzureADTokenExchange",
            700_213,
        ),
        (
            "the audience must be the URI",
            MANAGED_IDENTITY_PRINCIPAL_ID,
            "fb60f99c-7a34-4190-8149-302f77469936",
            700_214,
        ),
    ] {
        cloud
            .control("/dev/credentials", json!({ "action": "remove_federated" }))
            .await;
        let federated = json!({ "issuer": cloud.at.issuer(), "subject": subject, "audiences": [audience] });
        cloud
            .control(
                "/dev/credentials",
                json!({ "action": "add_federated", "federated": federated }),
            )
            .await;
        let (_, body) = cloud.present(&token).await;
        assert_eq!(body["error_codes"], json!([code]), "{what}");
    }
}

async fn identity_token(cloud: &Running) -> String {
    let query = format!(
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange&client_id={MANAGED_IDENTITY_CLIENT_ID}"
    );
    let request = cloud.http.get(cloud.url(&query)).header("metadata", "true");
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn errors_when_a_persons_token_or_a_federated_one_is_to_vouch_for_the_app() {
    let cloud = Running::start().await;
    let persons = cloud.mint(json!({ "persona": "member" })).await;
    let (_, body) = cloud.present(&persons).await;
    assert_entra_error(&body, "invalid_client", 700_229);

    // From the service account to the managed identity, and from there to the app: one step too many.
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
        ("scope", "api://AzureADTokenExchange/.default"),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", &projected(&cloud, "usher", json!({})).await),
    ];
    let (status, answer) = cloud.token(&form).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, body) = cloud.present(answer["access_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_entra_error(&body, "invalid_client", 700_231);
}
