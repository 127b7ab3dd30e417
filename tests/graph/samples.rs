//! The samples, as they are built and granted.

use std::fmt::Write as _;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use usher_tests::control::look;
use usher_tests::{Folder, Host};

use crate::protocol::stage::{host_with, token};
use crate::protocol::wire::{Ask, structured};

/// A host with the samples, for as long as their folder is there.
async fn host() -> (Host, Folder) {
    let samples = Folder::new().sample("ledger").sample("mail").sample("onedrive");
    (host_with(samples.path(), "").await, samples)
}

/// Calls a tool, which must end well.
async fn call(host: &Host, token: &str, tool: &str, arguments: Value) -> Value {
    let answer = Ask::call(token, tool, &arguments).to(host).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    Value::Object(structured(&answer.result()).clone())
}

fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

#[tokio::test]
async fn a_file_of_some_megabytes_reaches_the_callers_own_drive_whole() {
    let (host, _samples) = host().await;
    let member = token(&host, "member").await;
    let mut text = String::new();
    for line in 0..130_000 {
        writeln!(text, "line {line} of a füll day").unwrap();
    }
    text.truncate(text.char_indices().map(|(at, _)| at).nth(3_200_000).unwrap());
    let saved = call(
        &host,
        &member,
        "save_to_onedrive",
        json!({ "name": "notes.txt", "text": text }),
    )
    .await;
    assert_eq!(
        (&saved["name"], &saved["size"]),
        (&json!("notes.txt"), &json!(text.len()))
    );
    assert_eq!(
        look(&host, "/dev/drive").await["files"],
        json!([{
            "persona": "member", "path": "notes.txt", "size": text.len(), "media_type": "text/plain",
            "sha256": sha256(text.as_bytes()),
        }])
    );
}

#[tokio::test]
async fn files_of_the_same_name_are_each_callers_own() {
    let (host, _samples) = host().await;
    for (persona, rows) in [("member", 150_000), ("member-2", 10)] {
        let token = token(&host, persona).await;
        call(
            &host,
            &token,
            "save_sample_data_to_onedrive",
            json!({ "name": "Bücher 2026.csv", "rows": rows }),
        )
        .await;
    }
    let files = look(&host, "/dev/drive").await["files"].take();
    let of = |persona: &str| {
        let mut own = files
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file["persona"] == persona);
        let file = own.next().unwrap_or_else(|| panic!("{persona} has no file: {files}"));
        assert!(own.next().is_none() && file["path"] == "Bücher 2026.csv", "{files}");
        file["size"].as_u64().unwrap()
    };
    assert!(of("member") > 2 << 20 && of("member-2") < 1_000, "{files}");
}

#[tokio::test]
async fn a_note_is_mailed_to_its_writer_by_its_writer() {
    let (host, _samples) = host().await;
    let member = token(&host, "member").await;
    let note = json!({ "subject": "Milk", "text": "Two, and <b>cheese</b>." });
    let sent = call(&host, &member, "send_mail_to_me", note).await;
    assert_eq!(sent["to"], "alice@contoso.example");
    let mails = look(&host, "/dev/mail").await["sent"].take();
    assert_eq!(mails.as_array().map(Vec::len), Some(1), "{mails}");
    assert_eq!(mails[0]["persona"], "member");
    assert_eq!(mails[0]["message"]["subject"], "Milk");
    assert_eq!(
        mails[0]["message"]["toRecipients"],
        json!([{ "emailAddress": { "address": "alice@contoso.example" } }])
    );
}

#[tokio::test]
async fn two_people_never_see_each_others_entries_of_the_ledger() {
    let (host, _samples) = host().await;
    let tokens = [token(&host, "member").await, token(&host, "member-2").await];
    let descriptions = async |token: &str| -> Vec<Value> {
        let listed = call(&host, token, "list_ledger_entries", json!({})).await;
        let entries = listed["entries"].as_array().unwrap().clone();
        entries.into_iter().map(|entry| entry["description"].clone()).collect()
    };
    for (token, description) in tokens.iter().zip(["Lunch", "Taxi"]) {
        let added = call(
            &host,
            token,
            "add_ledger_entry",
            json!({ "description": description, "amount": -12.5 }),
        )
        .await;
        assert_eq!(
            (&added["description"], &added["amount"]),
            (&json!(description), &json!(-12.5))
        );
    }
    assert_eq!(descriptions(&tokens[0]).await, [json!("Lunch")]);
    assert_eq!(descriptions(&tokens[1]).await, [json!("Taxi")]);
}
