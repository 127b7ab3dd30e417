//! Shared containers: one partition, named by the grant, for everybody who may call the tool.

use serde_json::{Value, json};
use usher_tests::{Stage, callers};

use super::attempts::{grant, one, refusal, run};

async fn rates(stage: &Stage, tool: &str, text: &str) -> Value {
    let query = json!({ "op": "query", "on": "shared", "in": "rates", "text": text });
    one(stage, &callers::alice(), tool, query).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_person_writes_another_reads() {
    let stage = Stage::with("any-documents", &grant()).await;
    let on = |mut operation: Value| {
        operation["on"] = json!("shared");
        operation["in"] = json!("rates");
        operation
    };
    let writes = vec![
        on(json!({ "op": "create", "body": "{\"id\":\"USD\",\"rate\":1.1}" })),
        on(json!({ "op": "create", "body": "{\"id\":\"USD\"}" })),
        on(json!({ "op": "upsert", "body": "{\"id\":\"CHF\",\"rate\":0.9}" })),
        on(json!({ "op": "replace", "body": "{\"id\":\"CHF\",\"rate\":0.8}" })),
        on(json!({ "op": "patch", "id": "CHF", "steps": [["increment", "/rate"]] })),
        on(json!({ "op": "transact", "writes": [["create", "{\"id\":\"GBP\"}"], ["delete", "GBP"]] })),
        on(json!({ "op": "delete", "id": "none" })),
    ];
    let answers = run(&stage, &callers::alice(), "shared", writes).await;
    let expected = json!(["USD", { "error": "conflict" }, "CHF", "CHF", "CHF", 2, { "error": "not-found" }]);
    assert_eq!(json!(answers), expected);

    let reads = vec![
        on(json!({ "op": "read", "id": "USD" })),
        on(json!({ "op": "read-many", "ids": ["CHF", "GBP"] })),
        on(json!({ "op": "query", "text": "SELECT VALUE c.id FROM c ORDER BY c.id" })),
    ];
    let answers = run(&stage, &callers::bob(), "shared", reads).await;
    assert_eq!(answers[0], json!({ "id": "USD", "rate": 1.1 }));
    assert_eq!(answers[1], json!([{ "id": "CHF", "rate": 1.8 }, null]));
    assert_eq!(answers[2]["items"], json!(["CHF", "USD"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_component_names_the_partition() {
    // To write in one partition and read in another is a grant's right, and shows which is which.
    let apart = usher_tests::Grant::of(&["shared"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\", \"ledger\"] }")
        .gives("my-documents-write = { containers = [\"expenses\", \"ledger\"] }")
        .gives("all-documents = { containers = [\"expenses\"] }")
        .gives("shared-documents = { containers = [{ name = \"rates\", partition = \"eur\" }] }")
        .gives("shared-documents-write = { containers = [{ name = \"rates\", partition = \"drafts\" }] }");
    let stage = Stage::with("any-documents", &apart).await;
    let draft = json!({ "op": "create", "on": "shared", "in": "rates", "body": "{\"id\":\"USD\"}" });
    assert_eq!(one(&stage, &callers::alice(), "shared", draft).await, "USD");
    for text in [
        "SELECT * FROM c",
        "SELECT * FROM c WHERE c.kind = 'drafts'",
        "SELECT * FROM c WHERE c[\"kind\"] = 'drafts' OR true",
        "SELECT * FROM c WHERE c.id = 'USD'",
    ] {
        assert_eq!(rates(&stage, "shared", text).await["items"], json!([]), "{text}");
    }
    for body in [r#"{"id":"x","kind":"eur"}"#, r#"{"id":"x","\u006bind":"eur"}"#] {
        let upsert = json!({ "op": "upsert", "on": "shared", "in": "rates", "body": body });
        let answer = one(&stage, &callers::alice(), "shared", upsert).await;
        assert!(refusal(&answer).starts_with("invalid: "), "{body}: {answer}");
    }
    for step in [json!(["set", "/kind", "\"eur\""]), json!(["move", "/id", "/kind"])] {
        let patch = json!({ "op": "patch", "on": "shared", "in": "rates", "id": "USD", "steps": [step] });
        let answer = one(&stage, &callers::alice(), "shared", patch).await;
        assert!(refusal(&answer).starts_with("invalid: "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_is_reached_by_its_own_kind_of_interface_and_by_tools_that_require_it() {
    let stage = Stage::with("any-documents", &grant()).await;
    for (tool, on, container) in [
        ("mine", "mine", "rates"),
        ("mine", "shared", "rates"),
        ("mine", "all", "expenses"),
        ("shared", "shared", "expenses"),
        ("shared", "mine", "expenses"),
        ("shared", "shared", "eur"),
        ("all", "all", "rates"),
        ("all", "all", "ledger"),
        ("all", "mine", "expenses"),
        ("nothing", "mine", "expenses"),
        ("nothing", "shared", "rates"),
        ("nothing", "all", "expenses"),
    ] {
        let query = json!({ "op": "query", "on": on, "in": container, "text": "SELECT * FROM c" });
        let answer = one(&stage, &callers::alice(), tool, query).await;
        assert!(
            refusal(&answer).starts_with("not-granted: "),
            "{tool} {on} {container}: {answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_when_a_grant_mixes_up_kinds_or_names_a_partition_that_there_is_not() {
    for (instead_of, line, word) in [
        (
            "shared-documents = ",
            "shared-documents = { containers = [{ name = \"expenses\", partition = \"eur\" }] }",
            "for users or shared, never both",
        ),
        (
            "all-documents = ",
            "all-documents = { containers = [\"rates\"] }",
            "for users or shared, never both",
        ),
        (
            "shared-documents = ",
            "shared-documents = { containers = [{ name = \"rates\", partition = [\"eur\", \"usd\"] }] }",
            "1 levels, and the grant names 2",
        ),
        (
            "shared-documents = ",
            "shared-documents = { containers = [{ name = \"rates\", partition = \"\" }] }",
            "doesn't fit",
        ),
        (
            "shared-documents = ",
            "shared-documents = { containers = [{ name = \"other\", partition = \"eur\" }] }",
            "isn't configured",
        ),
    ] {
        let text: Vec<String> = grant()
            .text()
            .lines()
            .map(|kept| {
                if kept.starts_with(instead_of) {
                    line.to_owned()
                } else {
                    kept.to_owned()
                }
            })
            .collect();
        let stage = Stage::setting()
            .file("bad.wasm", &usher_tests::guest("any-documents"))
            .file("bad.grant.toml", text.join("\n").as_bytes())
            .open()
            .await;
        let refusal = stage.refusal("bad.wasm");
        assert!(refusal.contains(word), "{line}: {refusal}");
    }
    // Only the host knows what the container is that the grant says nothing else about.
    let grant = usher_tests::Grant::of(&["create"])
        .gives("log = true")
        .gives("my-documents = { containers = [\"expenses\"] }")
        .gives("my-documents-write = { containers = [\"expenses\", \"rates\"] }");
    let stage = Stage::setting()
        .file("bad.wasm", &usher_tests::guest("own-documents"))
        .file("bad.grant.toml", grant.text().as_bytes())
        .open()
        .await;
    let refusal = stage.refusal("bad.wasm");
    assert!(
        refusal.contains("is shared: my-documents-write takes users' items"),
        "{refusal}"
    );
}
