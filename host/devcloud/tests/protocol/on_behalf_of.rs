//! The on-behalf-of exchange: what it gives, to whom, and every way in which it is refused.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_devcloud::{API_CLIENT_ID, LEDGER_CLIENT_ID, Persona, TENANT_ID, VSCODE_CLIENT_ID};

use crate::support::{GRAPH, Running, assert_entra_error, assert_entra_refusal, unchecked_claims, with};

fn names(answer: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_persons_token_becomes_one_for_graph() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    let response = cloud
        .http
        .post(cloud.at.token_endpoint())
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store, no-cache");
    assert_eq!(header("pragma"), "no-cache");
    assert_eq!(header("expires"), "-1");
    assert_eq!(header("x-ms-clitelem"), "1,0,0,,");
    assert_eq!(header("x-ms-request-id").len(), 36);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(
        names(&answer),
        ["access_token", "expires_in", "ext_expires_in", "scope", "token_type"]
    );
    assert_eq!(answer["token_type"], "Bearer");
    assert!((3600..=5400).contains(&answer["expires_in"].as_i64().unwrap()));
    assert_eq!(
        answer["scope"],
        "https://graph.microsoft.com/User.Read https://graph.microsoft.com/GroupMember.Read.All \
         https://graph.microsoft.com/Files.ReadWrite https://graph.microsoft.com/Mail.Send \
         https://graph.microsoft.com/.default"
    );

    let claims = cloud.verify(&answer["access_token"], GRAPH).await.unwrap();
    let before = unchecked_claims(&assertion);
    assert_eq!(claims["oid"], Persona::named("member").unwrap().object_id);
    assert_eq!(claims["azp"], API_CLIENT_ID);
    assert_eq!(claims["azpacr"], "1");
    assert_eq!(
        claims["scp"],
        "User.Read GroupMember.Read.All Files.ReadWrite Mail.Send"
    );
    assert_eq!(claims["sid"], before["sid"]);
    let header = jsonwebtoken::decode_header(answer["access_token"].as_str().unwrap()).unwrap();
    assert!(
        header.nonce.is_some(),
        "a token for Graph shows that it is nobody else's"
    );
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_given() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "admin" })).await;
    let form = cloud.exchange(&assertion).await;
    let scope = "https://graph.microsoft.com/.default offline_access openid profile";
    let (_, answer) = cloud
        .token(&with(&form, &[("scope", scope), ("client_info", "1")]))
        .await;
    assert_eq!(
        names(&answer),
        [
            "access_token",
            "client_info",
            "expires_in",
            "ext_expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert!(
        answer["scope"]
            .as_str()
            .unwrap()
            .starts_with("openid profile https://graph.microsoft.com/User.Read ")
    );
    let identity = cloud.verify(&answer["id_token"], API_CLIENT_ID).await.unwrap();
    assert_eq!(identity["preferred_username"], "bob@contoso.example");
    let info = base64::Engine::decode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        answer["client_info"].as_str().unwrap(),
    );
    let info: Value = serde_json::from_slice(&info.unwrap()).unwrap();
    assert_eq!(info, json!({ "uid": identity["oid"], "utid": TENANT_ID }));

    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", API_CLIENT_ID),
        ("client_secret", &cloud.secret().await),
        ("refresh_token", answer["refresh_token"].as_str().unwrap()),
    ];
    let (status, fresh) = cloud.token(&refresh).await;
    assert_eq!(status, StatusCode::OK, "{fresh}");
    cloud.verify(&fresh["access_token"], GRAPH).await.unwrap();
}

#[tokio::test]
async fn named_scopes_narrow_the_token_and_another_api_gets_its_own() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    for (scope, audience, scp) in [
        ("https://graph.microsoft.com/Mail.Send", GRAPH, "Mail.Send"),
        ("User.Read Files.ReadWrite", GRAPH, "User.Read Files.ReadWrite"),
        (
            "https://graph.microsoft.com//.default",
            GRAPH,
            "User.Read GroupMember.Read.All Files.ReadWrite Mail.Send",
        ),
        (cloud.at.ledger_scope().as_str(), LEDGER_CLIENT_ID, "Entries.ReadWrite"),
        (
            &format!("api://{LEDGER_CLIENT_ID}/.default"),
            LEDGER_CLIENT_ID,
            "Entries.ReadWrite",
        ),
    ] {
        let (status, answer) = cloud.token(&with(&form, &[("scope", scope)])).await;
        assert_eq!(status, StatusCode::OK, "{scope}: {answer}");
        let claims = cloud.verify(&answer["access_token"], audience).await.unwrap();
        assert_eq!(claims["scp"], scp, "{scope}");
    }
}

#[tokio::test]
async fn errors_when_the_request_is_not_an_exchange() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    for (name, value, error, code) in [
        ("assertion", "", "invalid_request", 900_144),
        ("requested_token_use", "", "invalid_request", 900_144),
        ("requested_token_use", "on_behalf", "invalid_request", 9_002_313),
        ("scope", "", "invalid_scope", 70011),
        (
            "scope",
            "https://graph.microsoft.com/.default User.Read",
            "invalid_scope",
            70011,
        ),
        (
            "scope",
            "https://graph.microsoft.com/Everything",
            "invalid_client",
            650_053,
        ),
        (
            "scope",
            "https://elsewhere.example/.default",
            "invalid_resource",
            500_011,
        ),
        (
            "scope",
            "api://AzureADTokenExchange/.default",
            "invalid_resource",
            500_011,
        ),
        ("resource", "https://elsewhere.example", "invalid_target", 9_010_010),
        ("claims", "not JSON", "invalid_request", 9_002_313),
        (
            "client_id",
            "00000000-0000-4000-8000-000000000000",
            "unauthorized_client",
            700_016,
        ),
    ] {
        let (status, body) = cloud.token(&with(&form, &[(name, value)])).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}={value}");
        assert_entra_error(&body, error, code);
    }
    let public = with(&form, &[("client_id", VSCODE_CLIENT_ID), ("client_secret", "")]);
    let (status, body) = cloud.token(&public).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_entra_error(&body, "invalid_client", 7_000_218);

    let common = cloud.at.token_endpoint().replace(TENANT_ID, "common");
    let response = cloud.http.post(common).form(&form).send().await.unwrap();
    assert_entra_error(&response.json().await.unwrap(), "invalid_request", 50194);
}

#[tokio::test]
async fn errors_when_the_assertion_is_not_the_callers_token_for_this_app() {
    let cloud = Running::start().await;
    let mint = async |mut body: Value| {
        body["persona"] = json!("member");
        cloud.mint(body).await
    };
    let dropped = mint(json!({})).await;
    let keys = cloud
        .control("/dev/keys", json!({ "action": "rotate", "published": true }))
        .await;
    for key in keys["keys"].as_array().unwrap() {
        if key["kid"] != keys["signing"] {
            cloud
                .control("/dev/keys", json!({ "action": "drop", "kid": key["kid"] }))
                .await;
        }
    }
    let good = mint(json!({})).await;
    let form = cloud.exchange(&good).await;
    let (_, exchanged) = cloud.token(&with(&form, &[("scope", "openid User.Read")])).await;
    let daemon = [
        ("grant_type", "client_credentials"),
        ("client_id", usher_devcloud::DAEMON_CLIENT_ID),
        ("client_secret", &cloud.secret().await),
        ("scope", &format!("api://{API_CLIENT_ID}/.default")),
    ];
    let app_only = cloud.token(&daemon).await.1["access_token"]
        .as_str()
        .unwrap()
        .to_owned();

    for (what, assertion, code) in [
        ("garbage", "garbage".to_owned(), 50027),
        ("two segments", good.rsplit_once('.').unwrap().0.to_owned(), 50027),
        ("a rogue key", mint(json!({ "key": "rogue" })).await, 50013),
        ("a key that was dropped", dropped, 50013),
        (
            "another algorithm",
            mint(json!({ "header": { "alg": "RS512" } })).await,
            50013,
        ),
        (
            "no algorithm",
            mint(json!({ "header": { "alg": "none" } })).await,
            50013,
        ),
        (
            "another issuer",
            mint(json!({ "claims": { "iss": "https://sts.windows.net/x/" } })).await,
            50013,
        ),
        ("another tenant", mint(json!({ "claims": { "tid": "x" } })).await, 50013),
        ("over", mint(json!({ "ttl": -60 })).await, 500_133),
        (
            "not yet",
            mint(json!({ "claims": { "nbf": 4_000_000_000_i64 } })).await,
            500_133,
        ),
        (
            "for Graph",
            exchanged["access_token"].as_str().unwrap().to_owned(),
            500_131,
        ),
        (
            "an id token",
            exchanged["id_token"].as_str().unwrap().to_owned(),
            240_002,
        ),
        ("app-only", app_only, 7_000_114),
        (
            "a stranger",
            mint(json!({ "claims": { "oid": "nobody" } })).await,
            50034,
        ),
    ] {
        let (status, body) = cloud.token(&with(&form, &[("assertion", &assertion)])).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{what}");
        assert_entra_error(&body, "invalid_grant", code);
    }
}

#[tokio::test]
async fn each_troubled_person_is_refused_in_their_way() {
    let cloud = Running::start().await;
    for (persona, error, code, also) in [
        ("disabled", "invalid_grant", 50057, &[][..]),
        ("no-consent", "invalid_grant", 65001, &["suberror"]),
        ("mfa", "interaction_required", 50076, &["suberror", "claims"]),
        ("blocked", "interaction_required", 53003, &["suberror"]),
        ("unassigned", "invalid_grant", 50105, &[]),
    ] {
        let assertion = cloud.mint(json!({ "persona": persona })).await;
        let (status, body) = cloud.token(&cloud.exchange(&assertion).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{persona}");
        assert_entra_refusal(&body, error, code, also);
        let expected = match code {
            65001 => json!("consent_required"),
            50076 => json!("basic_action"),
            53003 => json!("message_only"),
            _ => Value::Null,
        };
        assert_eq!(body["suberror"], expected, "{persona}");
    }
    for persona in ["nested", "overage", "guest"] {
        let assertion = cloud.mint(json!({ "persona": persona })).await;
        assert_eq!(
            cloud.token(&cloud.exchange(&assertion).await).await.0,
            StatusCode::OK,
            "{persona}"
        );
    }
}
