//! Breaking out by queries: every way to say whose items are meant, and none to see them.

use serde_json::{Value, json};
use usher_tests::callers;

use super::attempts::{HERS, one, refusal, run, stage};

/// Ways to say in a query "those of this person".
fn saying(property: &str, whose: &str) -> Vec<String> {
    let escaped: String = property
        .chars()
        .map(|character| format!("\\u{:04x}", u32::from(character)))
        .collect();
    let conditions = [
        format!("c.{property} = '{whose}'"),
        format!("'{whose}' = c.{property}"),
        format!("c[\"{property}\"] = '{whose}'"),
        format!("c['{property}'] = '{whose}'"),
        format!("c[\"{escaped}\"] = '{whose}'"),
        format!("c.{property} IN ('{whose}', 'x')"),
        format!("c.{property} BETWEEN '' AND 'z'"),
        format!("c.{property} LIKE '%'"),
        format!("STARTSWITH(c.{property}, '')"),
        format!("c.{property} != 'x'"),
        format!("(c.{property} ?? 'x') != 'x'"),
        format!("IS_DEFINED(c.{property})"),
        format!("NOT (NOT IS_DEFINED(c.{property}))"),
        format!("IS_STRING(c[\"{property}\"])"),
        format!("c.{property} = @whose"),
        "c[@property] = @whose".to_owned(),
        format!("EXISTS (SELECT VALUE x FROM x IN c.{property})"),
        format!("EXISTS (SELECT VALUE 1 FROM c WHERE c.{property} = '{whose}')"),
        format!("ARRAY_LENGTH(ARRAY(SELECT VALUE c.{property})) > 0"),
    ];
    let mut texts: Vec<String> = conditions
        .iter()
        .map(|condition| format!("SELECT * FROM c WHERE {condition}"))
        .collect();
    texts.extend([
        format!("SELECT * FROM c WHERE c.id = 'hers' OR c.{property} = '{whose}'"),
        format!("SELECT VALUE c.{property} FROM c"),
        format!("SELECT c.{property} AS x FROM c"),
        format!("SELECT VALUE {{\"x\": c.{property}}} FROM c"),
        format!("SELECT VALUE [c.{property}] FROM c"),
        format!("SELECT x.{property} FROM x"),
        format!("SELECT VALUE root.{property} FROM root"),
        format!("SELECT VALUE expenses.{property} FROM expenses"),
        format!("SELECT * FROM c JOIN x IN c.{property}"),
        format!("SELECT VALUE x FROM c JOIN x IN [c.{property}]"),
        format!("SELECT VALUE x FROM x IN c.{property}"),
        format!("SELECT VALUE (SELECT VALUE c.{property})  FROM c"),
        format!("SELECT VALUE CONCAT('', c.{property}) FROM c"),
        format!("SELECT VALUE UPPER(c.{property}) FROM c"),
        format!("SELECT DISTINCT VALUE c.{property} FROM c"),
        format!("SELECT VALUE MAX(c.{property}) FROM c"),
        format!("SELECT VALUE MIN(c.{property}) FROM c"),
        format!("SELECT VALUE COUNT(c.{property}) FROM c"),
        format!("SELECT c.{property}, COUNT(1) AS n FROM c GROUP BY c.{property}"),
        format!("SELECT * FROM c ORDER BY c.{property}"),
        format!("SELECT * FROM c ORDER BY c.{property} DESC, c.id"),
        format!("SELECT VALUE (c.{property} ? 'told' : 'not') FROM c"),
    ]);
    texts
}

/// What an answer must not hold, whatever the question was.
fn tells_nothing(text: &str, answer: &Value, her_id: &str, his_id: &str) {
    let said = answer.to_string().to_lowercase();
    assert!(!said.contains(HERS), "{text} gives a row of alice's: {answer}");
    assert!(
        !said.contains("told"),
        "{text} says that the property is there: {answer}"
    );
    if answer.get("error").is_none() {
        for id in [her_id, his_id] {
            assert!(!said.contains(&id.to_lowercase()), "{text} gives an id: {answer}");
        }
        let rows = answer["items"].as_array().unwrap();
        assert!(rows.len() <= 2, "{text} gives more rows than bob has: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_way_of_saying_whose_gives_another_persons_row_nor_the_property() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let (her_id, his_id) = (alice.object_id(), bob.object_id());
    for (container, property) in [("expenses", "user_id"), ("ledger", "oid"), ("ledger", "tid")] {
        for whose in [her_id, his_id, bob.tenant_id()] {
            let with = json!({ "@whose": whose, "@property": property }).to_string();
            for text in saying(property, whose) {
                let query = json!({ "op": "query", "in": container, "text": text, "with": with });
                let answer = one(&stage, &bob, "mine", query).await;
                tells_nothing(&text, &answer, her_id, his_id);
                let whole = answer["items"]
                    .as_array()
                    .is_some_and(|rows| rows.iter().any(|row| row["id"] == "hers"));
                assert!(!whole, "{text}: {answer}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_on_whose_items_are_holds_for_no_item() {
    let stage = stage().await;
    let bob = callers::bob();
    for (container, property) in [("expenses", "user_id"), ("ledger", "oid"), ("ledger", "tid")] {
        for condition in [
            format!("c.{property} = '{}'", bob.object_id()),
            format!("c['{property}'] != 'x'"),
            format!("IS_DEFINED(c.{property})"),
            format!("c.{property} >= ''"),
        ] {
            let text = format!("SELECT VALUE COUNT(1) FROM c WHERE {condition}");
            let query = json!({ "op": "query", "in": container, "text": text });
            assert_eq!(one(&stage, &bob, "mine", query).await["items"], json!([0]), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_are_json_and_no_part_of_the_text() {
    let stage = stage().await;
    let bob = callers::bob();
    let text = "SELECT VALUE c.id FROM c WHERE c.note = @x";
    for (with, items) in [
        (r#"{"@x":"bob's"}"#, json!(["a", "b"])),
        (r#"{"@x":"' OR true --"}"#, json!([])),
        (r#"{"@x":"x","@x":"bob's"}"#, json!(["a", "b"])),
        (r#"{"@x":"x","@\u0078":"bob's"}"#, json!(["a", "b"])),
        (r#"{"@x":{"__proto__":1}}"#, json!([])),
        (r#"{"@x":true,"@user_id":"x","@partition":"y"}"#, json!([])),
    ] {
        let query = json!({ "op": "query", "in": "expenses", "text": text, "with": with });
        assert_eq!(one(&stage, &bob, "mine", query).await["items"], items, "{with}");
    }
    for with in [
        "",
        "[]",
        "null",
        "1",
        "{",
        "{\"x\":1}",
        "{\"@x\":1e999}",
        "{\"@x\":}",
        "{}{}",
    ] {
        let query = json!({ "op": "query", "in": "expenses", "text": text, "with": with });
        let answer = one(&stage, &bob, "mine", query).await;
        assert!(refusal(&answer).starts_with("invalid: "), "{with}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_as_deep_as_can_be_neither_ends_the_host_nor_anybody_elses_call() {
    let stage = stage().await;
    let bob = callers::bob();
    let kinds = [
        ("(", ")"),
        ("NOT ", ""),
        ("-", ""),
        ("[", "]"),
        ("{\"x\":", "}"),
        ("ABS(", ")"),
        ("(true ? ", " : 1)"),
        ("(1 ?? ", ")"),
        ("(1 + ", ")"),
        ("(1 IN (", "))"),
        ("(SELECT VALUE ", ")"),
        ("ARRAY(SELECT VALUE ", ")"),
        ("EXISTS(SELECT VALUE ", ")"),
    ];
    for (open, close) in kinds {
        for depth in [8, 31, 62, 64, 100, 1_000, 8_000] {
            let text = format!("SELECT VALUE {}1{} FROM c", open.repeat(depth), close.repeat(depth));
            let query = json!({ "op": "query", "in": "expenses", "text": text });
            let answer = one(&stage, &bob, "mine", query).await;
            if let Some(error) = answer["error"].as_str() {
                assert!(error.starts_with("invalid: "), "{open} {depth}: {error}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_costs_its_own_call_only() {
    let stage = stage().await;
    let bob = callers::bob();
    let nested = format!("SELECT VALUE {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let long = format!("SELECT * FROM c WHERE c.note = '{}'", "x".repeat(20_000));
    let many = json!({ "@x": vec![0; 200_000] }).to_string();
    let attempts = vec![
        json!({ "op": "query", "in": "expenses", "text": nested }),
        json!({ "op": "query", "in": "expenses", "text": long }),
        json!({ "op": "query", "in": "expenses", "text": "SELECT * FROM c", "with": many }),
        json!({ "op": "query", "in": "expenses", "text": "SELECT * FROM c", "max": 0 }),
    ];
    for answer in run(&stage, &bob, "mine", attempts).await {
        assert!(refusal(&answer).starts_with("invalid: "), "{answer}");
    }
    let query = json!({ "op": "query", "in": "expenses", "text": "SELECT VALUE COUNT(1) FROM c" });
    assert_eq!(one(&stage, &bob, "mine", query).await["items"], json!([2]));
}
