//! Paths that the grant doesn't have, written in every way that might get past it.

use serde_json::json;
use usher_tests::control::count;

use super::{assert_refused, get, host, told};
use crate::protocol::stage::token;

/// Each is refused by the host; none may reach Graph.
const PATHS: &[&str] = &[
    // Plainly outside.
    "/users",
    "/me/memberOf",
    "/groups/99999999-9999-4999-8999-999999999999/members",
    "/me/drive",
    "/me/drive/root:/folder/file",
    "/me/drive/root:/file:/content",
    "/",
    "",
    "me",
    // Up and around.
    "/me/../users",
    "/me/./../users",
    "/me/drive/root:/../../messages",
    "/me/drive/root:/..",
    "/me/drive/root:/.",
    "/me/%2e%2e/users",
    "/me/%2E./users",
    "/me/drive/root:/%2e%2e",
    "/me/..;/users",
    "/me/drive/root:/..%00",
    // Slashes that aren't written as slashes.
    "/me/drive/root:/a%2Fb",
    "/me/drive/root:/a%2fb",
    "/me/drive/root:/a%5Cb",
    "/me/drive/root:/a\\b",
    "/me/drive/root:/a%252Fb",
    "/me/drive/root:/%25%32%65%25%32%65",
    "/me/drive/root:/a\u{2215}b\u{2044}..",
    // More of them than there should be.
    "//me",
    "/me/",
    "/me//drive",
    "//evil.example/me",
    "/\\evil.example/me",
    // Another host, version or scheme.
    "https://evil.example/me",
    "http://169.254.169.254/metadata",
    "/v1.0/me",
    "/beta/me",
    "@evil.example/me",
    // A query, a fragment or parameters within the path.
    "/me?$expand=memberOf",
    "/me%3F$expand=memberOf",
    "/me#x",
    "/me;x=1",
    // What would carry other requests.
    "/$batch",
    "/%24batch",
    "/$BATCH",
    "/me/$batch",
    "/me/drive/root:/$batch",
    // Other segments of the same resource by OData's syntax.
    "/me/microsoft.graph.user",
    "/me/$value",
    "/me/$count",
    "/me/drive/root:/x:",
    "/me/drive/root:/x:/children",
    "/me/drive/root:/x%3A/content",
    // Control characters, and spellings of the literal parts.
    "/me\r\nHost: evil.example",
    "/me%0d%0aX: y",
    "/me\0",
    "/me\u{200b}",
    "/\u{ff4d}e",
    "/me%20",
];

#[tokio::test]
async fn no_disguise_gets_a_path_past_the_grant() {
    let host = host().await;
    let member = token(&host, "member").await;
    let requests: Vec<_> = PATHS.iter().map(|path| json!({ "path": path })).collect();
    // No more than twenty go together.
    for (paths, requests) in PATHS.chunks(20).zip(requests.chunks(20)) {
        let answers = told(&host, &member, "get_all", json!({ "requests": requests })).await;
        for (path, answer) in paths.iter().zip(answers.as_array().unwrap()) {
            assert_refused(path, answer, &["NotGranted", "Invalid"]);
        }
    }
    let long = format!("/me/drive/root:/{}", "a".repeat(2_000));
    assert_refused("a long path", &get(&host, &member, &long, &[]).await, &["Invalid"]);
    assert_eq!(
        count(&host, "graph.requests").await,
        0,
        "none of them has reached Graph"
    );
    // What the grant has does.
    let me = get(&host, &member, "/me", &[("$select", "userPrincipalName")]).await;
    assert_eq!(me["status"], 200, "{me}");
    assert_eq!(count(&host, "graph.requests").await, 1);
}

#[tokio::test]
async fn no_disguise_gets_a_method_or_a_write_past_the_grant() {
    let host = host().await;
    let member = token(&host, "member").await;
    for (method, path) in [
        ("POST", "/$batch"),
        ("POST", "/%24batch"),
        ("POST", "/me/messages"),
        ("POST", "/users/b0b00000-0000-4000-8000-000000000002/sendMail"),
        ("POST", "/me/drive/root:/a.txt:/content"),
        ("PUT", "/me/sendMail"),
        ("PATCH", "/me"),
        ("DELETE", "/me/drive/root:/a.txt"),
        ("PUT", "/me/drive/root:/folder/a.txt:/content"),
        ("PUT", "/me/drive/root:/a.txt:/createUploadSession"),
        ("PUT", "/me/drive/root:/../a.txt:/content"),
        ("PUT", "/me/drive/root:/a%2Fb.txt:/content"),
        ("PUT", "/me/drive/root:/a:/b:/content"),
        ("PUT", "/me/drive/root:/a.txt:/content/.."),
    ] {
        let write = json!({ "method": method, "path": path, "content_type": "text/plain", "text": "x" });
        let answer = told(&host, &member, "write", write).await;
        assert_refused(&format!("{method} {path}"), &answer, &["NotGranted", "Invalid"]);
    }
    assert_eq!(
        count(&host, "graph.requests").await,
        0,
        "none of them has reached Graph"
    );
}
