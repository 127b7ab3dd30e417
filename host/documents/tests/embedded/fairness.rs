//! What one owner's queries cost, others don't wait for.
//!
//! A slow query here is one that computes until its deadline, a minute from now. What waits for one of them takes as long; what
//! doesn't is done within [`SOON`], also in a build without optimisation on a busy machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use usher_documents::{DocumentStore, EmbeddedStore, Page, PartitionKey, QueryOptions, Scope, StoreError};

use crate::conformance::{id, notes, wide};
use crate::settings;

/// A sixth of the slow queries' time.
const SOON: Duration = Duration::from_secs(10);

type Query = Pin<Box<dyn Future<Output = Result<Page, StoreError>>>>;

fn key(owner: &str) -> PartitionKey {
    PartitionKey::single(owner).unwrap()
}

/// A store in which each of `owners` has an item that is large.
async fn store(owners: &[&str]) -> (TempDir, Arc<EmbeddedStore>) {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings(directory.path());
    settings.readers = 2;
    let store = EmbeddedStore::open(settings).unwrap();
    let body = format!(r#"{{"id":"large","p":"{}"}}"#, "ab".repeat(900_000));
    for owner in owners {
        store.create(&notes(), &key(owner), &body).await.unwrap();
    }
    (directory, Arc::new(store))
}

/// Puts a slow query into the line, of one partition or the whole container.
fn slow(store: &Arc<EmbeddedStore>, owner: Option<&'static str>) -> Query {
    let store = Arc::clone(store);
    let mut query: Query = Box::pin(async move {
        // Hours, if nothing stopped it: each start is tried against a long tail that never fits.
        let sql = format!("SELECT VALUE c.id FROM c WHERE c.p LIKE '%{}c'", "a_".repeat(4000));
        let key = owner.map(key);
        let scope = key.as_ref().map_or(Scope::Whole, Scope::Partition);
        store
            .query(&notes(), scope, &sql, "{}", &QueryOptions::default(), &wide())
            .await
    });
    assert!(is_pending(&mut query));
    query
}

fn is_pending(query: &mut Query) -> bool {
    query
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
}

/// Asks several times for little, and checks that the slow ones go on meanwhile and this doesn't wait for them.
async fn is_served_soon(store: &EmbeddedStore, owner: &str, beside: &mut [Query]) {
    let begun = Instant::now();
    for _ in 0..5 {
        let (key, options) = (key(owner), QueryOptions::default());
        let scope = Scope::Partition(&key);
        let sql = "SELECT VALUE c.id FROM c";
        let page = store
            .query(&notes(), scope, sql, "{}", &options, &wide())
            .await
            .unwrap();
        assert_eq!(page.items, r#"["large"]"#);
        store.read_many(&notes(), &key, &[id("large")]).await.unwrap();
    }
    let elapsed = begun.elapsed();
    assert!(elapsed < SOON, "{owner} waited for {elapsed:?}");
    assert!(beside.iter_mut().all(is_pending), "the slow queries were over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owners_slow_queries_hold_no_other_up() {
    let (_directory, store) = store(&["ada", "bob"]).await;
    let mut costly: Vec<Query> = (0..100).map(|_| slow(&store, Some("ada"))).collect();
    is_served_soon(&store, "bob", &mut costly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_owners_slow_queries_hold_no_other_up() {
    let owners = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let (_directory, store) = store(&[&owners[..], &["bob"]].concat()).await;
    let mut costly: Vec<Query> = owners
        .iter()
        .flat_map(|owner| (0..20).map(|_| slow(&store, Some(owner))).collect::<Vec<_>>())
        .collect();
    is_served_soon(&store, "bob", &mut costly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_queries_of_whole_containers_hold_no_owner_up() {
    let (_directory, store) = store(&["ada", "bob"]).await;
    let mut costly: Vec<Query> = (0..100).map(|_| slow(&store, None)).collect();
    is_served_soon(&store, "bob", &mut costly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owners_short_query_is_served_beside_its_own_slow_ones() {
    let (_directory, store) = store(&["ada"]).await;
    let mut costly: Vec<Query> = (0..4).map(|_| slow(&store, Some("ada"))).collect();
    is_served_soon(&store, "ada", &mut costly).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_brings_too_much_is_told_and_others_still_get_in() {
    let (_directory, store) = store(&["ada", "bob"]).await;
    let ask = |owner: &'static str| -> Query {
        let store = Arc::clone(&store);
        Box::pin(async move {
            let (key, options) = (key(owner), QueryOptions::default());
            let sql = "SELECT VALUE c.id FROM c";
            let scope = Scope::Partition(&key);
            store.query(&notes(), scope, sql, "{}", &options, &wide()).await
        })
    };
    let mut costly: Vec<Query> = (0..20).map(|_| slow(&store, Some("ada"))).collect();
    // More than may ever wait of one owner; the first that there is no room for is told at once.
    let refused = (0..1000).find_map(|_| {
        let mut query = ask("ada");
        match query.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            std::task::Poll::Ready(outcome) => Some(outcome),
            std::task::Poll::Pending => {
                costly.push(query);
                None
            }
        }
    });
    assert!(matches!(refused, Some(Err(StoreError::Throttled { .. }))));
    is_served_soon(&store, "bob", &mut costly[..20]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_queries_leave_nothing_that_the_end_would_wait_for() {
    let (_directory, store) = store(&["ada", "bob"]).await;
    let costly: Vec<Query> = ["ada", "bob"]
        .into_iter()
        .flat_map(|owner| (0..50).map(|_| slow(&store, Some(owner))).collect::<Vec<_>>())
        .collect();
    drop(costly);
    let begun = Instant::now();
    // It does everything that was begun or waits.
    store.close().await;
    assert!(begun.elapsed() < SOON);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_takes_turns_keeps_its_deadline() {
    let (_directory, store) = store(&["ada", "bob"]).await;
    let _costly: Vec<Query> = (0..10).map(|_| slow(&store, Some("ada"))).collect();
    let begun = Instant::now();
    let mut soon = wide();
    soon.deadline = begun + Duration::from_millis(200);
    let (bob, options) = (key("bob"), QueryOptions::default());
    let sql = format!("SELECT VALUE c.id FROM c WHERE c.p LIKE '%{}c'", "a_".repeat(4000));
    let scope = Scope::Partition(&bob);
    let outcome = store.query(&notes(), scope, &sql, "{}", &options, &soon).await;
    assert_eq!(outcome, Err(StoreError::Timeout));
    assert!(begun.elapsed() < SOON);
}
