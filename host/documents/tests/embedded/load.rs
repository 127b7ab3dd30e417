//! Many at once: callers that go away, and readers beside a writer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use usher_documents::{DocumentStore, EmbeddedStore, PartitionKey, PropertyPath, QueryOptions, Scope, StoreError};

use crate::conformance::{ada, id, notes, wide};
use crate::settings;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_go_away_disturb_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(settings(directory.path())).unwrap());
    let tasks: Vec<_> = (0..200)
        .map(|index| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let body = format!(r#"{{"id":"{index}","n":{index}}}"#);
                store.create(&notes(), &ada(), &body).await
            })
        })
        .collect();
    let mut kept = Vec::new();
    for (index, task) in tasks.into_iter().enumerate() {
        if index % 2 == 0 {
            task.abort();
        } else {
            kept.push((index, task));
        }
    }
    for (index, task) in kept {
        let written = task.await.unwrap().unwrap();
        assert_eq!(written.id.as_str(), index.to_string());
        store.read(&notes(), &ada(), &written.id).await.unwrap();
    }
    store.create(&notes(), &ada(), r#"{"id":"after"}"#).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_query_frees_its_reader() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings(directory.path());
    settings.readers = 1;
    let (store, notes) = (EmbeddedStore::open(settings).unwrap(), notes());
    let body = format!(r#"{{"id":"large","p":"{}"}}"#, "ab".repeat(900_000));
    store.create(&notes, &ada(), &body).await.unwrap();
    // A minute of work, if nobody stopped it.
    let sql = format!("SELECT VALUE c.id FROM c WHERE c.p LIKE '%{}c'", "a_".repeat(4000));
    let ada = ada();
    let scope = Scope::Partition(&ada);
    let options = QueryOptions::default();
    // Whether it has begun by then or still waits: it is dropped, and ends soon.
    let limits = wide();
    let slow = store.query(&notes, scope, &sql, "{}", &options, &limits);
    assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    let begun = Instant::now();
    let page = store
        .query(&notes, scope, "SELECT VALUE 1", "{}", &options, &wide())
        .await
        .unwrap();
    assert_eq!(page.items, "[1]");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// How many operations two users do, all together.
const OPERATIONS: usize = 100_000;
/// How many of them at once.
const AT_ONCE: usize = 64;

/// Two users interleaved, on items of the same ids, reads and queries beside writes: nobody ever sees a foreign row, or an item
/// half-changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_under_load_see_only_their_own_rows() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings(directory.path());
    settings.containers[0].indexes = vec![PropertyPath::new("/left").unwrap()];
    let store = Arc::new(EmbeddedStore::open(settings).unwrap());
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let store = Arc::clone(&store);
            let owner = ["ada", "bob"][task % 2];
            tokio::spawn(async move {
                let key = PartitionKey::single(owner).unwrap();
                let scope = Scope::Partition(&key);
                let parameters = format!(r#"{{"@me":"{owner}"}}"#);
                for number in 0..OPERATIONS.div_ceil(AT_ONCE) {
                    let name = (task / 2 + number) % 20;
                    match number % 5 {
                        0 => {
                            let body =
                                format!(r#"{{"id":"{name}","owner":"{owner}","left":{number},"right":{number}}}"#);
                            store.upsert(&notes(), &key, &body).await.unwrap();
                        }
                        1 => {
                            let deleted = store.delete(&notes(), &key, &id(&name.to_string()), None).await;
                            assert!(matches!(deleted, Ok(()) | Err(StoreError::NotFound)));
                        }
                        2 | 3 => match store.read(&notes(), &key, &id(&name.to_string())).await {
                            Ok(item) => assert!(item.body.contains(owner)),
                            Err(error) => assert_eq!(error, StoreError::NotFound),
                        },
                        _ => {
                            let sql = "SELECT VALUE c.owner FROM c WHERE c.owner != @me OR c.left != c.right";
                            let ordered = format!("{sql} ORDER BY c.left DESC");
                            let sql = if number % 2 == 0 { sql } else { ordered.as_str() };
                            let options = QueryOptions::default();
                            let page = store.query(&notes(), scope, sql, &parameters, &options, &wide()).await;
                            assert_eq!(page.unwrap().items, "[]");
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
