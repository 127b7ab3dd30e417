//! Queries over the whole container, which has several physical partitions.

use serde_json::{Value, json};
use usher_documents::{DocumentStore, Owners, PartitionKey, QueryOptions, Scope};

use crate::conformance::{Subject, notes, wide};
use crate::stage::open;

const OWNERS: usize = 40;

async fn fill(subject: &Subject) {
    for owner in 0..OWNERS {
        let partition = PartitionKey::single(format!("owner-{owner}")).unwrap();
        for index in 0..3 {
            let body = format!(
                r#"{{"id":"{index}","n":{},"kind":"{}"}}"#,
                owner * 3 + index,
                ["a", "b"][index % 2]
            );
            subject.put(&partition, &body).await;
        }
    }
}

async fn all(store: &dyn DocumentStore, scope: Scope<'_>, sql: &str, page: u32) -> Vec<Value> {
    let mut options = QueryOptions {
        max_items: Some(page),
        continuation: None,
    };
    let mut all = Vec::new();
    loop {
        let page = store
            .query(&notes(), scope, sql, "{}", &options, &wide())
            .await
            .expect(sql);
        all.extend(serde_json::from_str::<Vec<Value>>(&page.items).unwrap());
        match page.continuation {
            Some(continuation) => options.continuation = Some(continuation),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_every_physical_partition_is_given_once() {
    let subject = open().await;
    fill(&subject).await;
    let expected: Vec<usize> = (0..OWNERS * 3).collect();
    for sql in ["SELECT VALUE c.n FROM c", "SELECT VALUE c.n FROM c WHERE c.n + 0 >= 0"] {
        for page in [1, 7, 1000] {
            let mut numbers: Vec<usize> = all(&*subject.store, Scope::Whole, sql, page)
                .await
                .iter()
                .map(|number| usize::try_from(number.as_u64().unwrap()).unwrap())
                .collect();
            numbers.sort_unstable();
            assert_eq!(numbers, expected, "{sql} by {page}");
        }
    }
    let sorted = all(
        &*subject.store,
        Scope::Whole,
        "SELECT VALUE c.n FROM c ORDER BY c.n",
        11,
    )
    .await;
    assert_eq!(json!(sorted), json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aggregates_and_groups_are_those_of_all_partitions() {
    let subject = open().await;
    fill(&subject).await;
    let store = &*subject.store;
    let numbers = OWNERS * 3;
    let sum = numbers * (numbers - 1) / 2;
    let totals = all(
        store,
        Scope::Whole,
        "SELECT COUNT(1) AS n, SUM(c.n) AS s, MAX(c.n) AS m FROM c",
        10,
    )
    .await;
    assert_eq!(totals, [json!({"n": numbers, "s": sum, "m": numbers - 1})]);
    let groups = "SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind";
    let mut groups = all(store, Scope::Whole, groups, 1).await;
    groups.sort_by_key(|group| group["n"].as_u64());
    assert_eq!(
        groups,
        [json!({"kind": "b", "n": OWNERS}), json!({"kind": "a", "n": 2 * OWNERS})]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_says_whose_it_is_only_to_who_may_know() {
    let subject = open().await;
    fill(&subject).await;
    let owners = Owners::new(|levels| format!("<{}>", levels.join(",")));
    let sql = "SELECT c._owner, c.user_id FROM c WHERE c.n = 3 AND c._owner = '<owner-1>'";
    let known = all(&*subject.store, Scope::WholeWithOwners(&owners), sql, 10).await;
    assert_eq!(known, [json!({"_owner": "<owner-1>"})]);
    let sql = "SELECT c._owner, c.user_id FROM c WHERE c.n = 3";
    let unknown = all(&*subject.store, Scope::Whole, sql, 10).await;
    assert_eq!(unknown, [json!({})]);
}
