//! What Microsoft's client libraries ask before they trust an authority, directly and through a TLS terminator.

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;
use usher_devcloud::TENANT_ID;

use crate::support::{Running, assert_entra_error};

async fn discover(cloud: &Running, endpoint: &str) -> (StatusCode, Value) {
    let query = [("api-version", "1.1"), ("authorization_endpoint", endpoint)];
    let url = Url::parse_with_params(&cloud.url("/common/discovery/instance"), query).unwrap();
    let response = cloud.http.get(url).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn instance_discovery_vouches_for_this_cloud_alone() {
    let cloud = Running::start().await;
    let endpoint = format!("https://127.0.0.1/{TENANT_ID}/oauth2/v2.0/authorize");
    let (status, answer) = discover(&cloud, &endpoint).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["tenant_discovery_endpoint"], cloud.at.discovery());
    assert_eq!(answer["metadata"][0]["aliases"][0], "127.0.0.1");
    for host in ["login.microsoftonline.com", "evil.example"] {
        let (status, answer) = discover(&cloud, &endpoint.replace("127.0.0.1", host)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_entra_error(&answer, "invalid_instance", 50049);
    }
    let (_, answer) = discover(&cloud, &endpoint.replace(TENANT_ID, "elsewhere")).await;
    assert_entra_error(&answer, "invalid_request", 90002);
}

#[tokio::test]
async fn behind_a_tls_terminator_documents_name_https() {
    let cloud = Running::start().await;
    let secure = cloud.at.authority().replace("http://", "https://");
    let fetch = async |scheme: &'static str| {
        let request = cloud.http.get(cloud.at.discovery()).header("x-forwarded-proto", scheme);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let document = fetch("https").await;
    assert_eq!(
        document["token_endpoint"],
        format!("{secure}/{TENANT_ID}/oauth2/v2.0/token")
    );
    assert_eq!(
        document["jwks_uri"],
        format!("{secure}/{TENANT_ID}/discovery/v2.0/keys")
    );
    assert_eq!(
        document["issuer"],
        cloud.at.issuer(),
        "the issuer is that of the tokens"
    );
    assert_eq!(fetch("http").await["token_endpoint"], cloud.at.token_endpoint());
}
