//! `GET /dev/issued` has everything that was handed out, so that a test which looks for secrets elsewhere misses none.

use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;
use usher_devcloud::{DAEMON_CLIENT_ID, MANAGED_IDENTITY_CLIENT_ID};

use crate::support::Running;

fn text(answer: &Value, member: &str) -> String {
    answer[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member}: {answer}"))
        .to_owned()
}

#[tokio::test]
async fn whatever_was_handed_out_or_shown_is_listed() {
    let cloud = Running::start().await;
    let secret = cloud.secret().await;
    let mut expected = vec![secret.clone()];

    let client = cloud.register().await;
    let code = cloud.code(&client, "member").await;
    let (status, tokens) = cloud.token(&cloud.redemption(&client, &code)).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    expected.push(code);
    expected.extend(["access_token", "refresh_token", "id_token"].map(|member| text(&tokens, member)));
    let (_, refreshed) = cloud.refresh(&client, &tokens["refresh_token"]).await;
    expected.push(text(&refreshed, "access_token"));

    let minted = cloud.mint(json!({ "persona": "member" })).await;
    let (_, exchanged) = cloud.token(&cloud.exchange(&minted).await).await;
    expected.extend([minted, text(&exchanged, "access_token")]);

    let daemon = [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", DAEMON_CLIENT_ID.to_owned()),
        ("client_secret", secret),
        ("scope", format!("{}/.default", cloud.at.mcp_url())),
    ];
    let (_, daemon) = cloud.token(&daemon).await;
    expected.push(text(&daemon, "access_token"));

    let described = cloud.get_json(&cloud.url("/dev.json")).await;
    let header = text(&described["managed_identity"], "header");
    let query = [
        ("api-version", "2019-08-01"),
        ("resource", "api://AzureADTokenExchange"),
        ("client_id", MANAGED_IDENTITY_CLIENT_ID),
    ];
    let url = Url::parse_with_params(&cloud.at.identity_endpoint(), query).unwrap();
    let response = cloud.http.get(url).header("x-identity-header", &header).send();
    let machine: Value = response.await.unwrap().json().await.unwrap();
    expected.extend([header, text(&machine, "access_token")]);

    let pod = json!({ "namespace": "usher", "service_account": "usher" });
    expected.push(text(&cloud.control("/dev/kubernetes-token", pod).await, "token"));
    // An app's own assertion is refused here, and somebody's all the same.
    let assertion = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJub2JvZHkifQ.bm90LWEtc2lnbmF0dXJl";
    cloud.present(assertion).await;
    expected.push(assertion.to_owned());

    let listed = cloud.get_json(&cloud.url("/dev/issued")).await;
    let listed: Vec<&str> = listed["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for secret in expected {
        assert!(
            listed.contains(&secret.as_str()),
            "one of those handed out isn't listed"
        );
    }
}
