//! The control API: tokens for scripts, forgeries, key rotation, planned failures.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_devcloud::{API_CLIENT_ID, AZURE_CLI_CLIENT_ID, Persona};

use crate::support::{MCP, Running};

async fn mint(cloud: &Running, body: Value) -> Value {
    let (status, answer) = cloud.post_json("/dev/token", &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

fn header(token: &Value) -> Value {
    let header = token.as_str().unwrap().split('.').next().unwrap();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    serde_json::from_slice(&header).unwrap()
}

#[tokio::test]
async fn the_description_has_what_programs_need() {
    let cloud = Running::start().await;
    let description = cloud.get_json(&cloud.url("/dev.json")).await;
    assert_eq!(description["mcp"], MCP);
    assert_eq!(description["issuer"], cloud.at.issuer());
    assert_eq!(description["authority"], cloud.at.authority());
    assert_eq!(description["graph"], cloud.at.graph());
    assert_eq!(description["tenant"], cloud.at.tenant_id());
    assert_eq!(description["client_id"], API_CLIENT_ID);
    assert_eq!(description["scope"], format!("{MCP}/user_impersonation"));
    assert!(description["client_secret"].as_str().unwrap().len() >= 32);
    let names: Vec<&str> = description["personas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|persona| persona["name"].as_str().unwrap())
        .collect();
    let ordinary = ["admin", "member", "member-2", "unscoped"];
    let troubled = [
        "nested",
        "overage",
        "guest",
        "disabled",
        "no-consent",
        "mfa",
        "blocked",
        "unassigned",
    ];
    assert_eq!(names, [&ordinary[..], &troubled[..]].concat());
    assert_eq!(description["ledger"]["origin"], "https://ledger.contoso.example");
    assert_eq!(description["managed_identity"]["endpoint"], cloud.url("/msi/token"));
    assert_eq!(description["imds"], cloud.at.authority());
    assert_eq!(description["consent_redirect"], "http://127.0.0.1:8400/consented");
    let daemons = description["daemons"].as_array().unwrap();
    assert_eq!(
        (&daemons[0]["roles"], &daemons[1]["roles"]),
        (&json!(["Expenses.Read.All"]), &json!([]))
    );
}

#[tokio::test]
async fn a_script_gets_the_token_that_signing_in_would_give() {
    let cloud = Running::start().await;
    for persona in ["admin", "member", "member-2", "unscoped"] {
        let answer = mint(&cloud, json!({ "persona": persona })).await;
        let claims = cloud.access_claims(&answer["access_token"]).await;
        let known = Persona::named(persona).unwrap();
        assert_eq!(claims["oid"], known.object_id);
        assert_eq!(claims["azp"], AZURE_CLI_CLIENT_ID);
        assert_eq!(
            claims["scp"],
            if persona == "unscoped" {
                "Other.Read"
            } else {
                "user_impersonation"
            }
        );
        assert_eq!(claims.contains_key("roles"), persona == "admin");
        assert!((3600..=5400).contains(&answer["expires_in"].as_i64().unwrap()));
    }
}

#[tokio::test]
async fn a_ttl_may_be_short_or_over() {
    let cloud = Running::start().await;
    let answer = mint(&cloud, json!({ "persona": "member", "ttl": 30 })).await;
    assert_eq!(answer["expires_in"], 30);
    cloud.access_claims(&answer["access_token"]).await;
    let answer = mint(&cloud, json!({ "persona": "member", "ttl": -60 })).await;
    let error = cloud.verify(&answer["access_token"], API_CLIENT_ID).await.unwrap_err();
    assert!(error.contains("Expired"), "{error}");
}

#[tokio::test]
async fn a_scope_is_taken_in_short_and_in_full() {
    let cloud = Running::start().await;
    let full = format!("{MCP}/user_impersonation Something.Else");
    let answer = mint(&cloud, json!({ "persona": "member", "scope": full })).await;
    assert_eq!(
        cloud.access_claims(&answer["access_token"]).await["scp"],
        "user_impersonation Something.Else"
    );
    let answer = mint(&cloud, json!({ "persona": "member", "scope": "" })).await;
    assert!(!cloud.access_claims(&answer["access_token"]).await.contains_key("scp"));
}

#[tokio::test]
async fn claims_and_header_are_patched() {
    let cloud = Running::start().await;
    let body = json!({
        "persona": "member",
        "claims": { "oid": null, "ver": "1.0", "cnf": { "jkt": "x", "gone": null } },
        "header": { "typ": "at+jwt", "crit": ["x"] },
    });
    let answer = mint(&cloud, body).await;
    let claims = cloud.access_claims(&answer["access_token"]).await;
    assert!(!claims.contains_key("oid"));
    assert_eq!(claims["ver"], "1.0");
    assert_eq!(claims["cnf"], json!({ "jkt": "x" }));
    let header = header(&answer["access_token"]);
    assert_eq!((&header["typ"], &header["crit"]), (&json!("at+jwt"), &json!(["x"])));
}

#[tokio::test]
async fn forged_algorithms_are_what_they_say() {
    let cloud = Running::start().await;
    for (algorithm, length) in [("RS512", 342), ("PS256", 342), ("HS256", 43), ("none", 0)] {
        let answer = mint(&cloud, json!({ "persona": "member", "header": { "alg": algorithm } })).await;
        assert_eq!(header(&answer["access_token"])["alg"], algorithm);
        let signature = answer["access_token"]
            .as_str()
            .unwrap()
            .rsplit('.')
            .next()
            .unwrap()
            .len();
        assert_eq!(signature, length, "{algorithm}");
        assert!(
            cloud.verify(&answer["access_token"], API_CLIENT_ID).await.is_err(),
            "{algorithm}"
        );
    }
    let (status, _) = cloud
        .post_json(
            "/dev/token",
            &json!({ "persona": "member", "header": { "alg": "ES256" } }),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn any_published_key_may_sign_and_a_rogue_one_pretends() {
    let cloud = Running::start().await;
    let keys = cloud.get_json(&cloud.url("/dev/keys")).await;
    for key in keys["keys"].as_array().unwrap() {
        let answer = mint(&cloud, json!({ "persona": "member", "key": key["kid"] })).await;
        assert_eq!(header(&answer["access_token"])["kid"], key["kid"]);
        cloud.access_claims(&answer["access_token"]).await;
    }
    let answer = mint(&cloud, json!({ "persona": "member", "key": "rogue" })).await;
    assert_eq!(header(&answer["access_token"])["kid"], keys["signing"]);
    let error = cloud.verify(&answer["access_token"], API_CLIENT_ID).await.unwrap_err();
    assert!(error.contains("Signature"), "{error}");
}

#[tokio::test]
async fn keys_rotate_are_published_and_are_dropped() {
    let cloud = Running::start().await;
    let before = cloud.get_json(&cloud.url("/dev/keys")).await;
    let (_, after) = cloud
        .post_json("/dev/keys", &json!({ "action": "rotate", "published": false }))
        .await;
    assert_ne!(after["signing"], before["signing"]);
    let answer = mint(&cloud, json!({ "persona": "member" })).await;
    assert_eq!(
        cloud.verify(&answer["access_token"], API_CLIENT_ID).await.unwrap_err(),
        "unknown kid"
    );
    cloud
        .post_json("/dev/keys", &json!({ "action": "publish", "kid": after["signing"] }))
        .await;
    cloud.access_claims(&answer["access_token"]).await;

    let (status, _) = cloud
        .post_json("/dev/keys", &json!({ "action": "drop", "kid": after["signing"] }))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "the key that signs can't be dropped");
    let (_, left) = cloud
        .post_json("/dev/keys", &json!({ "action": "drop", "kid": before["signing"] }))
        .await;
    assert_eq!(left["keys"].as_array().unwrap().len(), 2);
    let (_, left) = cloud
        .post_json("/dev/keys", &json!({ "action": "withdraw", "kid": after["signing"] }))
        .await;
    assert_eq!(left["signing"], after["signing"]);
    let document = cloud.get_json(&cloud.at.jwks_uri()).await;
    assert_eq!(document["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn planned_failures_end_and_every_request_counts() {
    let cloud = Running::start().await;
    let plan = json!({ "endpoint": "jwks", "status": 503, "times": 2 });
    assert_eq!(cloud.post_json("/dev/failures", &plan).await.0, StatusCode::OK);
    for expected in [503, 503, 200] {
        let response = cloud.http.get(cloud.at.jwks_uri()).send().await.unwrap();
        assert_eq!(response.status(), expected);
    }
    cloud.get_json(&cloud.at.discovery()).await;
    let counters = cloud.get_json(&cloud.url("/dev/counters")).await;
    assert_eq!((&counters["discovery"], &counters["jwks"]), (&json!(1), &json!(3)));
    let names: Vec<&String> = counters.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 15, "{names:?}");
    let others = names
        .iter()
        .filter(|name| !["discovery", "jwks"].contains(&name.as_str()));
    assert!(others.clone().count() == 13 && others.clone().all(|name| counters[name.as_str()] == 0));
}

#[tokio::test]
async fn errors_when_a_control_request_is_not_understood() {
    let cloud = Running::start().await;
    for (path, body) in [
        ("/dev/token", json!({ "persona": "nobody" })),
        ("/dev/token", json!({ "persona": "member", "tll": 5 })),
        ("/dev/token", json!({ "persona": "member", "ttl": 999_999_999_999_i64 })),
        ("/dev/token", json!({ "persona": "member", "key": "no-such-kid" })),
        ("/dev/keys", json!({ "action": "explode" })),
        ("/dev/keys", json!({ "action": "drop", "kid": "no-such-kid" })),
        (
            "/dev/failures",
            json!({ "endpoint": "jwks", "status": 200, "times": 1 }),
        ),
        (
            "/dev/failures",
            json!({ "endpoint": "graph", "status": 500, "times": 1 }),
        ),
        ("/dev/failures", json!({ "endpoint": "jwks", "aadsts": 65001 })),
        ("/dev/failures", json!({ "endpoint": "obo", "aadsts": 1 })),
        ("/dev/failures", json!({ "endpoint": "obo" })),
        (
            "/dev/failures",
            json!({ "endpoint": "obo", "status": 503, "persona": "nobody" }),
        ),
        ("/dev/failures", json!({ "endpoint": "obo", "delay_ms": 99_999_999 })),
        (
            "/dev/credentials",
            json!({ "action": "add_certificate", "certificate": "no PEM" }),
        ),
        (
            "/dev/credentials",
            json!({ "action": "remove_certificates", "app": "no-app" }),
        ),
        ("/dev/credentials", json!({ "action": "expire_secret", "app": "api" })),
        ("/dev/consent", json!({ "granted": true, "resource": "api" })),
        ("/dev/kubernetes-token", json!({ "namespace": "usher" })),
    ] {
        let (status, answer) = cloud.post_json(path, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(!answer["error"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn web_pages_never_reach_the_control_api() {
    let cloud = Running::start().await;
    let body = json!({ "persona": "admin" });
    for origin in ["https://evil.example", "http://localhost:3000", "null"] {
        let response = cloud
            .http
            .post(cloud.url("/dev/token"))
            .header("origin", origin)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
        let response = cloud
            .http
            .get(cloud.url("/dev.json"))
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    let request = cloud
        .http
        .post(cloud.url("/dev/token"))
        .header("content-type", "text/plain");
    let response = request.body(body.to_string()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
