//! Other services: origins, and requests against the grant's list.

use url::Url;
use usher_policy::{HttpCredential, Method, NotCovered, Origin, OriginError, Requirement};

use crate::{capable, refusal};

const GRANT: &str = r#"
[[capabilities.http.origins]]
origin = "https://ledger.contoso.example"
methods = ["GET", "POST"]
paths = ["/entries", "/entries/{id}"]
query = ["top"]
credential = { on-behalf-of = "api://ledger/.default" }
max-response-bytes = 1000

[[capabilities.http.origins]]
origin = "https://ledger.contoso.example"
methods = ["GET"]
paths = ["/", "/status/"]

[[capabilities.http.origins]]
origin = "https://keys.contoso.example:8443"
methods = ["GET"]
paths = ["/keys"]
credential = { secret-header = "X-Api-Key", secret = "keys" }

[[capabilities.http.origins]]
origin = "http://127.0.0.1:8080"
methods = ["GET"]
paths = ["/"]
credential = { managed-identity = "https://vault.azure.net" }
private-addresses = true
"#;

fn ask(method: Method, url: &str) -> Result<Option<HttpCredential>, NotCovered> {
    let requires = [
        "https://ledger.contoso.example",
        "https://keys.contoso.example:8443",
        "http://127.0.0.1:8080",
    ]
    .map(|origin| Requirement::http(origin).unwrap());
    let tool = capable(GRANT, &requires);
    let entry = tool.allowance().http(method, &Url::parse(url).unwrap())?;
    Ok(entry.credential.clone())
}

#[test]
fn a_request_is_covered_by_origin_method_path_and_query_together() {
    let ledger = HttpCredential::OnBehalfOf("api://ledger/.default".parse().unwrap());
    for url in [
        "https://ledger.contoso.example/entries",
        "https://LEDGER.contoso.example:443/entries/1",
        "https://ledger.contoso.example/entries?top=5",
        "https://ledger.contoso.example/x/../entries",
    ] {
        assert_eq!(ask(Method::Post, url), Ok(Some(ledger.clone())), "{url}");
    }
    assert_eq!(
        ask(Method::Get, "https://ledger.contoso.example"),
        Ok(None),
        "another entry, without a credential"
    );
    assert_eq!(ask(Method::Get, "https://ledger.contoso.example/status/"), Ok(None));
    assert!(matches!(
        ask(Method::Get, "https://keys.contoso.example:8443/keys"),
        Ok(Some(HttpCredential::SecretHeader { header, secret })) if header == "x-api-key" && secret == "keys"
    ));
    // The same address, however it is spelled: it is granted, so nothing is gained.
    for url in [
        "http://127.0.0.1:8080/",
        "http://2130706433:8080/",
        "http://0x7f.1:8080/",
    ] {
        assert!(
            matches!(ask(Method::Get, url), Ok(Some(HttpCredential::ManagedIdentity { .. }))),
            "{url}"
        );
    }
}

#[test]
fn what_is_not_listed_is_not_sent() {
    for (method, url) in [
        (Method::Delete, "https://ledger.contoso.example/entries"),
        (Method::Post, "https://ledger.contoso.example/"),
        (Method::Get, "https://ledger.contoso.example/entries/"),
        (Method::Get, "https://ledger.contoso.example/status"),
        (Method::Get, "https://ledger.contoso.example/entries/1/2"),
        (Method::Get, "https://ledger.contoso.example/entries/1%2F2"),
        (Method::Get, "https://ledger.contoso.example/entries/..%2f..%2fadmin"),
        (Method::Get, "https://ledger.contoso.example/entries/%252e%252e"),
        (Method::Get, "https://ledger.contoso.example/entries/%2e%2e/admin"),
        (Method::Get, "https://ledger.contoso.example/entries/1;admin=true"),
        (Method::Get, "https://ledger.contoso.example/entries/$batch"),
        (Method::Get, "https://ledger.contoso.example//entries"),
        (Method::Get, "https://ledger.contoso.example/entries\\1\\2"),
        (Method::Get, "https://ledger.contoso.example/entries?top=1&top=2"),
        (Method::Get, "https://ledger.contoso.example/entries?skip=1"),
        (Method::Get, "https://ledger.contoso.example/entries?top=1;skip=2"),
        (Method::Get, "https://ledger.contoso.example/?top=1"),
        (Method::Get, "https://ledger.contoso.example/entries#top"),
        (Method::Get, "http://ledger.contoso.example/entries"),
        (Method::Get, "https://ledger.contoso.example:8443/entries"),
        (Method::Get, "https://ledger.contoso.example./entries"),
        (Method::Get, "https://ledger.contoso.example.evil.example/entries"),
        (
            Method::Get,
            "https://evil.example/https://ledger.contoso.example/entries",
        ),
        (Method::Get, "https://ledger.contoso.example@evil.example/entries"),
        (Method::Get, "https://user:password@ledger.contoso.example/entries"),
        (Method::Get, "https://user@ledger.contoso.example/entries"),
        (Method::Get, "https://keys.contoso.example/keys"),
        (Method::Get, "http://127.0.0.1/"),
        (Method::Get, "http://127.0.0.2:8080/"),
        (Method::Get, "http://[::1]:8080/"),
        (Method::Get, "http://[::ffff:127.0.0.1]:8080/"),
        (Method::Get, "http://localhost:8080/"),
        (Method::Get, "http://169.254.169.254/metadata"),
        (Method::Get, "ftp://ledger.contoso.example/entries"),
        (Method::Get, "file:///entries"),
        (Method::Get, "data:,entries"),
    ] {
        assert!(ask(method, url).is_err(), "{method} {url}");
    }
}

#[test]
fn a_tool_reaches_the_origins_that_it_requires_and_no_others() {
    let tool = capable(
        GRANT,
        &[Requirement::http("https://keys.contoso.example:8443").unwrap()],
    );
    let get = |url: &str| {
        tool.allowance()
            .http(Method::Get, &Url::parse(url).unwrap())
            .map(|_| ())
    };
    assert_eq!(get("https://keys.contoso.example:8443/keys"), Ok(()));
    assert_eq!(
        get("https://ledger.contoso.example/entries"),
        Err(NotCovered::Origin("https://ledger.contoso.example".to_owned()))
    );
}

#[test]
fn an_origin_has_one_spelling() {
    for (written, canonical) in [
        ("https://api.contoso.com", "https://api.contoso.com"),
        ("https://API.Contoso.com", "https://api.contoso.com"),
        ("HTTPS://api.contoso.com:443", "https://api.contoso.com"),
        ("https://api.contoso.com:8443", "https://api.contoso.com:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://10.0.0.1", "https://10.0.0.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        assert_eq!(Origin::parse(written).unwrap().as_str(), canonical);
    }
    assert_eq!(
        Origin::parse("https://a.example").unwrap(),
        Origin::parse("https://A.example:443").unwrap()
    );
    assert_ne!(
        Origin::parse("https://a.example").unwrap(),
        Origin::parse("https://a.example:444").unwrap()
    );
}

#[test]
fn what_is_not_an_origin_is_refused() {
    for written in [
        "",
        "api.contoso.com",
        "//api.contoso.com",
        "https://",
        "https:///x",
        "https://api.contoso.com/",
        "https://api.contoso.com/v1",
        "https://api.contoso.com?x",
        "https://api.contoso.com#x",
        "https://user@api.contoso.com",
        "https://user:password@api.contoso.com",
        "https://@api.contoso.com",
        "https://*.contoso.com",
        "https://api.contoso.com.",
        "https://api.contoso.com:0",
        "https://api.contoso.com:0443",
        "https://api.contoso.com:",
        "https://api.contoso.com:99999",
        "https:api.contoso.com",
        "https:\\\\api.contoso.com",
        " https://api.contoso.com",
        "https://api.con\ttoso.com",
        "https://ap%69.contoso.com",
        "http://api.contoso.com",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "ws://localhost",
        "ftp://api.contoso.com",
        "file:///etc/passwd",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.1",
        "https://127.1",
        "https://0177.0.0.1",
        "https://127.0.0.1.",
        "https://\u{ff11}27.0.0.1",
        "https://127\u{3002}0.0.1",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::127.0.0.1]",
        "https://[::1%25eth0]",
    ] {
        assert!(
            Origin::parse(written).is_err(),
            "{written:?} was read as {}",
            Origin::parse(written).unwrap()
        );
    }
    let error = Origin::parse("https://0x7f.1").unwrap_err();
    assert!(
        matches!(&error, OriginError::Spelling { canonical, .. } if canonical == "https://127.0.0.1"),
        "{error}"
    );
}

/// A grant of one origin, with whatever else is written about it.
fn grant(rest: &str) -> String {
    format!("[[capabilities.http.origins]]\n{rest}")
}

#[test]
fn what_cannot_be_enforced_is_refused_with_what_to_write_instead() {
    let api = "origin = \"https://a.example\"\nmethods = [\"GET\"]\npaths = [\"/x\"]";
    let at = |origin: &str| format!("origin = \"{origin}\"\nmethods = [\"GET\"]\npaths = [\"/x\"]");
    for (rest, word) in [
        (at("https://10.0.0.1"), "private-addresses = true"),
        (at("https://8.8.8.8"), "private-addresses = true"),
        (at("http://localhost:8080"), "private-addresses = true"),
        (at("http://a.example"), "an origin is https"),
        (
            format!("{}\nprivate-addresses = true", at("https://169.254.169.254")),
            "never contacts",
        ),
        (
            format!("{}\nprivate-addresses = true", at("https://0.0.0.0")),
            "never contacts",
        ),
        (
            format!("{}\nprivate-addresses = true", at("https://[fe80::1]")),
            "never contacts",
        ),
        (at("https://graph.microsoft.com"), "under graph"),
        (at("https://GRAPH.microsoft.us:8443"), "under graph"),
        (at("https://*.a.example"), "by itself"),
        (at("https://a.example/x"), "paths ="),
        (
            "origin = \"https://a.example\"\nmethods = []\npaths = [\"/x\"]".to_owned(),
            "methods = [\"GET\"]",
        ),
        (
            "origin = \"https://a.example\"\nmethods = [\"GET\"]\npaths = []".to_owned(),
            "paths =",
        ),
        (
            "origin = \"https://a.example\"\nmethods = [\"GET\"]".to_owned(),
            "paths",
        ),
        (
            "origin = \"https://a.example\"\nmethods = [\"CONNECT\"]\npaths = [\"/x\"]".to_owned(),
            "CONNECT",
        ),
        (
            "origin = \"https://a.example\"\nmethods = [\"GET\"]\npaths = [\"/*\"]".to_owned(),
            "{name}",
        ),
        (format!("{api}\ncredential = {{}}"), "on-behalf-of"),
        (
            format!("{api}\ncredential = {{ on-behalf-of = \"User.Read\" }}"),
            "App ID URI",
        ),
        (
            format!("{api}\ncredential = {{ on-behalf-of = \"api://x/.default offline_access\" }}"),
            "one scope",
        ),
        (
            format!("{api}\ncredential = {{ managed-identity = \"https://vault.azure.net/.default\" }}"),
            "without /.default",
        ),
        (format!("{api}\ncredential = {{ managed-identity = \"\" }}"), "resource"),
        (
            format!("{api}\ncredential = {{ secret-header = \"X-Api-Key\" }}"),
            "secret =",
        ),
        (format!("{api}\ncredential = {{ secret = \"x\" }}"), "secret-header"),
        (
            format!("{api}\ncredential = {{ secret-header = \"Host\", secret = \"x\" }}"),
            "X-Api-Key",
        ),
        (
            format!("{api}\ncredential = {{ secret-header = \"a b\", secret = \"x\" }}"),
            "header field",
        ),
        (format!("{api}\ncredential = {{ password = \"x\" }}"), "password"),
        (
            format!("{api}\ncredential = {{ on-behalf-of = \"api://x/.default\", managed-identity = \"https://y\" }}"),
            "one of",
        ),
        (format!("{api}\nmax-response-bytes = 0"), "from 1 to"),
        (format!("{api}\nmax-request-bytes = 67108865"), "from 1 to"),
        (format!("{api}\nheaders = [\"x\"]"), "headers"),
        (format!("{api}\n[[capabilities.http.origins]]\n{api}"), "make one"),
    ] {
        let message = refusal(&grant(&rest));
        assert!(
            message.contains(word) && message.contains("line"),
            "{rest}\ngave {message}"
        );
    }
    assert!(refusal("[capabilities]\nhttp = { origins = [] }").contains("leave it out"));
}

#[test]
fn a_secret_that_was_written_for_its_name_is_not_repeated_in_the_error() {
    let rest = "origin = \"https://a.example\"\nmethods = [\"GET\"]\npaths = [\"/x\"]\n";
    let secret = "credential = { secret-header = \"X-Api-Key\", secret = \"s3cr3t/Value+==\" }";
    let error = usher_policy::Grant::parse(&grant(&format!("{rest}{secret}"))).unwrap_err();
    assert!(
        !error.to_string().contains("s3cr3t") && !format!("{error:?}").contains("s3cr3t"),
        "{error}"
    );
}

#[test]
fn sizes_have_defaults() {
    let tool = capable(GRANT, &[Requirement::http("https://ledger.contoso.example").unwrap()]);
    let url = Url::parse("https://ledger.contoso.example/entries").unwrap();
    let entry = tool.allowance().http(Method::Get, &url).unwrap();
    assert_eq!((entry.max_request_bytes, entry.max_response_bytes), (1 << 20, 1000));
    assert!(!entry.private_addresses);
}
