//! A host that is killed while it writes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tempfile::TempDir;
use usher_tests::host::Data;
use usher_tests::{Host, built, wait};

use super::{documents, expense, put};

const PERSONAS: [&str; 3] = ["admin", "member", "member-2"];
/// Calls in flight for each persona.
const WRITERS: usize = 8;
/// How many expenses are acknowledged before the host is killed.
const BURST: usize = 200;

/// The project's own tools, and one that can page through everything that a person has.
fn tools() -> TempDir {
    let tools = tempfile::tempdir().unwrap();
    for file in ["expenses.wasm", "expenses.grant.toml"] {
        std::fs::copy(built::tools().join(file), tools.path().join(file)).unwrap();
    }
    put(tools.path(), "own-documents", &documents(&["query"]));
    tools
}

/// The descriptions of all expenses that a persona has.
async fn stored(host: &Host, persona: &str) -> HashSet<String> {
    let token = host.token(persona).await;
    let mut descriptions = HashSet::new();
    let mut query = json!({ "text": "SELECT VALUE c.description FROM c", "max_items": 500 });
    loop {
        let page = host.client().structured(&token, "query", &query).await["answer"].take();
        let rows = page["items"].as_array().unwrap_or_else(|| panic!("no page: {page}"));
        descriptions.extend(rows.iter().map(|row| row.as_str().unwrap().to_owned()));
        if page["continuation"].is_null() {
            return descriptions;
        }
        query["continuation"] = page["continuation"].clone();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_expense_survives_a_kill_in_the_middle_of_a_burst() {
    let tools = tools();
    let host = Host::start_in(Data::new(), tools.path(), &[]).await;
    let acknowledged: Arc<Mutex<Vec<(&str, String)>>> = Arc::default();
    let mut writers = Vec::new();
    for persona in PERSONAS {
        let token = host.token(persona).await;
        for writer in 0..WRITERS {
            let (client, token, acknowledged) = (host.client().clone(), token.clone(), Arc::clone(&acknowledged));
            // Until the host is gone.
            writers.push(tokio::spawn(async move {
                for number in 0.. {
                    let description = format!("{persona} {writer} {number}");
                    let expense = expense("food", &description);
                    let Ok(answer) = client.call(&token, "add_user_expense", &expense).await else {
                        return;
                    };
                    assert!(answer["result"]["structuredContent"]["id"].is_string(), "{answer}");
                    acknowledged.lock().unwrap().push((persona, description));
                }
            }));
        }
    }
    wait::until("a burst of writes", async || {
        (acknowledged.lock().unwrap().len() >= BURST).then_some(())
    })
    .await;
    let data = host.kill();
    for writer in writers {
        writer.await.unwrap();
    }

    let host = Host::start_in(data, tools.path(), &[]).await;
    for persona in PERSONAS {
        let stored = stored(&host, persona).await;
        for (_, expense) in acknowledged
            .lock()
            .unwrap()
            .iter()
            .filter(|(recorded_by, _)| *recorded_by == persona)
        {
            assert!(stored.contains(expense), "{expense} was acknowledged and is lost");
        }
        assert!(
            stored.iter().all(|expense| expense.starts_with(&format!("{persona} "))),
            "{persona} has another's"
        );
    }
}
