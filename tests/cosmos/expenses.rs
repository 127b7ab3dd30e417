//! The statistics of the expenses tool: the same answer on both backends.

use serde_json::Value;
use usher_documents::{DocumentStore, EmbeddedSettings, EmbeddedStore, PartitionKey, QueryOptions, Scope};

use crate::conformance::{definitions, notes, wide};
use crate::stage::open;

/// The query of `get_expense_stats`.
const BY_CATEGORY: &str = "SELECT c.category, COUNT(1) AS count, SUM(c.amount) AS total FROM c GROUP BY c.category";

async fn statistics(store: &dyn DocumentStore) -> Vec<Value> {
    for user in 0..12 {
        let partition = PartitionKey::single(format!("user-{user}")).unwrap();
        for index in 0..5_usize {
            let category = ["travel", "food", "books"][(user + index) % 3];
            let body = format!(
                r#"{{"id":"{index}","category":"{category}","amount":{}.25,"date":"2026-11-{:02}"}}"#,
                user * 10 + index,
                index + 1
            );
            store.upsert(&notes(), &partition, &body).await.unwrap();
        }
    }
    let page = store
        .query(
            &notes(),
            Scope::Whole,
            BY_CATEGORY,
            "{}",
            &QueryOptions::default(),
            &wide(),
        )
        .await
        .unwrap();
    let mut categories: Vec<Value> = serde_json::from_str(&page.items).unwrap();
    categories.sort_by_key(|category| category["category"].as_str().map(str::to_owned));
    categories
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_statistics_are_the_same_on_both_backends() {
    let directory = tempfile::tempdir().unwrap();
    let embedded = EmbeddedStore::open(EmbeddedSettings::new(directory.path(), definitions())).unwrap();
    let cosmos = open().await;
    let (left, right) = (statistics(&embedded).await, statistics(&*cosmos.store).await);
    assert_eq!(left, right);
    assert_eq!(left.len(), 3);
    assert_eq!(
        left.iter()
            .map(|category| category["count"].as_u64().unwrap())
            .sum::<u64>(),
        60
    );
    embedded.close().await;
}
