//! `Host` and `Origin`: a web page that reaches the endpoint through somebody's browser gets nothing.

use reqwest::{Method, StatusCode};
use serde_json::json;
use usher_tests::built;

use super::stage::{host, host_with, token};
use super::wire::{Ask, names};

#[tokio::test]
async fn a_request_of_a_foreign_origin_is_forbidden_even_with_a_good_token() {
    let host = host().await;
    let token = token(&host, "member").await;
    let list = || Ask::modern(&token, "tools/list", json!({}));
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"] {
        let answer = list().header("origin", origin).to(&host).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}: {answer:?}");
        assert!(answer.json()["message"].is_string(), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        let answer = list().header("origin", origin).method(Method::OPTIONS).to(&host).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{origin}: a preflight isn't answered either"
        );
    }
    // It isn't told whether its token is good.
    let answer = Ask::modern("garbage", "tools/list", json!({}))
        .header("origin", "https://evil.example")
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn a_request_to_another_host_name_is_forbidden() {
    let host = host().await;
    let token = token(&host, "member").await;
    let port = host
        .mcp()
        .split(['/', ':'])
        .find(|part| part.parse::<u16>().is_ok())
        .unwrap()
        .to_owned();
    for name in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1:1",
        "127.0.0.1.evil.example",
    ] {
        let answer = Ask::modern(&token, "tools/list", json!({}))
            .header("host", name)
            .to(&host)
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {answer:?}");
    }
    let answer = Ask::modern(&token, "tools/list", json!({}))
        .header("host", &format!("localhost:{port}"))
        .to(&host)
        .await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "localhost is another name of the same address"
    );
}

#[tokio::test]
async fn a_page_of_an_origin_that_the_operator_names_may_call() {
    let host = host_with(
        &built::tools(),
        "[http]\nallowed-origins = [\"https://app.contoso.example\"]",
    )
    .await;
    let token = token(&host, "member").await;
    let from_page = |ask: Ask| ask.header("origin", "https://app.contoso.example");
    let preflight = Ask::modern(&token, "tools/list", json!({}))
        .without("authorization")
        .method(Method::OPTIONS);
    let asked = "authorization, content-type, mcp-method, mcp-protocol-version";
    let answer = from_page(preflight)
        .header("access-control-request-headers", asked)
        .to(&host)
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-headers"), asked);
    let answer = from_page(Ask::modern(&token, "tools/list", json!({}))).to(&host).await;
    assert_eq!(names(&answer.result()).len(), 2);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://app.contoso.example"
    );
    // A page must be able to read where to sign in.
    let answer = from_page(Ask::initialize("").without("authorization")).to(&host).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("WWW-Authenticate"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn the_endpoints_own_origin_is_not_a_foreign_one() {
    let host = host().await;
    let own = host.mcp().trim_end_matches("/mcp").to_owned();
    let list = Ask::modern(&token(&host, "member").await, "tools/list", json!({}));
    let answer = list.header("origin", &own).to(&host).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}
