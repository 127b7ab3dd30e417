//! Which tokens Graph takes.

use reqwest::Method;
use serde_json::json;
use usher_devcloud::API_CLIENT_ID;

use crate::stage::{Answer, GRAPH, Graph, graph_token, token_with};
use crate::support::Running;

async fn me(cloud: &Running, authorization: Option<&str>) -> Answer {
    let mut request = cloud.http.get(format!("{}/v1.0/me", cloud.at.graph()));
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn errors_when_the_token_is_not_one_for_graph() {
    let cloud = Running::start().await;
    let graph = json!({ "aud": GRAPH, "scp": "User.Read" });
    let with = |extra: serde_json::Value| {
        let mut claims = graph.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        claims
    };
    let api = token_with(&cloud, "member", json!({})).await;
    let uri = token_with(&cloud, "member", with(json!({ "aud": "https://graph.windows.net" }))).await;
    let stranger = token_with(
        &cloud,
        "member",
        with(json!({ "oid": "00000000-0000-4000-8000-000000000000" })),
    )
    .await;
    let foreign = token_with(&cloud, "member", with(json!({ "iss": "https://login.example/v2.0" }))).await;
    let over = cloud
        .post_json(
            "/dev/token",
            &json!({ "persona": "member", "ttl": -60, "claims": graph }),
        )
        .await
        .1;
    let forged = cloud
        .post_json(
            "/dev/token",
            &json!({ "persona": "member", "key": "rogue", "claims": graph }),
        )
        .await
        .1;
    let text = |answer: &serde_json::Value| answer["access_token"].as_str().unwrap().to_owned();
    for (authorization, message) in [
        (None, "Access token is empty."),
        (Some("Basic YTpi".to_owned()), "Access token is empty."),
        (Some("Bearer nonsense".to_owned()), "IDX14100: JWT is not well formed."),
        (
            Some(format!("Bearer {api}")),
            "Access token validation failure. Invalid audience.",
        ),
        (
            Some(format!("Bearer {uri}")),
            "Access token validation failure. Invalid audience.",
        ),
        (
            Some(format!("Bearer {}", text(&over))),
            "Lifetime validation failed, the token is expired.",
        ),
        (
            Some(format!("Bearer {}", text(&forged))),
            "Access token validation failure. Invalid signature.",
        ),
        (
            Some(format!("Bearer {foreign}")),
            "Access token validation failure. Invalid signature.",
        ),
        (
            Some(format!("Bearer {stranger}")),
            "The identity of the calling user could not be found.",
        ),
    ] {
        let answer = me(&cloud, authorization.as_deref()).await;
        answer.assert_error(401, "InvalidAuthenticationToken");
        assert_eq!(answer.body["error"]["message"], message);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with("Bearer realm=\"\", authorization_uri=\"http://127.0.0.1:"),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn errors_when_an_application_asks_for_itself() {
    let cloud = Running::start().await;
    let claims = json!({ "aud": GRAPH, "scp": null, "idtyp": "app", "roles": ["User.Read.All"] });
    let token = token_with(&cloud, "member", claims).await;
    me(&cloud, Some(&format!("Bearer {token}")))
        .await
        .assert_error(400, "BadRequest");
}

#[tokio::test]
async fn errors_when_a_permission_is_missing() {
    let cloud = Running::start().await;
    let member = Graph::with(&cloud, "member", "openid profile email").await;
    let list = "/me/transitiveMemberOf/microsoft.graph.group?$count=true";
    member.get("/me").await.assert_error(403, "Authorization_RequestDenied");
    member
        .query(list)
        .await
        .assert_error(403, "Authorization_RequestDenied");
    member
        .get("/me/drive/root:/a.txt:/content")
        .await
        .assert_error(403, "Authorization_RequestDenied");
    let uploaded = member.put("/me/drive/root:/a.txt:/content", "text/plain", "x").await;
    uploaded.assert_error(403, "Authorization_RequestDenied");
    let sent = member.post("/me/sendMail", &json!({ "message": {} })).await;
    sent.assert_error(403, "Authorization_RequestDenied");
    // Reading doesn't include writing.
    let reader = Graph::with(&cloud, "member", "Files.Read").await;
    let uploaded = reader.put("/me/drive/root:/a.txt:/content", "text/plain", "x").await;
    uploaded.assert_error(403, "Authorization_RequestDenied");
}

#[tokio::test]
async fn a_client_request_id_is_echoed_if_it_is_a_guid() {
    let cloud = Running::start().await;
    let token = graph_token(&cloud, "member", "User.Read").await;
    let id = "5c1b0000-0000-4000-8000-000000000001";
    for (sent, echoed) in [(id, true), ("not-a-guid", false)] {
        let request = cloud
            .http
            .get(format!("{}/v1.0/me", cloud.at.graph()))
            .bearer_auth(&token);
        let answer = Answer::of(request.header("client-request-id", sent).send().await.unwrap()).await;
        assert_eq!(answer.header("client-request-id") == Some(sent), echoed);
        assert_eq!(
            answer.header("request-id") == answer.header("client-request-id"),
            !echoed
        );
    }
}

#[tokio::test]
async fn errors_when_the_path_or_the_method_is_none_of_graphs() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    for path in ["/", "/you", "/me/nothing", "/me/", "//me", "/me/drive", "/users/x"] {
        member.get(path).await.assert_error(400, "BadRequest");
    }
    for (method, path) in [
        (Method::DELETE, "/me"),
        (Method::GET, "/me/checkMemberGroups"),
        (Method::GET, "/me/sendMail"),
        (Method::GET, "/$batch"),
        (Method::POST, "/me/transitiveMemberOf/microsoft.graph.group"),
        (Method::DELETE, "/me/drive/root:/a.txt:/content"),
    ] {
        let answer = Answer::of(member.request(method, path).send().await.unwrap()).await;
        answer.assert_error(405, "Request_BadRequest");
    }
    let beta = format!("{}/beta/me", cloud.at.graph());
    let answer = Answer::of(cloud.http.get(beta).send().await.unwrap()).await;
    answer.assert_error(400, "BadRequest");
    // Graph's own names are the same in any case, and so is `$batch`.
    assert_eq!(member.get("/ME").await.status, 200);
    assert_eq!(member.get("/%6De").await.status, 200);
}

/// The token that an exchange gives opens both APIs, and neither opens with the token that was exchanged.
#[tokio::test]
async fn the_token_of_an_exchange_is_the_one_that_opens() {
    let cloud = Running::start().await;
    let description = cloud.get_json(&cloud.url("/dev.json")).await;
    let assertion = token_with(&cloud, "admin", json!({})).await;
    let ledger = format!("{}/entries", cloud.at.ledger());
    let graph = format!("{}/v1.0/me", cloud.at.graph());
    for (url, scope) in [
        (&graph, "https://graph.microsoft.com/.default".to_owned()),
        (&ledger, cloud.at.ledger_scope()),
    ] {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("client_id", API_CLIENT_ID),
            ("client_secret", description["client_secret"].as_str().unwrap()),
            ("assertion", &assertion),
            ("scope", &scope),
            ("requested_token_use", "on_behalf_of"),
        ];
        let (status, tokens) = cloud.token(&form).await;
        assert_eq!(status, 200, "{tokens}");
        let token = tokens["access_token"].as_str().unwrap();
        for (api, token, status) in [(url, token, 200), (url, assertion.as_str(), 401)] {
            let response = cloud.http.get(api).bearer_auth(token).send().await.unwrap();
            assert_eq!(response.status(), status, "{api}");
        }
        let other = if *url == graph { &ledger } else { &graph };
        let response = cloud.http.get(other).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
}
