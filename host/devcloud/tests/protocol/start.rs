//! Starting, discovery, and who is answered at all.

use reqwest::StatusCode;
use usher_devcloud::{DevCloud, StartError, TENANT_ID};

use crate::support::{MCP, Running};

#[tokio::test]
async fn errors_when_the_address_is_not_loopback() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let bound = DevCloud::bind(address.parse().unwrap()).await;
        assert!(matches!(bound, Err(StartError::NotLoopback(_))), "{address}");
    }
}

#[tokio::test]
async fn errors_when_the_address_is_taken_and_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let Err(error) = DevCloud::bind(address).await else {
        panic!("bound twice")
    };
    assert!(matches!(error, StartError::AddressInUse(named) if named == address));
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn the_issuer_known_before_opening_is_the_one_that_serves() {
    let bound = DevCloud::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let issuer = bound.issuer();
    let cloud = bound.open(usher_devcloud::DevCloudSettings::new(MCP)).unwrap();
    assert_eq!(cloud.addresses().issuer(), issuer);
    assert_eq!(cloud.description()["issuer"], issuer);
}

#[tokio::test]
async fn discovery_is_found_wherever_a_client_looks() {
    let cloud = Running::start().await;
    let document = cloud.get_json(&cloud.at.discovery()).await;
    assert_eq!(document["issuer"], cloud.at.issuer());
    assert_eq!(document["token_endpoint"], cloud.at.token_endpoint());
    assert_eq!(document["authorization_endpoint"], cloud.at.authorization_endpoint());
    assert_eq!(document["registration_endpoint"], cloud.at.registration_endpoint());
    assert_eq!(document["jwks_uri"], cloud.at.jwks_uri());
    assert_eq!(
        document["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert_eq!(document["client_id_metadata_document_supported"], true);
    for path in [
        format!("/.well-known/openid-configuration/{TENANT_ID}/v2.0"),
        format!("/.well-known/oauth-authorization-server/{TENANT_ID}/v2.0"),
        "/.well-known/oauth-authorization-server".into(),
    ] {
        assert_eq!(cloud.get_json(&cloud.url(&path)).await, document, "{path}");
    }
}

#[tokio::test]
async fn under_an_alias_the_issuer_is_a_template() {
    let cloud = Running::start().await;
    for alias in ["common", "organizations"] {
        let document = cloud
            .get_json(&cloud.url(&format!("/{alias}/v2.0/.well-known/openid-configuration")))
            .await;
        assert_eq!(
            document["issuer"],
            format!("{}/{{tenantid}}/v2.0", cloud.at.authority())
        );
    }
    let response = cloud
        .http
        .get(cloud.url("/elsewhere/v2.0/.well-known/openid-configuration"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    crate::support::assert_entra_error(&response.json().await.unwrap(), "invalid_request", 90002);
}

#[tokio::test]
async fn keys_have_entras_shape() {
    let cloud = Running::start().await;
    let document = cloud.get_json(&cloud.at.jwks_uri()).await;
    let keys = document["keys"].as_array().unwrap();
    assert!(keys.len() >= 2);
    for key in keys {
        assert_eq!(key["kid"], key["x5t"]);
        assert_eq!(key["kid"].as_str().unwrap().len(), 27, "base64url of a SHA-1");
        assert_eq!(
            (key["kty"].as_str(), key["use"].as_str(), key["e"].as_str()),
            (Some("RSA"), Some("sig"), Some("AQAB"))
        );
        assert_eq!(key["n"].as_str().unwrap().len(), 342, "base64url of 2048 bits");
        assert_eq!(key["issuer"], cloud.at.issuer());
        assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
        assert!(key.get("alg").is_none());
    }
}

#[tokio::test]
async fn a_rebound_host_name_is_refused_everywhere() {
    let cloud = Running::start().await;
    for path in [
        "/",
        "/dev.json",
        &format!("/{TENANT_ID}/discovery/v2.0/keys"),
        "/nothing",
    ] {
        let response = cloud
            .http
            .get(cloud.url(path))
            .header("host", "evil.example")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let port = cloud.at.authority().rsplit(':').next().unwrap().to_owned();
        let response = cloud
            .http
            .get(cloud.url(path))
            .header("host", format!("localhost:{port}"))
            .send()
            .await
            .unwrap();
        assert_ne!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn only_pages_on_loopback_may_read_answers() {
    let cloud = Running::start().await;
    for (origin, allowed) in [
        ("http://localhost:6274", true),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let response = cloud
            .http
            .get(cloud.at.discovery())
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(
            response.headers().contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
        let preflight = cloud.http.request(reqwest::Method::OPTIONS, cloud.at.token_endpoint());
        let response = preflight.header("origin", origin).send().await.unwrap();
        assert_eq!(
            response.headers().contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn the_pages_load_nothing_and_run_nothing() {
    let cloud = Running::start().await;
    let response = cloud.http.get(cloud.url("/")).send().await.unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'none'"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"),
        "{policy}"
    );
    let page = response.text().await.unwrap();
    assert!(page.contains(MCP) && page.contains("not Microsoft"));
    assert!(!page.contains("<script") && !page.contains("src="), "no outside asset");
}
