//! Everybody's items, for reports: rows don't say whose they are.

use serde_json::json;
use usher_tests::{Grant, Stage, callers};

use super::own_documents;

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
