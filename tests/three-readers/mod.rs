//! Each failure has three readers. What the client is answered, what the operator reads in the log, and what a tool hears is
//! kept as one file for each failure, to be read as they will read it. What differs from run to run counts as `…`.

mod mask;

use std::fmt::Write as _;

use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use usher_tests::control::change;
use usher_tests::{Folder, Grant, Host, golden, mcp};

use crate::protocol::stage::{host_with, token};
use crate::protocol::wire::{Answer, Ask, Session, names, text};

/// A tool that only administrators may use.
const GUARDED: &str = "is_member_of";

/// Changes of the development cloud: an endpoint of its control API and a body.
type Changes = Vec<(&'static str, Value)>;

async fn host() -> Host {
    let grant = Grant::of(&["get", "insist"])
        .serves(GUARDED, "{ group = \"usher-admins\" }")
        .gives("log = true")
        .gives("graph = { memberships = true, requests = [{ path = \"/me\" }, { path = \"/me/drive/root:/{file}\" }] }")
        .gives(
            "graph-write = { requests = [{ method = \"POST\", path = \"/me/sendMail\" }, \
             { method = \"PUT\", path = \"/me/drive/root:/{file}:/content\" }] }",
        );
    let folder = Folder::new().guest("graph-requests", &grant);
    host_with(folder.path(), "[log]\nformat = \"json\"\n")
        .await
        .keeping(folder)
}

/// Brings a failure about, and holds what everybody reads against the file of its name.
async fn assert_read(name: &str, changes: Changes) {
    let host = host().await;
    let admin = token(&host, "admin").await;
    let session = Session::open(&host, &admin).await;
    for (path, body) in &changes {
        change(&host, path, body).await;
    }
    let log_before = host.data().output().len();
    let mut page = String::new();

    let arguments = json!({ "groups": [] });
    let guarded = Ask::call(&admin, GUARDED, &arguments).to(&host).await;
    section(
        &mut page,
        "The client, calling a tool that a group guards",
        &answered(&guarded),
    );
    let in_session = session.call(GUARDED, &arguments).to(&host).await;
    section(&mut page, "The same in a session", &answered(&in_session));
    let mut list = mcp::request(1, "tools/list", json!({}));
    list["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!("warning");
    let list = Ask::modern_body(&admin, &list).to(&host).await;
    section(&mut page, "The client, listing tools", &listed(&list));
    let list = session.ask("tools/list", json!({})).to(&host).await;
    section(&mut page, "The same in a session", &listed(&list));

    let told = Ask::call(&admin, "get", &json!({ "path": "/me" })).to(&host).await;
    section(&mut page, "A tool that asks Graph", &heard(&told));
    let given_up = Ask::call(&admin, "insist", &json!({ "path": "/me" })).to(&host).await;
    section(&mut page, "The client, when that tool gives up", &answered(&given_up));

    let log = host.data().output();
    section(&mut page, "The operator, in the log", &read_in_log(&log[log_before..]));
    golden::assert_is(
        &format!("three-readers/golden/{name}.txt"),
        mask::volatile(&page).trim_end(),
    );
}

fn section(page: &mut String, title: &str, content: &str) {
    writeln!(page, "{title}\n{}", "-".repeat(title.len())).unwrap();
    writeln!(page, "{}\n", content.trim_end()).unwrap();
}

/// The status, the challenge, and the words.
fn answered(answer: &Answer) -> String {
    let mut said = format!("HTTP {}\n", answer.status.as_u16());
    let challenge = answer.header("www-authenticate");
    if !challenge.is_empty() {
        writeln!(said, "WWW-Authenticate: {challenge}").unwrap();
        return said + &answer.body;
    }
    let message = answer.message();
    match message["result"]["isError"].as_bool() {
        Some(true) => writeln!(said, "isError: {}", text(&message["result"])).unwrap(),
        _ => writeln!(said, "{message}").unwrap(),
    }
    said
}

/// The tools that are certain, and what is said of the others.
fn listed(answer: &Answer) -> String {
    if answer.status != StatusCode::OK {
        return answered(answer);
    }
    let events = answer.body.lines().filter_map(|line| line.strip_prefix("data:"));
    let mut said = format!("HTTP {}\n", answer.status.as_u16());
    for event in events.filter_map(|event| serde_json::from_str::<Value>(event).ok()) {
        if event["method"] == "notifications/message" {
            let params = &event["params"];
            writeln!(said, "notification, {}: {}", params["level"], params["data"]).unwrap();
        }
    }
    let result = answer.result();
    writeln!(said, "tools: {}", names(&result).join(", ")).unwrap();
    writeln!(said, "usher/incomplete: {}", result["_meta"]["usher/incomplete"]).unwrap();
    said
}

/// What the tool says that it heard, unless the call was stopped before it ran.
fn heard(answer: &Answer) -> String {
    if answer.status != StatusCode::OK {
        return answered(answer);
    }
    answer.result()["structuredContent"]["answer"].to_string()
}

/// Warnings and errors, a field a line; what is said again and again stands there once.
fn read_in_log(log: &str) -> String {
    let mut read: Vec<(String, usize)> = Vec::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if line["level"] != "WARN" && line["level"] != "ERROR" {
            continue;
        }
        let entry = mask::volatile(&entry(&line));
        match read.last_mut().filter(|(last, _)| *last == entry) {
            Some((_, times)) => *times += 1,
            None => read.push((entry, 1)),
        }
    }
    let entries = read.into_iter().map(|(entry, times)| match times {
        1 => entry,
        times => format!("{entry}\n  ({times} times)"),
    });
    entries.collect::<Vec<_>>().join("\n")
}

fn entry(line: &Value) -> String {
    let mut fields: Map<String, Value> = line["fields"].as_object().cloned().unwrap_or_default();
    let message = fields.remove("message").unwrap_or_default();
    let (level, target) = (line["level"].as_str().unwrap(), line["target"].as_str().unwrap());
    let mut read = format!("{level} {target}: {}", message.as_str().unwrap_or_default());
    for (name, value) in fields {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        write!(read, "\n  {name}: {value}").unwrap();
    }
    read
}

/// Entra refuses the exchange with a code.
fn refused(aadsts: u32) -> Changes {
    vec![("/dev/failures", json!({ "endpoint": "obo", "aadsts": aadsts }))]
}

/// All of Graph fails alike.
fn graph(how: &Value) -> Changes {
    ["graph.memberships", "graph.requests"]
        .into_iter()
        .map(|endpoint| {
            let mut how = how.clone();
            how["endpoint"] = json!(endpoint);
            ("/dev/failures", how)
        })
        .collect()
}

macro_rules! readers {
    ($($name:ident: $changes:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_read(&stringify!($name).replace('_', "-"), $changes).await;
        }
    )*};
}

readers! {
    entra_is_down: vec![("/dev/failures", json!({ "endpoint": "obo", "status": 503 }))];
    entra_throttles: vec![("/dev/failures", json!({ "endpoint": "obo", "status": 429, "retry_after": 30 }))];
    graph_is_down: graph(&json!({ "status": 503 }));
    graph_throttles: graph(&json!({ "status": 429, "retry_after": 30 }));
    graph_throttles_without_a_word: graph(&json!({ "status": 429 }));
    the_secret_has_expired: vec![("/dev/credentials", json!({ "action": "expire_secret" }))];
    consent_is_missing: vec![("/dev/consent", json!({ "granted": false }))];
    mfa_is_demanded: refused(50_076);
    the_token_is_not_trusted: refused(50_013);
    the_account_is_disabled: refused(50_057);
    a_policy_blocks: refused(53_003);
    nobody_assigned_the_user: refused(50_105);
    the_application_is_unknown: refused(700_016);
    the_tenant_is_unknown: refused(90_002);
}
