//! Two people, whose items stand in the same container, and a tool that tries to mix them up.

use std::sync::Arc;

use serde_json::{Value, json};
use usher_entra::Caller;
use usher_tests::{Stage, callers};

use super::own_documents;

/// A text that is in each of alice's items and in nobody else's.
const HERS: &str = "only alice may read this";

/// Alice has thirty items, bob three, written in turns, and their ids are alike.
async fn stage() -> Stage {
    let stage = Stage::with("own-documents", &own_documents()).await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for number in 0..30 {
        let hers = json!({ "body": { "id": format!("item {number}"), "n": number, "note": HERS, "amount": 1000 } });
        assert_eq!(
            stage.structured(&alice, "create", hers).await["answer"],
            format!("item {number}")
        );
        if number < 3 {
            let his = json!({ "body": { "id": format!("item {number}"), "n": number, "note": "bob's", "amount": 1 } });
            assert_eq!(
                stage.structured(&bob, "create", his).await["answer"],
                format!("item {number}")
            );
        }
    }
    stage
}

async fn asked(stage: &Stage, caller: &Arc<Caller>, tool: &str, arguments: Value) -> Value {
    stage.structured(caller, tool, arguments).await["answer"].take()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_query_gives_another_persons_row() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let her_id = alice.object_id();
    let queries = [
        "SELECT * FROM c".to_owned(),
        "SELECT * FROM c WHERE true OR 1 = 1".to_owned(),
        "SELECT * FROM c WHERE c.amount = 1000".to_owned(),
        format!("SELECT * FROM c WHERE c.note = '{HERS}'"),
        format!("SELECT * FROM c WHERE c.user_id = '{her_id}'"),
        format!("SELECT * FROM c WHERE c.user_id = '{her_id}' OR NOT IS_DEFINED(c.user_id)"),
        format!("SELECT * FROM c WHERE c.partition = '{her_id}' OR true"),
        "SELECT VALUE c FROM c ORDER BY c.n DESC".to_owned(),
        "SELECT VALUE c.note FROM c".to_owned(),
        "SELECT DISTINCT c.note FROM c".to_owned(),
        "SELECT c.note, COUNT(1) AS n FROM c GROUP BY c.note".to_owned(),
        "SELECT VALUE MAX(c.amount) FROM c".to_owned(),
        "SELECT VALUE SUM(c.amount) FROM c".to_owned(),
        "SELECT VALUE COUNT(1) FROM c".to_owned(),
        "SELECT * FROM expenses".to_owned(),
        "SELECT * FROM c; SELECT * FROM documents".to_owned(),
        "SELECT * FROM c UNION SELECT * FROM documents".to_owned(),
        "SELECT * FROM c WHERE 1 = 1 -- AND partition".to_owned(),
        "SELECT * FROM c WHERE c.id IN ('item 29', 'item 0')".to_owned(),
        "SELECT * FROM c WHERE EXISTS (SELECT VALUE x FROM x IN c)".to_owned(),
        "SELECT c._rid, c._self, c._ts, c._etag, c.user_id FROM c".to_owned(),
    ];
    for text in queries {
        let answer = asked(&stage, &bob, "query", json!({ "text": text, "max_items": 100 })).await;
        assert!(
            !answer.to_string().contains(HERS),
            "{text} gives a row of alice's: {answer}"
        );
        assert!(
            !answer.to_string().contains("1000"),
            "{text} gives a number of alice's: {answer}"
        );
        assert!(
            !answer.to_string().contains(her_id),
            "{text} gives alice's id: {answer}"
        );
        if let Some(rows) = answer["items"].as_array() {
            assert!(rows.len() <= 3, "{text} gives more rows than bob has: {answer}");
            // Bob's three items, counted by whichever aggregate, never come to her thirty.
            assert!(
                rows.iter().all(|row| row.as_u64().is_none_or(|number| number <= 3)),
                "{text}: {answer}"
            );
        }
    }
    let answer = asked(
        &stage,
        &alice,
        "query",
        json!({ "text": "SELECT VALUE COUNT(1) FROM c" }),
    )
    .await;
    assert_eq!(answer["items"], json!([30]), "and she has all of hers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_is_a_value_and_nothing_else() {
    let stage = stage().await;
    let her_id = callers::alice().object_id().to_owned();
    for name in ["@p", "@user_id", "@partition", "@pk"] {
        for value in [
            json!(her_id),
            json!("' OR 1=1 --"),
            json!({ "user_id": her_id }),
            json!([her_id]),
        ] {
            let text = format!("SELECT * FROM c WHERE c.note = {name} OR c.user_id = {name} OR true");
            let arguments = json!({ "text": text, "parameters": [[name, value]] });
            let answer = asked(&stage, &callers::bob(), "query", arguments).await;
            assert_eq!(
                answer["items"].as_array().map(Vec::len),
                Some(3),
                "{name} {value}: {answer}"
            );
            assert!(!answer.to_string().contains(HERS), "{name} {value}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_names_ones_own_item_or_none() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let her_id = alice.object_id();
    assert_eq!(
        asked(&stage, &bob, "read", json!({ "id": "item 0" })).await["note"],
        "bob's"
    );
    let foreign = [
        "item 29".to_owned(),
        format!("{her_id}/item 29"),
        format!("../{her_id}/docs/item 29"),
        format!("[\"{her_id}\"]|item 29"),
        "item 29'--".to_owned(),
        "%".to_owned(),
        "..".to_owned(),
        String::new(),
        "item 29\0".to_owned(),
    ];
    for id in &foreign {
        for tool in ["read", "patch", "delete", "transact_delete"] {
            let answer = asked(&stage, &bob, tool, json!({ "id": id })).await;
            let refusal = answer
                .as_str()
                .unwrap_or_else(|| panic!("{tool} of {id:?} gives {answer}"));
            assert!(refusal.starts_with("error: "), "{tool} of {id:?}: {refusal}");
            assert!(
                !refusal.contains(her_id) || id.contains(her_id),
                "{tool} of {id:?}: {refusal}"
            );
        }
    }
    let many = asked(
        &stage,
        &bob,
        "read_many",
        json!({ "ids": ["item 0", "item 29", "item 1"] }),
    )
    .await;
    assert_eq!(many[0]["note"], "bob's");
    assert_eq!(many[1], Value::Null);
    assert_eq!(many[2]["note"], "bob's");
    assert_eq!(
        stage.stored(&alice, "item 29").await.unwrap()["note"],
        HERS,
        "hers are as they were"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_lands_with_the_one_who_wrote() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    for tool in ["upsert", "replace"] {
        let answer = asked(
            &stage,
            &bob,
            tool,
            json!({ "body": { "id": "item 1", "note": "overwritten" } }),
        )
        .await;
        assert_eq!(answer, "item 1");
        assert_eq!(stage.stored(&bob, "item 1").await.unwrap()["note"], "overwritten");
        assert_eq!(stage.stored(&alice, "item 1").await.unwrap()["note"], HERS);
    }
    assert_eq!(
        asked(&stage, &bob, "delete", json!({ "id": "item 1" })).await,
        "deleted"
    );
    assert!(stage.stored(&alice, "item 1").await.is_some());
    let missing = asked(
        &stage,
        &bob,
        "replace",
        json!({ "body": { "id": "item 29", "note": "taken over" } }),
    )
    .await;
    assert_eq!(missing, "error: Error::NotFound");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_cannot_say_whose_it_is() {
    let stage = stage().await;
    let her_id = callers::alice().object_id().to_owned();
    for tool in ["create", "upsert", "replace"] {
        let body = json!({ "body": { "id": "item 2", "note": "planted", "user_id": her_id } });
        let answer = asked(&stage, &callers::bob(), tool, body).await;
        assert!(
            answer.as_str().unwrap().starts_with("error: Error::Invalid"),
            "{tool}: {answer}"
        );
    }
    assert_eq!(stage.stored(&callers::alice(), "item 2").await.unwrap()["note"], HERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continuation_is_good_for_its_owner_and_its_query_only() {
    let stage = stage().await;
    let (alice, bob) = (callers::alice(), callers::bob());
    let text = "SELECT * FROM c ORDER BY c.n";
    let first = asked(&stage, &alice, "query", json!({ "text": text, "max_items": 2 })).await;
    let continuation = first["continuation"]
        .as_str()
        .expect("thirty items don't fit into a page of two");
    assert!(!continuation.contains(alice.object_id()));

    let stolen = asked(
        &stage,
        &bob,
        "query",
        json!({ "text": text, "max_items": 2, "continuation": continuation }),
    )
    .await;
    assert!(
        stolen.as_str().unwrap().starts_with("error: Error::Invalid"),
        "{stolen}"
    );
    let elsewhere =
        json!({ "text": "SELECT c.note FROM c ORDER BY c.n", "max_items": 2, "continuation": continuation });
    let elsewhere = asked(&stage, &alice, "query", elsewhere).await;
    assert!(
        elsewhere.as_str().unwrap().starts_with("error: Error::Invalid"),
        "{elsewhere}"
    );
    let mut forged = continuation.to_owned();
    forged.replace_range(20..21, if &forged[20..21] == "A" { "B" } else { "A" });
    let forged = asked(
        &stage,
        &alice,
        "query",
        json!({ "text": text, "max_items": 2, "continuation": forged }),
    )
    .await;
    assert!(
        forged.as_str().unwrap().starts_with("error: Error::Invalid"),
        "{forged}"
    );

    let next = json!({ "text": text, "max_items": 2, "continuation": continuation });
    let next = asked(&stage, &alice, "query", next).await;
    assert_eq!([&next["items"][0]["n"], &next["items"][1]["n"]], [2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_write_in_the_same_moment_find_their_own() {
    let stage = Arc::new(Stage::with("own-documents", &own_documents()).await);
    let people = (0..8).map(|number| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            let name = format!("person {number}");
            let caller = callers::person(&name);
            for round in 0..10 {
                let body = json!({ "body": { "id": format!("{round}"), "owner": name } });
                assert_eq!(asked(&stage, &caller, "create", body).await, json!(format!("{round}")));
                let mine = asked(
                    &stage,
                    &caller,
                    "query",
                    json!({ "text": "SELECT VALUE c.owner FROM c" }),
                )
                .await;
                assert_eq!(mine["items"], json!(vec![&name; round + 1]));
            }
        })
    });
    for person in people.collect::<Vec<_>>() {
        person.await.unwrap();
    }
}
