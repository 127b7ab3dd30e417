//! Redirects between origins: each hop is a request of its own.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use usher_downstream::{DownstreamError, Method};

use crate::support::{Outside, Service, entra, request};

fn to(status: u16, location: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("location", location)]).into_response()
}

/// Two origins, `a` redirecting to wherever the script says and `b` answering; the same token is granted for `a` only.
async fn two(status: u16, location: &'static str) -> (Outside, Service, Service, Service) {
    let (entra, a, b) = (
        entra().await,
        Service::new(move |seen| {
            if seen.target == "/end" {
                "end".into_response()
            } else {
                to(status, location)
            }
        })
        .await,
        Service::new(|_| "from b").await,
    );
    let outside = Outside::of(
        r#"{ origin = "https://a.contoso.example", methods = ["GET", "POST"], paths = ["/start", "/end"], credential = { on-behalf-of = "api://a/.default" } },
           { origin = "https://b.contoso.example", methods = ["GET", "POST"], paths = ["/entries"] }"#,
        &[("https://a.contoso.example", &a), ("https://b.contoso.example", &b)],
        Some(&entra),
    );
    (outside, entra, a, b)
}

#[tokio::test]
async fn within_an_origin_a_redirect_keeps_the_credential() {
    let (outside, _entra, a, _b) = two(302, "/end").await;
    let answer = outside
        .send(request(Method::Get, "https://a.contoso.example/start"))
        .await
        .unwrap();
    assert_eq!(&*answer.body, b"end");
    assert!(
        a.seen()
            .iter()
            .all(|seen| seen.header("authorization").starts_with("Bearer token-1-"))
    );
}

#[tokio::test]
async fn a_credential_never_goes_along_to_another_origin() {
    let (outside, _entra, a, b) = two(302, "https://b.contoso.example/entries").await;
    let mut start = request(Method::Get, "https://a.contoso.example/start");
    start.headers = vec![
        ("x-api-key".to_owned(), "the tool's own".to_owned()),
        ("accept".to_owned(), "*/*".to_owned()),
    ];
    let answer = outside.send(start).await.unwrap();
    assert_eq!(&*answer.body, b"from b");
    assert!(a.only().header("authorization").starts_with("Bearer "));
    let seen = b.only();
    assert_eq!(
        (
            seen.header("authorization"),
            seen.header("x-api-key"),
            seen.header("accept")
        ),
        ("", "", "*/*")
    );
}

#[tokio::test]
async fn a_redirect_leads_only_to_what_the_grant_covers() {
    for location in [
        "https://evil.example/entries",
        "https://b.contoso.example/admin",
        "https://b.contoso.example:8443/entries",
        "https://b.contoso.example/entries?x=1",
        "//evil.example/",
        "/elsewhere",
    ] {
        let (outside, _entra, a, b) = two(302, location).await;
        let sent = outside
            .send(request(Method::Get, "https://a.contoso.example/start"))
            .await;
        assert!(
            matches!(sent, Err(DownstreamError::NotGranted(_))),
            "{location}: {sent:?}"
        );
        assert_eq!((a.count(), b.count()), (1, 0), "{location}");
    }
    for location in [
        "http://169.254.169.254/metadata/identity/oauth2/token",
        "http://b.contoso.example/entries",
        "https://user:password@b.contoso.example/entries",
        "file:///etc/passwd",
    ] {
        let (outside, _entra, _a, b) = two(302, location).await;
        let sent = outside
            .send(request(Method::Get, "https://a.contoso.example/start"))
            .await;
        assert!(sent.is_err(), "{location}: {sent:?}");
        assert_eq!(b.count(), 0, "{location}");
    }
}

#[tokio::test]
async fn one_origin_can_not_have_something_changed_at_another() {
    let (outside, _entra, _a, b) = two(307, "https://b.contoso.example/entries").await;
    let mut start = request(Method::Post, "https://a.contoso.example/start");
    start.body = Some("for a".into());
    let sent = outside.send(start).await;
    assert!(matches!(sent, Err(DownstreamError::NotGranted(_))), "{sent:?}");
    assert_eq!(b.count(), 0);
}

#[tokio::test]
async fn a_post_that_is_answered_with_303_ends_in_a_get() {
    let (outside, _entra, a, _b) = two(303, "/end").await;
    let mut start = request(Method::Post, "https://a.contoso.example/start");
    start.body = Some("once".into());
    start.headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
    outside.send(start).await.unwrap();
    let seen = a.seen();
    assert_eq!(
        (seen[1].method.as_str(), seen[1].text(), seen[1].header("content-type")),
        ("GET", "", "")
    );
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    let (outside, _entra, a, _b) = two(302, "/start").await;
    let sent = outside
        .send(request(Method::Get, "https://a.contoso.example/start"))
        .await;
    assert!(matches!(sent, Err(DownstreamError::Unavailable(_))), "{sent:?}");
    assert_eq!(a.count(), 6);
}
