//! Breaking out by continuations: those of others, of other queries, containers and components, and forged ones.

use serde_json::{Value, json};
use usher_tests::{Stage, callers};

use super::attempts::{grant, one, refusal, run};
use super::own_documents;

const TEXT: &str = "SELECT * FROM c ORDER BY c.id";

fn page(on: &str, container: &str, from: &Value) -> Value {
    json!({ "op": "query", "on": on, "in": container, "text": TEXT, "max": 1, "from": from })
}

/// Bob and alice have three items each in both containers; so has the shared one.
async fn stage() -> Stage {
    let own = Stage::setting()
        .guest("any-documents", &grant())
        .guest("own-documents", &own_documents());
    let stage = own.open().await;
    for caller in [callers::alice(), callers::bob()] {
        for (tool, container) in [("mine", "expenses"), ("mine", "ledger"), ("shared", "rates")] {
            for id in ["1", "2", "3"] {
                let body = json!({ "id": id }).to_string();
                let upsert = json!({ "op": "upsert", "on": tool, "in": container, "body": body });
                assert_eq!(one(&stage, &caller, tool, upsert).await, id);
            }
        }
    }
    stage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continuation_is_of_use_to_nobody_and_nothing_else() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let first = one(&stage, &bob, "mine", page("mine", "expenses", &Value::Null)).await;
    let next = &first["next"];
    assert!(next.is_string(), "{first}");

    let elsewhere = [
        ("another's", &alice, "mine", page("mine", "expenses", next)),
        ("another container's", &bob, "mine", page("mine", "ledger", next)),
        ("a shared container's", &bob, "shared", page("shared", "rates", next)),
        ("everybody's", &bob, "all", page("all", "expenses", next)),
    ];
    for (whose, caller, tool, query) in elsewhere {
        let answer = one(&stage, caller, tool, query).await;
        assert!(refusal(&answer).starts_with("invalid: "), "{whose}: {answer}");
    }
    for (key, value) in [
        ("text", json!("SELECT * FROM c ORDER BY c.id DESC")),
        ("text", json!("SELECT * FROM c ORDER BY c.id ")),
        ("text", json!("select * FROM c ORDER BY c.id")),
        ("with", json!("{ }")),
        ("with", json!("{\"@x\":1}")),
    ] {
        let mut query = page("mine", "expenses", next);
        query[key] = value;
        let answer = one(&stage, &bob, "mine", query.clone()).await;
        assert!(refusal(&answer).starts_with("invalid: "), "{query}: {answer}");
    }
    // The same caller, interface, container, query and parameters: only the component is another.
    let own = json!({ "text": TEXT, "max_items": 1, "continuation": next });
    let answer = stage.structured(&bob, "query", own).await;
    assert!(
        answer["answer"].as_str().unwrap().starts_with("error: Error::Invalid"),
        "{answer}"
    );
    // And a tool of the same component that isn't granted what the continuation is about.
    let answer = one(&stage, &bob, "nothing", page("mine", "expenses", next)).await;
    assert!(refusal(&answer).starts_with("not-granted: "), "{answer}");

    let second = one(&stage, &bob, "mine", page("mine", "expenses", next)).await;
    assert_eq!(second["items"][0]["id"], "2", "where it belongs, it is good");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_containers_continuation_is_its_callers_too() {
    let stage = stage().await;
    let first = one(&stage, &callers::bob(), "shared", page("shared", "rates", &Value::Null)).await;
    let query = page("shared", "rates", &first["next"]);
    let answer = one(&stage, &callers::alice(), "shared", query.clone()).await;
    assert!(refusal(&answer).starts_with("invalid: "), "{answer}");
    let second = one(&stage, &callers::bob(), "shared", query).await;
    assert_eq!(second["items"][0]["id"], "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_continuation_is_refused() {
    let stage = stage().await;
    let bob = callers::bob();
    let first = one(&stage, &bob, "mine", page("mine", "expenses", &Value::Null)).await;
    let token = first["next"].as_str().unwrap();
    let mut forged: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
    for at in 0..token.len() {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        // The last character holds bits that say nothing, so another one may be no change at all: it isn't canonical then.
        forged.push(format!("{}{other}{}", &token[..at], &token[at + 1..]));
    }
    forged.extend([
        format!("{token}A"),
        format!("{token}="),
        format!(" {token}"),
        token.to_uppercase(),
        token.repeat(2),
        "{\"query\":\"0\",\"row\":0}".to_owned(),
        "\0".to_owned(),
        "A".repeat(100_000),
    ]);
    for chunk in forged.chunks(100) {
        let queries = chunk.iter().map(|forged| page("mine", "expenses", &json!(forged)));
        for (answer, forged) in run(&stage, &bob, "mine", queries.collect()).await.iter().zip(chunk) {
            assert!(refusal(answer).starts_with("invalid: "), "{forged}: {answer}");
        }
    }
}
