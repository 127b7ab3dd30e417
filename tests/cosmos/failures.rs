//! What becomes of a service that is busy or failing.

use std::time::{Duration, Instant};

use usher_cosmos_emulator::{Emulator, Interference};
use usher_documents::meter::{self, Meter};
use usher_documents::{CosmosStore, DocumentStore, QueryOptions, Scope, StoreError};

use crate::conformance::{ada, id, notes, wide};
use crate::stage::{emulator, settings};

async fn open() -> (Emulator, CosmosStore) {
    let emulator = emulator().await;
    let store = CosmosStore::open(settings(&emulator)).await.unwrap();
    store.create(&notes(), &ada(), r#"{"id":"a"}"#).await.unwrap();
    (emulator, store)
}

#[tokio::test]
async fn a_busy_service_is_waited_for() {
    let (emulator, store) = open().await;
    let before = emulator.requests();
    emulator.interfere(Interference::throttled(3, 5));
    store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(emulator.requests() - before, 4);
    emulator.interfere(Interference::throttled(2, 5));
    store.upsert(&notes(), &ada(), r#"{"id":"a","n":1}"#).await.unwrap();
    assert_eq!(emulator.requests() - before, 7);
}

#[tokio::test]
async fn a_service_that_is_busy_beyond_the_deadline_is_throttled_at_once() {
    let (emulator, store) = open().await;
    emulator.interfere(Interference::throttled(1, 60_000));
    let begun = Instant::now();
    let meter = Meter::until(begun + Duration::from_secs(20));
    let outcome = meter::scope(meter, store.read(&notes(), &ada(), &id("a"))).await;
    assert_eq!(
        outcome,
        Err(StoreError::Throttled {
            retry_after_ms: Some(60_000)
        })
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_deadline_that_has_come_is_a_timeout() {
    let (_emulator, store) = open().await;
    let late = Meter::until(Instant::now());
    let outcome = meter::scope(late, store.read(&notes(), &ada(), &id("a"))).await;
    assert_eq!(outcome, Err(StoreError::Timeout));
}

#[tokio::test]
async fn a_query_of_a_busy_service_is_throttled_and_no_answer() {
    let (emulator, store) = open().await;
    emulator.interfere(Interference::throttled(u32::MAX, 60_000));
    let options = QueryOptions::default();
    let scope = ada();
    let outcome = store
        .query(
            &notes(),
            Scope::Partition(&scope),
            "SELECT * FROM c",
            "{}",
            &options,
            &wide(),
        )
        .await;
    assert!(matches!(outcome, Err(StoreError::Throttled { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_failure_says_nothing_of_the_account_and_the_operator_what_to_look_for() {
    let (emulator, store) = open().await;
    let refused = |status| Interference {
        times: 50,
        status,
        substatus: 77,
        retry_after_ms: None,
    };
    emulator.interfere(refused(403));
    let error = store.read(&notes(), &ada(), &id("a")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store can't be reached");
    let cause = error.cause().unwrap().to_string();
    assert_eq!(
        cause,
        "Azure Cosmos DB answered 403, substatus 77, activity 00000000-0000-0000-0000-000000000000"
    );
    let whole = format!("{error:?}");
    assert!(!whole.contains("127.0.0.1") && !whole.contains("ada"), "{whole}");
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let (_emulator, store) = open().await;
    store.close().await;
    let outcome = store.read(&notes(), &ada(), &id("a")).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
}

#[tokio::test]
async fn no_id_reaches_anything_but_an_item() {
    let (_emulator, store) = open().await;
    for odd in ["%2e%2e", "%2F", "a b", "é", "...", "a%", "+", "colls", "a;b", "a&b=c"] {
        let body = format!(r#"{{"id":"{odd}"}}"#);
        store.create(&notes(), &ada(), &body).await.unwrap();
        assert_eq!(store.read(&notes(), &ada(), &id(odd)).await.unwrap().body, body);
        store.delete(&notes(), &ada(), &id(odd), None).await.unwrap();
    }
    store.read(&notes(), &ada(), &id("a")).await.unwrap();
}
