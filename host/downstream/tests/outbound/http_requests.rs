//! Requests to granted origins: what goes out, what doesn't, and what comes back.

use axum::http::StatusCode;
use usher_downstream::{DownstreamError, HttpRequest, Method};

use crate::support::{Outside, Service, request, user};

#[tokio::test]
async fn a_granted_request_goes_out_as_the_tool_wrote_it() {
    let service = Service::new(|_| (StatusCode::CREATED, [("etag", "\"1\""), ("set-cookie", "a=b")], "made")).await;
    let outside = Outside::standing_in(&service, r#"methods = ["POST"], paths = ["/entries"], query = ["dry"]"#);
    let mut entry = request(Method::Post, "https://ledger.contoso.example/entries?dry=1");
    entry.headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    entry.body = Some("{}".into());
    let answer = outside.send(entry).await.unwrap();
    assert_eq!((answer.status, &*answer.body), (201, &b"made"[..]));
    let header = |name: &str| {
        answer
            .headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| &**value)
    };
    assert_eq!((header("etag"), header("set-cookie")), (Some("\"1\""), None));
    let seen = service.only();
    assert_eq!(
        (seen.method.as_str(), &*seen.target, seen.text()),
        ("POST", "/entries?dry=1", "{}")
    );
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.header("authorization"), "");
    assert_eq!(seen.header("accept-encoding"), "identity");
}

#[tokio::test]
async fn whatever_the_status_it_is_an_answer_and_nothing_is_repeated() {
    for status in [204, 304, 401, 403, 404, 429, 500, 503] {
        let service = Service::new(move |_| StatusCode::from_u16(status).unwrap()).await;
        let outside = Outside::standing_in(&service, r#"methods = ["GET"], paths = ["/entries"]"#);
        let answer = outside
            .send(request(Method::Get, "https://ledger.contoso.example/entries"))
            .await;
        assert_eq!(answer.unwrap().status, status);
        assert_eq!(service.count(), 1);
    }
}

#[tokio::test]
async fn errors_when_the_grant_does_not_cover_the_request() {
    let service = Service::new(|_| "").await;
    let outside = Outside::standing_in(&service, r#"methods = ["GET"], paths = ["/entries", "/entries/{id}"]"#);
    for (method, url) in [
        (Method::Post, "https://ledger.contoso.example/entries"),
        (Method::Get, "https://ledger.contoso.example/admin"),
        (Method::Get, "https://ledger.contoso.example/entries/../admin"),
        (Method::Get, "https://ledger.contoso.example/entries?x=1"),
        (Method::Get, "https://ledger.contoso.example:8443/entries"),
        (Method::Get, "https://ledger.contoso.example.evil.example/entries"),
        (Method::Get, "https://evil.example/entries"),
    ] {
        let sent = outside.send(request(method, url)).await;
        assert!(
            matches!(sent, Err(DownstreamError::NotGranted(_))),
            "{method} {url}: {sent:?}"
        );
    }
    for url in [
        "https://user:password@ledger.contoso.example/entries",
        "https://ledger.contoso.example@evil.example/entries",
        "https://ledger.contoso.example/entries#part",
        "https://ledger.contoso.example/entries/%2e%2e%2fadmin",
        "https://ledger.contoso.example/entries/..%252fadmin",
        "http://ledger.contoso.example/entries",
        "file:///etc/passwd",
    ] {
        let sent = outside.send(request(Method::Get, url)).await;
        assert!(matches!(sent, Err(DownstreamError::Invalid(_))), "{url}: {sent:?}");
    }
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn errors_when_a_tool_sets_what_is_the_hosts() {
    let service = Service::new(|_| "").await;
    let outside = Outside::standing_in(&service, r#"methods = ["GET"], paths = ["/entries"]"#);
    for name in [
        "Authorization",
        "Cookie",
        "Host",
        "Proxy-Authorization",
        "X-Forwarded-For",
        "Content-Length",
    ] {
        let mut entries = request(Method::Get, "https://ledger.contoso.example/entries");
        entries.headers = vec![(name.to_owned(), "1".to_owned())];
        let sent = outside.send(entries).await;
        assert!(matches!(sent, Err(DownstreamError::Invalid(_))), "{name}: {sent:?}");
    }
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn bodies_are_bounded_both_ways() {
    let service = Service::new(|_| vec![b'x'; 101]).await;
    let rule = r#"methods = ["POST"], paths = ["/entries"], max-request-bytes = 10, max-response-bytes = 100"#;
    let outside = Outside::standing_in(&service, rule);
    let entry = |bytes: usize| HttpRequest {
        body: Some(vec![0; bytes].into()),
        ..request(Method::Post, "https://ledger.contoso.example/entries")
    };
    assert!(matches!(outside.send(entry(11)).await, Err(DownstreamError::TooLarge)));
    assert_eq!(service.count(), 0);
    assert!(matches!(outside.send(entry(10)).await, Err(DownstreamError::TooLarge)));
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn an_address_inside_the_hosts_network_is_reached_where_the_grant_says_so() {
    let service = Service::new(|_| "inside").await;
    let origin = service.url.origin().ascii_serialization();
    let open = Outside::granting(&format!(
        r#"{{ origin = "{origin}", methods = ["GET"], paths = ["/x"], private-addresses = true }}"#
    ));
    let answer = open.send(request(Method::Get, &format!("{origin}/x"))).await.unwrap();
    assert_eq!(&*answer.body, b"inside");
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn the_deadline_comes_before_an_answer_that_never_does() {
    let silent = Service::slow(|_| std::future::pending()).await;
    let outside = Outside::standing_in(&silent, r#"methods = ["GET"], paths = ["/x"]"#);
    let deadline = std::time::Instant::now() + std::time::Duration::from_millis(300);
    let asked = request(Method::Get, "https://ledger.contoso.example/x");
    let sent = outside
        .http
        .send(&user("alice"), &outside.allowance, asked, deadline)
        .await;
    assert!(matches!(sent, Err(DownstreamError::Timeout)), "{sent:?}");
}
