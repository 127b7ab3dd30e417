//! Breaking out by ids: what becomes a part of a path, what looks like another, what is too much.

use serde_json::json;
use usher_tests::callers;

use super::attempts::{hers_are_untouched, one, refusal, run, stage};

/// Ids that no backend may ever see.
fn not_ids() -> Vec<String> {
    let mut ids: Vec<String> = [
        "",
        ".",
        "..",
        "/",
        "a/b",
        "../hers",
        "../../expenses",
        "../../../../dbs",
        "a\\b",
        "..\\hers",
        "hers?",
        "hers?partition=1",
        "#",
        "hers#x",
        "a\0",
        "a\r\nX: y",
        "a\u{7f}",
        "a\u{85}",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.push("x".repeat(256));
    ids.push("é".repeat(128));
    ids.push("x".repeat(100_000));
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_is_none_is_refused_by_every_operation_that_takes_one() {
    let stage = stage().await;
    let alice = callers::alice();
    for (tool, on, container) in [
        ("mine", "mine", "expenses"),
        ("mine", "mine", "ledger"),
        ("shared", "shared", "rates"),
    ] {
        for id in not_ids() {
            let body = json!({ "id": id }).to_string();
            let attempts = [
                json!({ "op": "read", "id": id }),
                json!({ "op": "read-many", "ids": ["a", id] }),
                json!({ "op": "delete", "id": id }),
                json!({ "op": "patch", "id": id, "steps": [["set", "/x", "1"]] }),
                json!({ "op": "create", "body": body }),
                json!({ "op": "upsert", "body": body }),
                json!({ "op": "replace", "body": body }),
                json!({ "op": "transact", "writes": [["upsert", "{\"id\":\"ok\"}"], ["delete", id]] }),
                json!({ "op": "transact", "writes": [["upsert", "{\"id\":\"ok\"}"], ["create", body]] }),
            ];
            let attempts = attempts.map(|mut attempt| {
                attempt["on"] = json!(on);
                attempt["in"] = json!(container);
                attempt
            });
            for (answer, attempt) in run(&stage, &alice, tool, attempts.to_vec()).await.iter().zip(&attempts) {
                assert!(refusal(answer).starts_with("invalid: "), "{attempt}: {answer}");
            }
            let half = json!({ "op": "read", "on": on, "in": container, "id": "ok" });
            let half = one(&stage, &alice, tool, half).await;
            assert_eq!(
                refusal(&half),
                "not-found",
                "nothing of a refused transaction was written"
            );
        }
    }
    hers_are_untouched(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_that_look_alike_are_not_the_same() {
    let stage = stage().await;
    let bob = callers::bob();
    // Composed and decomposed, Latin and Cyrillic, with what can't be seen, in another case, percent-encoded.
    let alike = [
        "caf\u{e9}",
        "cafe\u{301}",
        "CAF\u{c9}",
        "cof\u{435}",
        "cofe",
        "cofe\u{200b}",
        "cofe\u{feff}",
        "\u{202e}cofe",
        "COFE",
        "cofe ",
        " cofe",
        "%63ofe",
        "\u{ff43}\u{ff4f}\u{ff46}\u{ff45}",
        "cof\u{212f}",
        "\u{fb00}",
        "ff",
        "\u{130}",
        "i\u{307}",
    ];
    for (number, id) in alike.iter().enumerate() {
        let body = json!({ "id": id, "number": number }).to_string();
        let created = one(
            &stage,
            &bob,
            "mine",
            json!({ "op": "create", "in": "expenses", "body": body }),
        )
        .await;
        assert_eq!(created, json!(id), "{id:?} is taken for another");
    }
    for (number, id) in alike.iter().enumerate() {
        let read = one(
            &stage,
            &bob,
            "mine",
            json!({ "op": "read", "in": "expenses", "id": id }),
        )
        .await;
        assert_eq!(read["number"], json!(number), "{id:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_look_alike_of_a_containers_name_is_that_container() {
    let stage = stage().await;
    let bob = callers::bob();
    for container in [
        "",
        "Expenses",
        "EXPENSES",
        "expenses ",
        "expenses\0",
        "expenses/",
        "./expenses",
        "ledger/../expenses",
        "expenses?x",
        "expens\u{435}s",
        "expe\u{200b}nses",
        "rates",
        "items_1",
        "main.items_1",
        "sqlite_master",
        "*",
        "__proto__",
    ] {
        let query = json!({ "op": "query", "in": container, "text": "SELECT * FROM c" });
        let answer = one(&stage, &bob, "mine", query).await;
        assert!(refusal(&answer).starts_with("not-granted: "), "{container:?}: {answer}");
        let write = json!({ "op": "upsert", "in": container, "body": "{\"id\":\"x\"}" });
        let answer = one(&stage, &bob, "mine", write).await;
        assert!(refusal(&answer).starts_with("not-granted: "), "{container:?}: {answer}");
    }
}
