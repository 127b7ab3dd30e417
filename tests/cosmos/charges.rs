//! Request units: every operation tells what it cost.

use usher_documents::meter::{self, Meter};
use usher_documents::{CosmosStore, DocumentStore, PatchOperation, PatchOptions, QueryOptions, Scope, WriteOp};

use crate::conformance::{ada, id, notes, wide};
use crate::stage::{emulator, settings};

async fn cost<F: Future>(future: F) -> f64 {
    let meter = Meter::new();
    meter::scope(meter.clone(), future).await;
    meter.request_charge()
}

#[tokio::test]
async fn every_operation_is_charged_to_its_own_meter() {
    let emulator = emulator().await;
    let store = CosmosStore::open(settings(&emulator)).await.unwrap();
    let (notes, ada) = (notes(), ada());
    let ids = [id("a")];
    let increment = [PatchOperation::Increment {
        path: "/n".to_owned(),
        by: 1.0,
    }];
    let options = PatchOptions::default();
    let transaction = [WriteOp::Upsert {
        body: r#"{"id":"b"}"#.to_owned(),
    }];
    let (query, limits) = (QueryOptions::default(), wide());
    let costs = [
        cost(async { store.create(&notes, &ada, r#"{"id":"a","n":1}"#).await.unwrap() }).await,
        cost(async { store.read(&notes, &ada, &ids[0]).await.unwrap() }).await,
        cost(async { store.read_many(&notes, &ada, &ids).await.unwrap() }).await,
        cost(async { store.upsert(&notes, &ada, r#"{"id":"a","n":1}"#).await.unwrap() }).await,
        cost(async { store.replace(&notes, &ada, r#"{"id":"a","n":1}"#, None).await.unwrap() }).await,
        cost(async { store.patch(&notes, &ada, &ids[0], &increment, &options).await.unwrap() }).await,
        cost(async { store.transact(&notes, &ada, &transaction).await.unwrap() }).await,
        cost(async {
            let (scope, sql) = (Scope::Partition(&ada), "SELECT VALUE COUNT(1) FROM c");
            store.query(&notes, scope, sql, "{}", &query, &limits).await.unwrap()
        })
        .await,
        cost(async { store.delete(&notes, &ada, &ids[0], None).await.unwrap() }).await,
    ];
    assert!(costs.iter().all(|cost| *cost > 0.0), "{costs:?}");
    assert!(costs[5] > costs[1], "a patch is a read and a write: {costs:?}");
}
