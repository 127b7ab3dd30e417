//! The way from the service to another store and back: all items, as JSON lines.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use usher_cosmos_emulator::Interference;
use usher_documents::{
    CopyError, CosmosExportError, CosmosStore, DocumentStore, EmbeddedSettings, EmbeddedStore, ItemId, PartitionKey,
    Snapshot, import,
};

use crate::conformance::{definitions, notes, tenants};
use crate::stage::{emulator, settings};

/// More items than a page of an export has.
const ITEMS: usize = 1_200;
const OWNERS: usize = 30;

async fn fill(store: &CosmosStore) {
    for index in 0..ITEMS {
        let owner = PartitionKey::single(format!("owner-{}", index % OWNERS)).unwrap();
        let body = format!(r#"{{"id":"{index}","n":{index},"text":"a\nb","ttl":-1}}"#);
        store.create(&notes(), &owner, &body).await.unwrap();
    }
    let nested = PartitionKey::hierarchical(["contoso".to_owned(), "ada".to_owned()]).unwrap();
    store.create(&tenants(), &nested, r#"{"id":"deep"}"#).await.unwrap();
}

/// What an export says of items: where they are and what they are, without what each store gives them.
fn items(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let members = line.as_object_mut().unwrap();
        assert!(members.remove("etag").is_some() && members.remove("ts").is_some());
        line.to_string()
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_from_the_service_to_a_file_and_back() {
    let (first, second) = (emulator().await, emulator().await);
    let folder = tempfile::tempdir().unwrap();
    let [exported, embedded, back] = ["a", "b", "c"].map(|name| folder.path().join(name));
    let store = CosmosStore::open(settings(&first)).await.unwrap();
    fill(&store).await;

    let counts = store.export(&exported, false).await.unwrap();
    assert_eq!((counts[&notes()], counts[&tenants()]), (ITEMS as u64, 1));
    assert_eq!(items(&exported).len(), ITEMS + 1, "each once");

    let local = EmbeddedStore::open(EmbeddedSettings::new(folder.path(), definitions())).unwrap();
    assert_eq!(import(&local, &definitions(), &exported).await.unwrap(), counts);
    local.close().await;
    assert_eq!(
        Snapshot::open(folder.path()).unwrap().export(&embedded, false).unwrap(),
        counts
    );
    assert_eq!(items(&embedded), items(&exported));

    let other = CosmosStore::open(settings(&second)).await.unwrap();
    assert_eq!(import(&other, &definitions(), &embedded).await.unwrap(), counts);
    other.export(&back, false).await.unwrap();
    assert_eq!(items(&back), items(&exported));
    let owner = PartitionKey::single("owner-7").unwrap();
    let item = other.read(&notes(), &owner, &ItemId::new("37").unwrap()).await.unwrap();
    assert_eq!(item.body, r#"{"id":"37","n":37,"text":"a\nb","ttl":-1}"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_waits_for_a_busy_service_and_leaves_nothing_of_one_that_failed() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export");
    let store = CosmosStore::open(settings(&emulator)).await.unwrap();
    fill(&store).await;

    emulator.interfere(Interference::throttled(3, 5));
    store.export(&file, false).await.unwrap();
    assert_eq!(items(&file).len(), ITEMS + 1);

    let taken = store.export(&file, false).await.unwrap_err();
    assert!(
        matches!(taken, CosmosExportError::Copy(CopyError::Exists { .. })),
        "{taken}"
    );
    emulator.interfere(Interference {
        times: u32::MAX,
        status: 403,
        substatus: 0,
        retry_after_ms: None,
    });
    let away = folder.path().join("away");
    let error = store.export(&away, false).await.unwrap_err().to_string();
    assert!(error.contains("the container `notes` can't be read: "), "{error}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing half-made is left"
    );
}
