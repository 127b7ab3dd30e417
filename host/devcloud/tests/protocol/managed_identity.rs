//! Tokens for the machine, from both of the endpoints that machines have.

use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;
use usher_devcloud::{API_CLIENT_ID, MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID, TENANT_ID};

use crate::support::Running;

const EXCHANGE: &str = "api://AzureADTokenExchange";

/// What the endpoint of App Service and Container Apps answers.
async fn identity_endpoint(cloud: &Running, query: &[(&str, &str)], header: Option<&str>) -> (StatusCode, Value) {
    let url = Url::parse_with_params(&cloud.at.identity_endpoint(), query).unwrap();
    let mut request = cloud.http.get(url);
    if let Some(header) = header {
        request = request.header("x-identity-header", header);
    }
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// What the Instance Metadata Service answers.
async fn instance_metadata(cloud: &Running, query: &[(&str, &str)], headers: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = Url::parse_with_params(&cloud.url("/metadata/identity/oauth2/token"), query).unwrap();
    let mut request = cloud.http.get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn names(answer: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

async fn assert_exchange_token(cloud: &Running, token: &Value) {
    let claims = cloud
        .verify(token, "fb60f99c-7a34-4190-8149-302f77469936")
        .await
        .unwrap();
    assert_eq!(claims["iss"], cloud.at.issuer());
    assert_eq!(claims["sub"], MANAGED_IDENTITY_PRINCIPAL_ID);
    assert_eq!(claims["oid"], claims["sub"]);
    assert_eq!(claims["azp"], MANAGED_IDENTITY_CLIENT_ID);
    for (name, value) in [("tid", TENANT_ID), ("azpacr", "2"), ("idtyp", "app"), ("ver", "2.0")] {
        assert_eq!(claims[name], value, "{name}");
    }
}

#[tokio::test]
async fn container_apps_hand_out_the_identitys_token() {
    let cloud = Running::start().await;
    let header = cloud.get_json(&cloud.url("/dev.json")).await["managed_identity"]["header"].clone();
    let header = header.as_str();
    for selector in ["client_id", "principal_id", "object_id"] {
        let id = if selector == "client_id" {
            MANAGED_IDENTITY_CLIENT_ID
        } else {
            MANAGED_IDENTITY_PRINCIPAL_ID
        };
        let query = [("api-version", "2019-08-01"), ("resource", EXCHANGE), (selector, id)];
        let (status, answer) = identity_endpoint(&cloud, &query, header).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(
            names(&answer),
            ["access_token", "client_id", "expires_on", "resource", "token_type"]
        );
        assert_eq!(answer["client_id"], MANAGED_IDENTITY_CLIENT_ID);
        assert_eq!(answer["resource"], EXCHANGE);
        let ends: i64 = answer["expires_on"].as_str().unwrap().parse().unwrap();
        assert_exchange_token(&cloud, &answer["access_token"]).await;
        let claims = crate::support::unchecked_claims(answer["access_token"].as_str().unwrap());
        assert!((claims["exp"].as_i64().unwrap() - ends).abs() <= 1);
    }
    assert_eq!(cloud.get_json(&cloud.url("/dev/counters")).await["msi"], 3);
}

#[tokio::test]
async fn errors_when_the_identity_endpoint_is_asked_wrongly() {
    let cloud = Running::start().await;
    let header = cloud.get_json(&cloud.url("/dev.json")).await["managed_identity"]["header"].clone();
    let header = header.as_str();
    let (version, resource, id) = (
        ("api-version", "2019-08-01"),
        ("resource", EXCHANGE),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
    );
    for (query, header) in [
        (vec![version, resource, id], None),
        (vec![version, resource, id], Some("wrong")),
        (vec![resource, id], header),
        (vec![version, id], header),
        // The system-assigned identity, which there is none of.
        (vec![version, resource], header),
        (vec![version, resource, ("client_id", API_CLIENT_ID)], header),
        (vec![version, ("resource", "https://elsewhere.example"), id], header),
    ] {
        let (status, answer) = identity_endpoint(&cloud, &query, header).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query:?}");
        assert_eq!(names(&answer), ["message", "statusCode"]);
        assert_eq!(answer["statusCode"], 400);
    }
}

#[tokio::test]
async fn the_metadata_service_writes_numbers_as_strings() {
    let cloud = Running::start().await;
    let query = [
        ("api-version", "2018-02-01"),
        ("resource", EXCHANGE),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
    ];
    let (status, answer) = instance_metadata(&cloud, &query, &[("metadata", "true")]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let number = |name: &str| -> i64 { answer[name].as_str().unwrap().parse().unwrap() };
    assert_eq!(number("expires_in"), 86_399);
    assert_eq!(number("expires_on") - number("not_before"), 86_399);
    assert_eq!(answer["refresh_token"], "");
    assert_eq!(answer["client_id"], MANAGED_IDENTITY_CLIENT_ID);
    assert_exchange_token(&cloud, &answer["access_token"]).await;

    let ledger = [
        query[0],
        ("resource", &cloud.at.ledger_scope().replace("/Entries.ReadWrite", "")),
        query[2],
    ];
    let (_, answer) = instance_metadata(&cloud, &ledger, &[("metadata", "true")]).await;
    cloud
        .verify(&answer["access_token"], usher_devcloud::LEDGER_CLIENT_ID)
        .await
        .unwrap();
}

#[tokio::test]
async fn errors_when_the_metadata_service_is_asked_wrongly_or_through_a_proxy() {
    let cloud = Running::start().await;
    let query = [
        ("api-version", "2018-02-01"),
        ("resource", EXCHANGE),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
    ];
    let metadata = ("metadata", "true");
    for (query, headers, error, description) in [
        (
            &query[..],
            &[][..],
            "bad_request_102",
            "Required metadata header not specified",
        ),
        (
            &query,
            &[metadata, ("x-forwarded-for", "10.0.0.1")],
            "invalid_request",
            "The request was forwarded by a proxy",
        ),
        (&query[..2], &[metadata], "invalid_request", "Identity not found"),
        (
            &[
                query[0],
                query[1],
                ("object_id", MANAGED_IDENTITY_CLIENT_ID),
                ("client_id", API_CLIENT_ID),
            ],
            &[metadata],
            "invalid_request",
            "Identity not found",
        ),
    ] {
        let (status, answer) = instance_metadata(&cloud, query, headers).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            (&answer["error"], &answer["error_description"]),
            (&json!(error), &json!(description))
        );
    }
    let elsewhere = [query[0], ("resource", "https://elsewhere.example"), query[2]];
    let (_, answer) = instance_metadata(&cloud, &elsewhere, &[metadata]).await;
    assert_eq!(answer["error"], "invalid_resource");
}

#[tokio::test]
async fn the_metadata_service_warms_up_on_demand() {
    let cloud = Running::start().await;
    let query = [
        ("api-version", "2018-02-01"),
        ("resource", EXCHANGE),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
    ];
    for status in [404, 410, 429, 500] {
        let plan = json!({ "endpoint": "imds", "status": status, "times": 1 });
        cloud.control("/dev/failures", plan).await;
        let (answered, _) = instance_metadata(&cloud, &query, &[("metadata", "true")]).await;
        assert_eq!(answered, status);
    }
    let (status, _) = instance_metadata(&cloud, &query, &[("metadata", "true")]).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(cloud.get_json(&cloud.url("/dev/counters")).await["imds"], 5);
}
