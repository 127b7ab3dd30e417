//! Time to live.

use usher_documents::{PatchOperation, PatchOptions, StoreError};

use super::{Subject, ada, id, notes};

pub(crate) async fn an_expired_item_does_not_exist_for_any_operation(subject: &Subject) {
    let (store, notes) = (&subject.store, notes());
    for name in ["a", "b"] {
        subject.put(&ada(), &format!(r#"{{"id":"{name}","ttl":10}}"#)).await;
    }
    subject.put(&ada(), r#"{"id":"stays"}"#).await;
    subject.put(&ada(), r#"{"id":"stays-too","ttl":-1}"#).await;
    (subject.advance)(9);
    assert_eq!(
        store.read(&notes, &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a","ttl":10}"#
    );
    (subject.advance)(1);
    assert_eq!(store.read(&notes, &ada(), &id("a")).await, Err(StoreError::NotFound));
    assert_eq!(store.read_many(&notes, &ada(), &[id("a")]).await.unwrap(), [None]);
    assert_eq!(
        store.replace(&notes, &ada(), r#"{"id":"a"}"#, None).await,
        Err(StoreError::NotFound)
    );
    assert_eq!(
        store.delete(&notes, &ada(), &id("a"), None).await,
        Err(StoreError::NotFound)
    );
    let set = [PatchOperation::Set {
        path: "/ttl".to_owned(),
        value: "100".to_owned(),
    }];
    let patched = store
        .patch(&notes, &ada(), &id("a"), &set, &PatchOptions::default())
        .await;
    assert_eq!(patched, Err(StoreError::NotFound));
    assert_eq!(subject.all("SELECT VALUE COUNT(1) FROM c", 10).await, [2]);
    assert_eq!(subject.all("SELECT VALUE 1 FROM c WHERE c.id = 'a'", 10).await.len(), 0);
    // Its id is free again.
    store.create(&notes, &ada(), r#"{"id":"a","new":true}"#).await.unwrap();
    store.upsert(&notes, &ada(), r#"{"id":"b","new":true}"#).await.unwrap();
    (subject.advance)(100);
    assert_eq!(subject.all("SELECT VALUE c.id FROM c WHERE c.new", 10).await.len(), 2);
}

pub(crate) async fn a_write_starts_the_time_anew(subject: &Subject) {
    let (store, notes) = (&subject.store, notes());
    subject.put(&ada(), r#"{"id":"a","ttl":10}"#).await;
    (subject.advance)(9);
    store
        .replace(&notes, &ada(), r#"{"id":"a","ttl":10}"#, None)
        .await
        .unwrap();
    (subject.advance)(9);
    let set = [PatchOperation::Set {
        path: "/n".to_owned(),
        value: "1".to_owned(),
    }];
    store
        .patch(&notes, &ada(), &id("a"), &set, &PatchOptions::default())
        .await
        .unwrap();
    (subject.advance)(9);
    store.read(&notes, &ada(), &id("a")).await.unwrap();
    store.replace(&notes, &ada(), r#"{"id":"a"}"#, None).await.unwrap();
    (subject.advance)(1000);
    store.read(&notes, &ada(), &id("a")).await.unwrap();
}
