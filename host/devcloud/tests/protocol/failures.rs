//! Failures on demand: every error of the exchange by its number, throttling, and slowness.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Running, assert_entra_refusal};

/// The errors of the token endpoint that a middle tier must tell apart: number, `error`, `suberror`, whether it has
/// `claims`.
const ERRORS: [(u32, &str, Option<&str>, bool); 45] = [
    (50013, "invalid_grant", None, false),
    (500_131, "invalid_grant", None, false),
    (500_133, "invalid_grant", None, false),
    (50027, "invalid_grant", None, false),
    (65001, "invalid_grant", Some("consent_required"), false),
    (50076, "interaction_required", Some("basic_action"), true),
    (50079, "interaction_required", Some("basic_action"), true),
    (50074, "interaction_required", Some("basic_action"), true),
    (50078, "interaction_required", Some("basic_action"), true),
    (53003, "interaction_required", Some("message_only"), false),
    (530_032, "invalid_grant", Some("message_only"), false),
    (530_084, "interaction_required", Some("additional_action"), false),
    (50105, "invalid_grant", None, false),
    (50057, "invalid_grant", None, false),
    (50173, "invalid_grant", Some("bad_token"), false),
    (70011, "invalid_scope", None, false),
    (28002, "invalid_scope", None, false),
    (500_011, "invalid_resource", None, false),
    (65002, "invalid_client", None, false),
    (650_052, "unauthorized_client", None, false),
    (650_056, "unauthorized_client", None, false),
    (650_057, "invalid_resource", None, false),
    (700_016, "unauthorized_client", None, false),
    (7_000_112, "unauthorized_client", None, false),
    (7_000_114, "invalid_grant", None, false),
    (7_000_215, "invalid_client", None, false),
    (7_000_218, "invalid_client", None, false),
    (7_000_222, "invalid_client", None, false),
    (700_027, "invalid_client", None, false),
    (5_002_741, "invalid_client", None, false),
    (70021, "invalid_client", None, false),
    (700_211, "invalid_client", None, false),
    (700_212, "invalid_client", None, false),
    (700_213, "invalid_client", None, false),
    (7_002_138, "invalid_client", None, false),
    (700_214, "invalid_client", None, false),
    (700_229, "invalid_client", None, false),
    (700_231, "invalid_client", None, false),
    (90002, "invalid_request", None, false),
    (900_144, "invalid_request", None, false),
    (70003, "unsupported_grant_type", None, false),
    (90055, "temporarily_unavailable", None, false),
    (50196, "invalid_grant", None, false),
    (9_010_010, "invalid_target", None, false),
    (901_002, "invalid_request", None, false),
];

#[tokio::test]
async fn every_error_of_the_exchange_comes_on_demand() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    for (code, error, suberror, claims) in ERRORS {
        let plan = json!({ "endpoint": "obo", "aadsts": code, "times": 1 });
        cloud.control("/dev/failures", plan).await;
        let (status, body) = cloud.token(&form).await;
        let unauthorized = error == "invalid_client" && ![65002, 5_002_741].contains(&code);
        let expected = if unauthorized {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(status, expected, "{code}");
        let also = [("suberror", suberror.is_some()), ("claims", claims)];
        let also: Vec<&str> = also.iter().filter_map(|(name, has)| has.then_some(*name)).collect();
        assert_entra_refusal(&body, error, code, &also);
        assert_eq!(body["suberror"].as_str(), suberror, "{code}");
        assert_eq!(cloud.token(&form).await.0, StatusCode::OK, "{code} was asked for once");
    }
    let counters = cloud.get_json(&cloud.url("/dev/counters")).await;
    assert_eq!(counters["obo"], 2 * ERRORS.len());
    assert_eq!(counters["token"], counters["obo"]);
}

#[tokio::test]
async fn throttling_says_when_to_come_back_or_does_not() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    for retry_after in [Some("60"), None] {
        let mut plan = json!({ "endpoint": "obo", "status": 429, "times": 1 });
        if retry_after.is_some() {
            plan["retry_after"] = json!(60);
        }
        cloud.control("/dev/failures", plan).await;
        let response = cloud
            .http
            .post(cloud.at.token_endpoint())
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        let header = response
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().unwrap());
        assert_eq!(header, retry_after);
        assert_entra_refusal(&response.json().await.unwrap(), "temporarily_unavailable", 90055, &[]);
    }
    cloud
        .control("/dev/failures", json!({ "endpoint": "obo", "status": 503, "times": 1 }))
        .await;
    let (status, body) = cloud.token(&form).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_entra_refusal(&body, "temporarily_unavailable", 90033, &[]);
}

#[tokio::test]
async fn a_failure_may_be_one_persons_and_last_until_it_is_withdrawn() {
    let cloud = Running::start().await;
    let (member, other) = (
        cloud.mint(json!({ "persona": "member" })).await,
        cloud.mint(json!({ "persona": "member-2" })).await,
    );
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c3"}}}"#;
    let plan = json!({ "endpoint": "obo", "aadsts": 50076, "claims": claims, "persona": "member" });
    cloud.control("/dev/failures", plan).await;
    for _ in 0..3 {
        let (_, body) = cloud.token(&cloud.exchange(&member).await).await;
        assert_eq!(body["claims"], claims);
        assert_eq!(cloud.token(&cloud.exchange(&other).await).await.0, StatusCode::OK);
    }
    let end = json!({ "endpoint": "obo", "persona": "member", "times": 0 });
    cloud.control("/dev/failures", end).await;
    assert_eq!(cloud.token(&cloud.exchange(&member).await).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_may_be_merely_slow() {
    let cloud = Running::start().await;
    let plan = json!({ "endpoint": "discovery", "delay_ms": 300, "times": 1 });
    cloud.control("/dev/failures", plan).await;
    let start = Instant::now();
    cloud.get_json(&cloud.at.discovery()).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
}
