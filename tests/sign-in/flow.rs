//! The way in, as a client goes it.

use axum::Router;
use axum::routing::get;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use usher_tests::{Host, built};

use super::browser::{CALLBACK, Found, Visitor, get_json};
use super::challenge::{assert_leads_to_sign_in, metadata_url};
use crate::protocol::stage::{host, host_with};
use crate::protocol::wire::{Answer, Ask, Session, names, structured};

/// Lists the tools, which every caller may.
async fn list(host: &Host, token: &str) -> Answer {
    Ask::modern(token, "tools/list", json!({})).to(host).await
}

/// The tools that a token opens.
async fn tools(host: &Host, tokens: &Value) -> Vec<String> {
    let answer = list(host, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    names(&answer.result()).into_iter().map(str::to_owned).collect()
}

const MEMBERS: [&str; 2] = ["add_user_expense", "get_user_expenses"];
const ADMINS: [&str; 3] = ["add_user_expense", "get_expense_stats", "get_user_expenses"];

#[tokio::test]
async fn a_request_without_a_bearer_token_is_told_where_to_sign_in_and_of_no_error() {
    let host = host().await;
    let bare = || Ask::initialize("").without("authorization");
    let in_query = format!(
        "{}?access_token={}",
        host.mcp(),
        crate::protocol::stage::token(&host, "member").await
    );
    for answer in [
        bare().to(&host).await,
        bare()
            .header("authorization", "Basic bWVtYmVyOm1lbWJlcg==")
            .to(&host)
            .await,
        bare().at(&host, &in_query).await,
        Ask::modern("", "tools/list", json!({}))
            .without("authorization")
            .to(&host)
            .await,
        bare().method(reqwest::Method::GET).to(&host).await,
        bare().method(reqwest::Method::DELETE).to(&host).await,
    ] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        assert_leads_to_sign_in(&answer, &host, None);
        assert_eq!(answer.header("content-type"), "application/json");
    }
    // Every client starts like this.
    assert!(
        !host.data().output().contains("WARN"),
        "it raises no alarm: {}",
        host.data().output()
    );
}

#[tokio::test]
async fn the_resources_metadata_is_at_the_path_form_and_at_the_root() {
    let host = host().await;
    let root = metadata_url(&host).trim_end_matches("/mcp").to_owned();
    for url in [metadata_url(&host), root] {
        let document = get_json(&host, &url).await;
        assert_eq!(
            document["resource"],
            host.mcp(),
            "no trailing slash, exactly the URL of the endpoint"
        );
        assert_eq!(document["authorization_servers"], json!([host.description()["issuer"]]));
        assert_eq!(
            document["scopes_supported"],
            json!([host.description()["scope"]]),
            "and no offline_access"
        );
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    }
}

#[tokio::test]
async fn the_resources_metadata_never_follows_the_host_header() {
    let host = host().await;
    let answer = host
        .client()
        .http()
        .get(metadata_url(&host))
        .header("host", "evil.example")
        .header("x-forwarded-proto", "https");
    let text = answer.send().await.unwrap().text().await.unwrap();
    assert!(!text.contains("evil.example") && !text.contains("https://"), "{text}");
}

#[tokio::test]
async fn the_authorization_server_is_found_wherever_clients_look() {
    let host = host().await;
    let issuer = host.description()["issuer"].as_str().unwrap();
    let (authority, path) = (
        host.description()["authority"].as_str().unwrap(),
        issuer.splitn(4, '/').nth(3).unwrap(),
    );
    let found = Found::of(&host).await;
    for url in [
        format!("{authority}/.well-known/oauth-authorization-server/{path}"),
        format!("{authority}/.well-known/openid-configuration/{path}"),
        format!("{issuer}/.well-known/openid-configuration"),
    ] {
        assert_eq!(get_json(&host, &url).await, found.server, "{url}");
    }
    assert_eq!(found.server["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found.server["client_id_metadata_document_supported"], true);
}

#[tokio::test]
async fn a_client_that_registers_itself_signs_in_as_each_persona_and_calls() {
    let host = host().await;
    let mut visitor = Visitor::registered(&host).await;
    for (persona, expected) in [("admin", &ADMINS[..]), ("member", &MEMBERS), ("member-2", &MEMBERS)] {
        let tokens = visitor.sign_in(persona).await;
        assert_eq!(tools(&host, &tokens).await, expected, "{persona}");
        let token = tokens["access_token"].as_str().unwrap();
        let answer = Ask::call(token, "get_user_expenses", &json!({})).to(&host).await;
        assert_eq!(structured(&answer.result())["expenses"], json!([]), "{persona}");
    }
    visitor.issued.assert_never_said_by(&host);
}

#[tokio::test]
async fn a_client_that_is_described_by_a_document_signs_in_and_calls() {
    let host = host().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client_id = format!("http://{}/client.json", listener.local_addr().unwrap());
    let document = json!({
        "client_id": client_id, "client_name": "Tests", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
    });
    let answer = ([("content-type", "application/json")], document.to_string());
    let router = Router::new().route("/client.json", get(async move || answer));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });

    let mut visitor = Visitor::named(Found::of(&host).await, &client_id);
    let tokens = visitor.sign_in("member").await;
    assert_eq!(tools(&host, &tokens).await, MEMBERS);
    visitor.issued.assert_never_said_by(&host);
    serving.abort();
}

#[tokio::test]
async fn vs_code_signs_in_with_the_client_id_that_it_has_everywhere() {
    const VSCODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";
    let host = host().await;
    assert!(
        host.description()["public_client_ids"]
            .as_array()
            .unwrap()
            .contains(&json!(VSCODE))
    );
    let mut visitor = Visitor::named(Found::of(&host).await, VSCODE);
    let at = [
        ("redirect_uri", "http://127.0.0.1:33418/"),
        ("prompt", "select_account"),
    ];
    let url = visitor.sign_in_url(&at);
    let chosen = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let chosen = chosen.post(url).form(&[("persona", "admin")]).send().await.unwrap();
    let location = reqwest::Url::parse(chosen.headers()["location"].to_str().unwrap()).unwrap();
    let code = location
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let (status, tokens) = visitor.redeem(&code, &at[..1]).await;
    assert_eq!(status, StatusCode::OK, "{}", tokens["error_description"]);
    assert_eq!(tools(&host, &tokens).await, ADMINS);
    visitor.issued.assert_never_said_by(&host);
}

#[tokio::test]
async fn who_signs_in_without_the_scope_is_told_of_every_scope_that_is_needed() {
    let host = host().await;
    let mut visitor = Visitor::registered(&host).await;
    let tokens = visitor.sign_in("unscoped").await;
    let answer = list(&host, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    assert_leads_to_sign_in(&answer, &host, Some("insufficient_scope"));
    visitor.issued.assert_never_said_by(&host);
}

#[tokio::test]
async fn a_refresh_token_gets_a_token_that_works() {
    let host = host().await;
    let mut visitor = Visitor::registered(&host).await;
    let first = visitor.sign_in("member").await;
    let (status, second) = visitor.refresh(first["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{}", second["error_description"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(tools(&host, &second).await, MEMBERS);
    visitor.issued.assert_never_said_by(&host);
}

#[tokio::test]
async fn a_code_is_good_for_its_own_verifier_and_once() {
    let host = host().await;
    let mut visitor = Visitor::registered(&host).await;
    let brought = visitor.choose("member", &[]).await;
    let wrong = [(
        "code_verifier",
        "a-verifier-of-somebody-else-who-has-seen-the-code-pass",
    )];
    let (status, answer) = visitor.redeem(&brought["code"], &wrong).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );

    let brought = visitor.choose("member", &[]).await;
    let (status, _) = visitor.redeem(&brought["code"], &[]).await;
    assert_eq!(status, StatusCode::OK);
    let (status, answer) = visitor.redeem(&brought["code"], &[]).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );
    visitor.issued.assert_never_said_by(&host);
}

#[tokio::test]
async fn errors_when_the_resource_is_not_this_endpoint_to_the_letter() {
    let host = host().await;
    let mut visitor = Visitor::registered(&host).await;
    let slashed = format!("{}/", host.mcp());
    let wrong = [
        "https://mcp.contoso.example/mcp",
        &slashed,
        host.mcp().trim_end_matches("/mcp"),
    ];
    for resource in wrong {
        let brought = visitor.choose("member", &[("resource", resource)]).await;
        assert_eq!(brought["error"], "invalid_target", "{resource}: {brought:?}");
        assert!(brought["error_description"].starts_with("AADSTS9010010"), "{brought:?}");
    }
    let brought = visitor.choose("member", &[]).await;
    let (status, answer) = visitor.redeem(&brought["code"], &[("resource", wrong[0])]).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_target"))
    );
    assert_eq!(answer["error_codes"], json!([9_010_010]));
}

#[tokio::test]
async fn a_person_who_cancels_is_nobody() {
    let host = host().await;
    let visitor = Visitor::registered(&host).await;
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let answer = browser
        .post(visitor.sign_in_url(&[]))
        .form(&[("cancel", "1")])
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(
        location.contains("error=access_denied") && !location.contains("code="),
        "{location}"
    );
}

#[tokio::test]
async fn a_log_of_everything_still_holds_no_token() {
    let host = host_with(&built::tools(), "[log]\nfilter = \"trace\"").await;
    let mut visitor = Visitor::registered(&host).await;
    let tokens = visitor.sign_in("member").await;
    let (_, refreshed) = visitor.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(tools(&host, &refreshed).await, MEMBERS);
    let session = Session::open(&host, tokens["access_token"].as_str().unwrap()).await;
    session.call("get_user_expenses", &json!({})).to(&host).await.result();
    assert!(host.data().output().contains("TRACE"), "it is a log of everything");
    visitor.issued.assert_never_said_by(&host);
}
