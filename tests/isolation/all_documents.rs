//! Everybody's items, for reports: rows don't say whose they are.

use serde_json::{Value, json};
use usher_tests::{Grant, Stage, callers};

use super::own_documents;

/// Everybody's items of a stage with this grant of `all-documents`, asked by alice; alice and bob have one each in both containers.
async fn stage(owner: &str) -> Stage {
    let line = format!("all-documents = {{ containers = [\"expenses\"]{owner} }}");
    let grant = Grant::of(&["query_all"]).gives("log = true").gives(&line);
    let stage = Stage::setting()
        .guest("own-documents", &own_documents())
        .guest("all-documents", &grant)
        .open()
        .await;
    for (person, amount) in [(callers::alice(), 5), (callers::alice(), 6), (callers::bob(), 7)] {
        // Nobody is somebody else by saying so.
        let body = json!({ "body": { "amount": amount, "_owner": "forged" } });
        stage.structured(&person, "create", body).await;
    }
    stage
}

async fn rows(stage: &Stage, text: &str) -> Vec<Value> {
    let answer = stage
        .structured(&callers::alice(), "query_all", json!({ "text": text }))
        .await;
    serde_json::from_value(answer["rows"].clone()).unwrap()
}

const BY_OWNER: &str = "SELECT c._owner AS owner, SUM(c.amount) AS total FROM c GROUP BY c._owner";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_grant_rows_have_no_owner_not_even_one_that_was_written() {
    let stage = stage("").await;
    assert_eq!(rows(&stage, BY_OWNER).await, [json!({ "total": 18 })]);
    let told = rows(&stage, "SELECT * FROM c").await;
    assert!(told.iter().all(|row| row.get("_owner").is_none()), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_by_object_id_is_the_person() {
    let stage = stage(", owner = \"object-id\"").await;
    let mut rows = rows(&stage, BY_OWNER).await;
    rows.sort_by_key(|row| row["total"].as_u64());
    let (alice, bob) = (callers::alice(), callers::bob());
    let expected = [
        json!({ "owner": bob.object_id(), "total": 7 }),
        json!({ "owner": alice.object_id(), "total": 11 }),
    ];
    assert_eq!(rows, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_by_pseudonym_tells_people_apart_and_not_who_they_are() {
    let stage = stage(", owner = \"pseudonym\"").await;
    let mut by_owner = rows(&stage, BY_OWNER).await;
    by_owner.sort_by_key(|row| row["total"].as_u64());
    let pseudonyms: Vec<&str> = by_owner.iter().map(|row| row["owner"].as_str().unwrap()).collect();
    let totals: Vec<_> = by_owner.iter().map(|row| row["total"].as_u64()).collect();
    assert_eq!(totals, [Some(7), Some(11)]);
    assert_ne!(pseudonyms[0], pseudonyms[1]);
    for pseudonym in &pseudonyms {
        assert_eq!(pseudonym.len(), 22, "16 bytes in Base64: {pseudonym}");
    }
    let all = rows(&stage, "SELECT * FROM c").await;
    for person in [callers::alice(), callers::bob()] {
        assert!(!json!(all).to_string().contains(person.object_id()), "{all:?}");
        let guess = format!(
            "SELECT VALUE COUNT(1) FROM c WHERE c._owner = '{}' OR c.user_id = '{0}'",
            person.object_id()
        );
        assert_eq!(rows(&stage, &guess).await, [json!(0)]);
    }
    // One's own items never say so, whatever the grant gives of everybody's.
    let mine = stage
        .structured(&callers::alice(), "query", json!({ "text": "SELECT * FROM c" }))
        .await;
    assert!(!mine.to_string().contains("_owner"), "{mine}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_everybodys_items_never_says_whose_it_is() {
    let grant = Grant::of(&["query_all"]).gives("log = true\nall-documents = { containers = [\"expenses\"] }");
    let stage = Stage::setting()
        .guest("own-documents", &own_documents())
        .guest("all-documents", &grant)
        .open()
        .await;
    let people = [callers::alice(), callers::bob()];
    for person in &people {
        stage
            .structured(person, "create", json!({ "body": { "id": "same", "amount": 5 } }))
            .await;
    }
    let rows =
        async |text: &str| stage.structured(&people[0], "query_all", json!({ "text": text })).await["rows"].take();

    assert_eq!(
        rows("SELECT VALUE SUM(c.amount) FROM c").await,
        json!([10]),
        "it does see everybody's"
    );
    let told = [
        rows("SELECT * FROM c").await,
        rows("SELECT c.user_id, c.amount FROM c").await,
        rows("SELECT VALUE c FROM c").await,
        rows("SELECT c.user_id, COUNT(1) AS n FROM c GROUP BY c.user_id").await,
        rows("SELECT VALUE {\"who\": c.user_id, \"all\": [c]} FROM c").await,
        rows("SELECT DISTINCT VALUE c.user_id FROM c").await,
    ];
    for person in &people {
        for told in &told {
            assert!(!told.to_string().contains(person.object_id()), "{told}");
        }
        let guess = format!(
            "SELECT VALUE COUNT(1) FROM c WHERE c.user_id = '{}'",
            person.object_id()
        );
        assert_eq!(rows(&guess).await, json!([0]), "and it can't be found out by guessing");
        let guess = "SELECT VALUE COUNT(1) FROM c WHERE IS_DEFINED(c.user_id)";
        assert_eq!(rows(guess).await, json!([0]));
    }
}
