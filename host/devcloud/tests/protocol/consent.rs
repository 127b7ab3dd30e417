//! Consent for what the API's app does elsewhere: withdrawn, given again, and given by following a link.

use reqwest::StatusCode;
use serde_json::json;
use usher_devcloud::API_CLIENT_ID;

use crate::support::{REDIRECT, Running, assert_entra_refusal, returned, with};

#[tokio::test]
async fn consent_is_withdrawn_and_given_again() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "member" })).await;
    let form = cloud.exchange(&assertion).await;
    let ledger = with(&form, &[("scope", &cloud.at.ledger_scope())]);
    let withdrawn = json!({ "persona": "member", "resource": "graph", "granted": false });
    cloud.control("/dev/consent", withdrawn).await;
    assert_entra_refusal(&cloud.token(&form).await.1, "invalid_grant", 65001, &["suberror"]);
    assert_eq!(cloud.token(&ledger).await.0, StatusCode::OK);
    cloud.control("/dev/consent", json!({ "granted": true })).await;
    assert_eq!(cloud.token(&form).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_link_for_consent_ends_where_the_host_says_how_it_went() {
    let cloud = Running::start().await;
    let assertion = cloud.mint(json!({ "persona": "no-consent" })).await;
    let form = cloud.exchange(&assertion).await;
    assert_entra_refusal(&cloud.token(&form).await.1, "invalid_grant", 65001, &["suberror"]);

    // As the host would write it: nobody will redeem the code, so there is no challenge.
    let link = |redirect: &str| {
        let parameters = [
            ("client_id", API_CLIENT_ID),
            ("response_type", "code"),
            ("redirect_uri", redirect),
            ("response_mode", "query"),
            ("scope", "offline_access https://graph.microsoft.com/.default"),
        ];
        url::Url::parse_with_params(&cloud.at.authorization_endpoint(), parameters).unwrap()
    };
    let url = link(&cloud.at.consented());
    let page = cloud.http.get(url.clone()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Who agrees?"), "{page}");
    let cancelled = cloud
        .http
        .post(url.clone())
        .form(&[("cancel", "1")])
        .send()
        .await
        .unwrap();
    assert_eq!(returned(&cancelled)["error"], "access_denied");
    assert_eq!(cloud.token(&form).await.0, StatusCode::BAD_REQUEST);

    let agreed = cloud
        .http
        .post(url)
        .form(&[("persona", "no-consent")])
        .send()
        .await
        .unwrap();
    let location = agreed.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with("http://127.0.0.1:8400/consented?code="),
        "{location}"
    );
    assert_eq!(cloud.token(&form).await.0, StatusCode::OK);

    let elsewhere = cloud
        .http
        .get(link("http://127.0.0.1:8400/elsewhere"))
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::BAD_REQUEST);
    let public = cloud.register().await;
    let unchallenged = cloud.request_with(&public, &[("code_challenge", ""), ("redirect_uri", REDIRECT)]);
    let refused = returned(&cloud.http.get(unchallenged).send().await.unwrap());
    assert_eq!(
        refused["error"], "invalid_request",
        "a public client still needs its challenge"
    );
}
