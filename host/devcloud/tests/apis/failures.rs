//! Graph's failures, on demand.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::stage::{ADMINS, Graph};
use crate::support::Running;

async fn plan(cloud: &Running, plan: serde_json::Value) {
    let (status, answer) = cloud.post_json("/dev/failures", &plan).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn throttling_says_whose_limit_was_met_and_when_to_come_back() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    for retry_after in [Some(3), None] {
        let mut failure = json!({ "endpoint": "graph.requests", "status": 429, "times": 1 });
        if let Some(seconds) = retry_after {
            failure["retry_after"] = json!(seconds);
        }
        plan(&cloud, failure).await;
        let answer = member.get("/me").await;
        answer.assert_error(429, "TooManyRequests");
        assert_eq!(answer.body["error"]["message"], "Please retry again later.");
        let expected = retry_after.map(|seconds: u32| seconds.to_string());
        assert_eq!(answer.header("retry-after"), expected.as_deref());
        assert!(
            answer
                .header("x-ms-throttle-scope")
                .unwrap()
                .starts_with("Tenant_Application/")
        );
        assert_eq!(
            answer.header("x-ms-throttle-information"),
            Some("ResourceUnitLimitExceeded")
        );
        assert_eq!(member.get("/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_claims_challenge_is_in_the_header_in_base64() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let claims = r#"{"access_token":{"nbf":{"essential":true, "value":"1796000000"}}}"#;
    plan(
        &cloud,
        json!({ "endpoint": "graph.memberships", "status": 401, "claims": claims, "times": 1 }),
    )
    .await;
    let answer = member
        .post("/me/checkMemberGroups", &json!({ "groupIds": [ADMINS] }))
        .await;
    answer.assert_error(401, "InvalidAuthenticationToken");
    let expected = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/v2.0/authorize\", error=\"insufficient_claims\", \
         claims=\"{}\"",
        cloud.at.authority(),
        STANDARD.encode(claims)
    );
    assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
}

#[tokio::test]
async fn a_failure_may_be_one_persons_alone() {
    let cloud = Running::start().await;
    plan(
        &cloud,
        json!({ "endpoint": "graph.memberships", "status": 503, "times": 1, "persona": "member" }),
    )
    .await;
    let (member, other) = (Graph::of(&cloud, "member").await, Graph::of(&cloud, "member-2").await);
    let question = json!({ "groupIds": [ADMINS] });
    assert_eq!(other.post("/me/checkMemberGroups", &question).await.status, 200);
    // Nor does it befall the other endpoint.
    assert_eq!(member.get("/me").await.status, 200);
    let answer = member.post("/me/checkMemberGroups", &question).await;
    answer.assert_error(503, "ServiceUnavailable");
    assert_eq!(member.post("/me/checkMemberGroups", &question).await.status, 200);
}

#[tokio::test]
async fn each_status_has_graphs_code() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    for (status, code) in [
        (400, "BadRequest"),
        (401, "InvalidAuthenticationToken"),
        (403, "Authorization_RequestDenied"),
        (404, "Request_ResourceNotFound"),
        (500, "InternalServerError"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ] {
        plan(
            &cloud,
            json!({ "endpoint": "graph.requests", "status": status, "times": 1 }),
        )
        .await;
        member.get("/me").await.assert_error(status, code);
    }
}

#[tokio::test]
async fn an_answer_may_be_slow_and_good() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    plan(
        &cloud,
        json!({ "endpoint": "graph.requests", "delay_ms": 200, "times": 1 }),
    )
    .await;
    let before = Instant::now();
    assert_eq!(member.get("/me").await.status, 200);
    assert!(before.elapsed().as_millis() >= 200);
}

#[tokio::test]
async fn questions_about_memberships_are_counted_apart() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let list = "/me/transitiveMemberOf/microsoft.graph.group?$count=true";
    for _ in 0..2 {
        assert_eq!(member.query(list).await.status, 200);
    }
    member.get(list).await.assert_error(400, "Request_UnsupportedQuery");
    member
        .post("/me/checkMemberGroups", &json!({ "groupIds": [ADMINS] }))
        .await;
    member.get("/me").await;
    let unauthorized = cloud
        .http
        .get(format!("{}/v1.0/me", cloud.at.graph()))
        .send()
        .await
        .unwrap();
    assert_eq!(unauthorized.status(), 401);
    let counters = cloud.get_json(&cloud.url("/dev/counters")).await;
    assert_eq!(
        (&counters["graph.memberships"], &counters["graph.requests"]),
        (&json!(4), &json!(2))
    );
}
