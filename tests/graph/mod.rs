//! What tools do elsewhere on behalf of their caller, through the real host: Microsoft Graph, and another protected API.
//!
//! ```text
//! samples   each of the samples does what it says, as the person who called and as nobody else
//! consent   who hasn't consented is told where to, does, and goes on
//! paths     a path outside of the grant, in every disguise
//! bounds    query options, bodies, answers, and what a tool doesn't require
//! loading   a component whose host can't give what it needs, with what the operator reads
//! ```

mod bounds;
mod consent;
mod loading;
mod paths;
mod samples;

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::{Folder, Grant, Host};

use crate::protocol::stage::host_with;
use crate::protocol::wire::{Ask, structured};

/// The tools of the program that asks Graph whatever it is told to.
const TOOLS: [&str; 7] = [
    "is_member_of",
    "memberships",
    "get",
    "get_all",
    "insist",
    "write",
    "graph_unrequired",
];

/// Files are at most this large.
const MAX_UPLOAD: usize = 100_000;

/// What that program is granted: a few requests. `/me/messages` is more than any of its tools requires.
fn grant() -> Grant {
    Grant::of(&TOOLS)
        .gives("log = true")
        .gives(
            "graph = { memberships = true, requests = [\
             { path = \"/me\", query = [\"$select\"], max-response-bytes = 2000 }, \
             { path = \"/me/drive/root:/{file}\" }, { path = \"/me/messages\" }] }",
        )
        .gives(&format!(
            "graph-write = {{ requests = [{{ method = \"POST\", path = \"/me/sendMail\" }}, \
             {{ method = \"PUT\", path = \"/me/drive/root:/{{file}}:/content\", max-request-bytes = {MAX_UPLOAD} }}] }}"
        ))
}

/// A host that serves it.
async fn host() -> Host {
    let folder = Folder::new().guest("graph-requests", &grant());
    host_with(folder.path(), "").await.keeping(folder)
}

/// Calls a tool, which must end well: what its program was told.
async fn told(host: &Host, token: &str, tool: &str, arguments: Value) -> Value {
    let answer = Ask::call(token, tool, &arguments).to(host).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    structured(&answer.result())["answer"].clone()
}

/// Gets a path, as the program is told to.
async fn get(host: &Host, token: &str, path: &str, query: &[(&str, &str)]) -> Value {
    told(host, token, "get", json!({ "path": path, "query": query })).await
}

/// Checks that the host refused, by one of these kinds of error.
#[track_caller]
fn assert_refused(what: &str, answer: &Value, kinds: &[&str]) {
    let text = answer
        .as_str()
        .unwrap_or_else(|| panic!("{what} went through: {answer}"));
    assert!(kinds.iter().any(|kind| text.contains(kind)), "{what}: {text}");
}
