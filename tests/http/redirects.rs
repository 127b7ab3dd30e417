//! A granted service that answers with a redirect: each hop is judged as if the tool had asked for it.

use serde_json::{Value, json};

use super::{LEDGER, OTHER, Service, Stage, assert_refused, stage, told};

/// Asks the service to send elsewhere.
async fn redirected(stage: &Stage, tool: &str, method: &str, to: &str) -> Value {
    let mut url = url::Url::parse(&format!("{LEDGER}/redirect")).unwrap();
    url.query_pairs_mut().append_pair("to", to);
    told(stage, tool, json!({ "method": method, "url": url })).await
}

#[tokio::test]
async fn a_redirect_to_where_the_tool_may_not_go_is_not_followed() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    let loopback = service.url();
    for to in [
        "https://evil.example/echo",
        "//evil.example/echo",
        "http://ledger.contoso.example/echo",
        "https://other.contoso.example/echo",
        "https://ledger.contoso.example/other",
        "https://user:password@ledger.contoso.example/echo",
        "/other",
        "/entries/..%2Fother",
        "/echo?secret=1",
        &format!("{loopback}echo"),
        &format!("http://localhost:{}/echo", service.port()),
        &format!("http://2130706433:{}/echo", service.port()),
        &format!("http://[::ffff:7f00:1]:{}/echo", service.port()),
        "http://169.254.169.254/metadata/identity/oauth2/token",
        "http://2852039166/metadata/instance",
        "file:///etc/passwd",
    ] {
        for status in [301, 302, 303, 307, 308] {
            let answer = redirected(&stage, "send", "GET", &format!("{status} {to}")).await;
            assert_refused(to, &answer, &["NotGranted", "Invalid", "Unavailable"]);
        }
        let arrived = service.arrived();
        assert!(
            arrived.len() == 5 && arrived.iter().all(|request| request.path == "/redirect"),
            "{to}: {arrived:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_within_the_grant_is_followed_and_never_in_circles() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    assert_eq!(redirected(&stage, "send", "GET", "/echo").await["status"], 200);
    let to_other = redirected(&stage, "send_to_two", "GET", &format!("{OTHER}/echo")).await;
    assert_eq!(to_other["status"], 200, "{to_other}");
    service.arrived();
    // To itself, each time.
    let circle = redirected(&stage, "send", "GET", "").await;
    assert_refused("a circle", &circle, &["Unavailable"]);
    assert_eq!(service.arrived().len(), 6, "the first and five more");
}

#[tokio::test]
async fn a_write_is_never_redirected_to_another_origin() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    for status in [307, 308] {
        let to = format!("{status} {OTHER}/echo");
        let answer = redirected(&stage, "send_to_two", "POST", &to).await;
        assert_refused(&to, &answer, &["NotGranted"]);
        assert_eq!(service.arrived().len(), 1);
    }
}
