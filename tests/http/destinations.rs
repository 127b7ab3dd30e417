//! Where requests go, and what they carry.

use serde_json::json;

use super::{LEDGER, MAX_BYTES, OTHER, Service, assert_refused, get, stage, told};

const REFUSED: [&str; 2] = ["NotGranted", "Invalid"];

/// Addresses that aren't the granted origin, whatever they look like; `PORT` is that of a service on loopback which would answer.
const ELSEWHERE: &[&str] = &[
    // Granted to the component, but not required by the tool.
    "https://other.contoso.example/echo",
    // Nearly the same.
    "http://ledger.contoso.example/echo",
    "https://ledger.contoso.example:8443/echo",
    "https://ledger.contoso.example./echo",
    "https://ledger.contoso.example.evil.example/echo",
    "https://contoso.example/echo",
    "https://ledger.contoso.example%2eevil.example/echo",
    "https://ledger\u{3002}contoso.evil.example/echo",
    // Credentials in the URL, and what only looks like the host.
    "https://user:password@ledger.contoso.example/echo",
    "https://user@ledger.contoso.example/echo",
    "https://:@ledger.contoso.example:1/echo",
    "https://ledger.contoso.example@evil.example/echo",
    "https://ledger.contoso.example:443@127.0.0.1:PORT/echo",
    "https://evil.example\\@ledger.contoso.example/echo",
    "https://ledger.contoso.example/echo#@evil.example",
    // This machine, in every spelling.
    "http://127.0.0.1:PORT/echo",
    "http://localhost:PORT/echo",
    "http://LOCALHOST.:PORT/echo",
    "http://127.1:PORT/echo",
    "http://127.255.255.254:PORT/echo",
    "http://2130706433:PORT/echo",
    "http://0x7f000001:PORT/echo",
    "http://0x7f.0.0.1:PORT/echo",
    "http://0177.0.0.1:PORT/echo",
    "http://017700000001:PORT/echo",
    "http://0:PORT/echo",
    "http://0.0.0.0:PORT/echo",
    "http://[::1]:PORT/echo",
    "http://[::]:PORT/echo",
    "http://[::ffff:127.0.0.1]:PORT/echo",
    "http://[::ffff:7f00:1]:PORT/echo",
    "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/echo",
    "http://[64:ff9b::7f00:1]:PORT/echo",
    "http://\u{2460}27.0.0.1:PORT/echo",
    "http://127\u{3002}0\u{3002}0\u{3002}1:PORT/echo",
    // Metadata services, in every spelling.
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01",
    "http://2852039166/metadata/instance",
    "http://0xA9FEA9FE/metadata/instance",
    "http://0xa9.0xfe.0xa9.0xfe/metadata/instance",
    "http://0251.0376.0251.0376/metadata/instance",
    "http://169.254.43518/metadata/instance",
    "http://[::ffff:169.254.169.254]/metadata/instance",
    "http://[::ffff:a9fe:a9fe]/metadata/instance",
    "http://[fd00:ec2::254]/latest/meta-data",
    "http://[fe80::a9fe:a9fe]/metadata/instance",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://168.63.129.16/machine",
    "https://169.254.169.254/metadata/instance",
    // Private networks.
    "http://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    // Other schemes, and no address at all.
    "file:///etc/passwd",
    "ftp://ledger.contoso.example/echo",
    "gopher://127.0.0.1:PORT/_GET",
    "data:text/plain,hello",
    "unix:/var/run/docker.sock",
    "//ledger.contoso.example/echo",
    "/echo",
    "",
];

#[tokio::test]
async fn no_spelling_of_another_address_gets_past_the_grant() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    for url in ELSEWHERE {
        let url = url.replace("PORT", &service.port().to_string());
        for tool in ["send", "http_unrequired"] {
            assert_refused(&url, &told(&stage, tool, json!({ "url": url })).await, &REFUSED);
        }
    }
    let side_by_side: Vec<_> = ELSEWHERE[..20].iter().map(|url| json!({ "url": url })).collect();
    let answers = told(&stage, "send_all", json!({ "requests": side_by_side })).await;
    for (url, answer) in ELSEWHERE.iter().zip(answers.as_array().unwrap()) {
        assert_refused(url, answer, &REFUSED);
    }
    assert_eq!(service.arrived().len(), 0, "nothing has left");
    assert_eq!(get(&stage, &format!("{LEDGER}/echo")).await["status"], 200);
}

#[tokio::test]
async fn no_spelling_of_another_path_query_or_method_gets_past_the_grant() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    for path in [
        "/",
        "/other",
        "/echo/",
        "/echo/more",
        "//echo",
        "/echo/../other",
        "/echo/%2e%2e/other",
        "/entries/a/b",
        "/entries/a%2Fb",
        "/entries/a%5Cb",
        "/entries/a%252Fb",
        "/entries/..%2Fother",
        "/entries/%00",
        "/echo?secret=1",
        "/echo?to=1&to=2",
        "/echo?TO=1",
        "/echo?to=1&%74o2=1",
    ] {
        let url = format!("{LEDGER}{path}");
        assert_refused(&url, &get(&stage, &url).await, &REFUSED);
    }
    for method in ["PUT", "PATCH", "DELETE", "HEAD"] {
        let request = json!({ "url": format!("{LEDGER}/echo"), "method": method });
        assert_refused(method, &told(&stage, "send", request).await, &REFUSED);
    }
    let unrequired = told(&stage, "http_unrequired", json!({ "url": format!("{LEDGER}/echo") })).await;
    assert_refused("what the tool doesn't require", &unrequired, &["NotGranted"]);
    assert_eq!(service.arrived().len(), 0, "nothing has left");
}

#[tokio::test]
async fn headers_that_carry_credentials_or_route_are_the_hosts_to_set() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    for name in [
        "Authorization",
        "authorization",
        "Cookie",
        "Host",
        "Proxy-Authorization",
        "Connection",
        "Content-Length",
        "Transfer-Encoding",
        "TE",
        "Upgrade",
        "Expect",
        "Forwarded",
        "X-Forwarded-For",
        "X_Forwarded_For",
        "X-Forwarded-Host",
        "X-Real-IP",
        "X-Original-URL",
        "X-HTTP-Method-Override",
        "Metadata",
        "X-IDENTITY-HEADER",
        "X-MS-CLIENT-PRINCIPAL",
        "X-MS-TOKEN-AAD-ACCESS-TOKEN",
        "Accept-Encoding",
        "",
        "a b",
        "x\r\nAuthorization",
    ] {
        let request = json!({ "url": format!("{LEDGER}/echo"), "headers": [[name, "true"]] });
        assert_refused(name, &told(&stage, "send", request).await, &["Invalid"]);
    }
    for value in ["a\r\nAuthorization: Bearer x", "a\nb", "a\0b"] {
        let request = json!({ "url": format!("{LEDGER}/echo"), "headers": [["x-plain", value]] });
        assert_refused(value, &told(&stage, "send", request).await, &["Invalid"]);
    }
    assert_eq!(service.arrived().len(), 0, "nothing has left");
    let request = json!({ "url": format!("{LEDGER}/echo"), "headers": [["x-plain", "yes"]] });
    assert_eq!(told(&stage, "send", request).await["status"], 200);
    assert_eq!(service.arrived()[0].headers["x-plain"], "yes");
}

#[tokio::test]
async fn bodies_and_answers_over_the_limit_are_too_large() {
    let service = Service::start().await;
    let stage = stage(&service).await;
    let post = async |bytes: usize, tool: &str, origin: &str| {
        let request = json!({ "method": "POST", "url": format!("{origin}/echo"), "body": "x".repeat(bytes) });
        told(&stage, tool, request).await
    };
    assert_refused("a body", &post(MAX_BYTES + 1, "send", LEDGER).await, &["TooLarge"]);
    assert_eq!(service.arrived().len(), 0, "it never left");
    assert_refused("an answer", &post(MAX_BYTES, "send", LEDGER).await, &["TooLarge"]);
    let within = post(MAX_BYTES, "send_to_two", OTHER).await;
    assert_eq!(within["status"], 200, "another origin has other limits");
}
