//! Uploads to OneDrive, and what becomes of them.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::stage::Graph;
use crate::support::Running;

const CONTENT: &str = "/me/drive/root:/reports/November%202026.bin:/content";
const ITEM: &str = "/me/drive/root:/reports/November%202026.bin";

/// Bytes that repeat nowhere near.
fn megabytes(count: usize) -> Vec<u8> {
    let mut state: u32 = 1;
    let step = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(step).take(count * 1024 * 1024).collect()
}

#[tokio::test]
async fn a_file_of_some_megabytes_arrives_whole_and_comes_back_so() {
    let cloud = Running::start().await;
    let member = Graph::with(&cloud, "member", "Files.ReadWrite").await;
    let file = megabytes(7);
    let answer = member.put(CONTENT, "application/octet-stream", file.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    assert_eq!(answer.body["name"], "November 2026.bin");
    assert_eq!(answer.body["size"], file.len());
    assert_eq!(answer.body["parentReference"]["path"], "/drive/root:/reports");
    assert_eq!(answer.body["file"]["mimeType"], "application/octet-stream");

    // The address of the content is somewhere else, and needs no token.
    let response = member.request(Method::GET, CONTENT).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with(&format!("{}/download/", cloud.at.graph())),
        "{location}"
    );
    let response = cloud.http.get(&location).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.headers()["content-disposition"], "attachment");
    assert_eq!(response.bytes().await.unwrap(), file);
    let guessed = cloud
        .http
        .get(format!("{}/download/guessed", cloud.at.graph()))
        .send()
        .await
        .unwrap();
    assert_eq!(guessed.status(), StatusCode::NOT_FOUND);

    let listed = cloud.get_json(&cloud.url("/dev/drive")).await;
    assert_eq!(listed["files"][0]["persona"], "member");
    assert_eq!(listed["files"][0]["path"], "reports/November 2026.bin");
    assert_eq!(listed["files"][0]["size"], file.len());
    assert_eq!(listed["files"][0]["sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn a_second_upload_replaces_the_first_unless_it_must_not() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let first = member.put(CONTENT, "text/plain", "one").await;
    let second = member.put(CONTENT, "text/plain", "second").await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(first.body["id"], second.body["id"]);
    assert_ne!(first.body["eTag"], second.body["eTag"]);
    let keeping = format!("{CONTENT}?@microsoft.graph.conflictBehavior=fail");
    member
        .put(&keeping, "text/plain", "third")
        .await
        .assert_error(409, "nameAlreadyExists");
    assert_eq!(member.get(ITEM).await.body["size"], 6);
    let unknown = format!("{CONTENT}?@microsoft.graph.conflictBehavior=merge");
    member
        .put(&unknown, "text/plain", "fourth")
        .await
        .assert_error(400, "invalidRequest");
}

#[tokio::test]
async fn nobody_sees_another_persons_files() {
    let cloud = Running::start().await;
    Graph::of(&cloud, "member")
        .await
        .put(CONTENT, "text/plain", "mine")
        .await;
    let other = Graph::of(&cloud, "member-2").await;
    other.get(ITEM).await.assert_error(404, "itemNotFound");
    other.get(CONTENT).await.assert_error(404, "itemNotFound");
}

#[tokio::test]
async fn errors_when_a_name_is_none_that_onedrive_takes() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    for name in [
        "a%2Fb.txt",
        "a%5Cb.txt",
        "a%3Ab.txt",
        "%2E%2E%2Fb.txt",
        "a%00b.txt",
        "a%7Cb",
        "%20a",
        "a.",
        "",
    ] {
        let answer = member
            .put(&format!("/me/drive/root:/{name}:/content"), "text/plain", "x")
            .await;
        answer.assert_error(400, "invalidRequest");
    }
    assert_eq!(cloud.get_json(&cloud.url("/dev/drive")).await["files"], json!([]));
}

#[tokio::test]
async fn only_an_upload_may_be_large() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let too_large = member
        .put(CONTENT, "application/octet-stream", vec![0; 16 * 1024 * 1024 + 1])
        .await;
    too_large.assert_error(413, "RequestEntityTooLarge");
    let mail = json!({ "message": { "body": { "content": "x".repeat(4 * 1024 * 1024) } } });
    member
        .post("/me/sendMail", &mail)
        .await
        .assert_error(413, "RequestEntityTooLarge");
}

#[tokio::test]
async fn errors_when_the_drive_is_full() {
    let cloud = Running::start().await;
    let member = Graph::of(&cloud, "member").await;
    let file = megabytes(16);
    for number in 0..4 {
        let path = format!("/me/drive/root:/{number}.bin:/content");
        assert_eq!(
            member.put(&path, "application/octet-stream", file.clone()).await.status,
            201
        );
    }
    let last = member.put("/me/drive/root:/last.bin:/content", "text/plain", "x").await;
    last.assert_error(507, "quotaLimitReached");
    // Somebody else's isn't, and what is there may be replaced.
    let other = Graph::of(&cloud, "member-2").await;
    assert_eq!(
        other
            .put("/me/drive/root:/a.txt:/content", "text/plain", "x")
            .await
            .status,
        201
    );
    assert_eq!(
        member
            .put("/me/drive/root:/0.bin:/content", "text/plain", "x")
            .await
            .status,
        200
    );
    let files = cloud.get_json(&cloud.url("/dev/drive")).await;
    assert_eq!(files["files"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        files["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file["size"] == 1)
            .count(),
        2
    );
}
