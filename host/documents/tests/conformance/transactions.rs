//! Transactions: all or nothing.

use usher_documents::{Etag, StoreError, WriteOp};

use super::{Subject, ada, id, json, notes};

fn create(body: &str) -> WriteOp {
    WriteOp::Create { body: body.to_owned() }
}

fn upsert(body: &str) -> WriteOp {
    WriteOp::Upsert { body: body.to_owned() }
}

fn replace(body: &str, if_match: Option<Etag>) -> WriteOp {
    WriteOp::Replace {
        body: body.to_owned(),
        if_match,
    }
}

fn delete(name: &str) -> WriteOp {
    WriteOp::Delete {
        id: id(name),
        if_match: None,
    }
}

pub(crate) async fn all_writes_happen_in_order(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"old"}"#).await;
    let writes = [
        create(r#"{"id":"a","n":1}"#),
        replace(r#"{"id":"a","n":2}"#, None),
        upsert(r#"{"id":"b"}"#),
        delete("old"),
        create("{}"),
        create(r#"{"id":"old","again":true}"#),
    ];
    let written = subject.store.transact(&notes(), &ada(), &writes).await.unwrap();
    let some: Vec<bool> = written.iter().map(Option::is_some).collect();
    assert_eq!(some, [true, true, true, false, true, true]);
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(
        (item.body.as_str(), &item.etag),
        (r#"{"id":"a","n":2}"#, &written[1].as_ref().unwrap().etag)
    );
    let again = subject.store.read(&notes(), &ada(), &id("old")).await.unwrap();
    assert_eq!(json(&again.body), json(r#"{"id":"old","again":true}"#));
    subject
        .store
        .read(&notes(), &ada(), &written[4].as_ref().unwrap().id)
        .await
        .unwrap();
}

pub(crate) async fn one_bad_write_undoes_all_and_is_named(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"old","n":1}"#).await;
    let bad: Vec<(WriteOp, StoreError)> = vec![
        (create(r#"{"id":"old"}"#), StoreError::Conflict),
        (create(r#"{"id":"new"}"#), StoreError::Conflict),
        (replace(r#"{"id":"none"}"#, None), StoreError::NotFound),
        (
            replace(r#"{"id":"old"}"#, Some(Etag::new("x"))),
            StoreError::PreconditionFailed,
        ),
        (delete("none"), StoreError::NotFound),
    ];
    for (write, error) in bad {
        let writes = [
            create(r#"{"id":"new"}"#),
            upsert(r#"{"id":"old","n":2}"#),
            write.clone(),
            delete("old"),
        ];
        let outcome = subject.store.transact(&notes(), &ada(), &writes).await.unwrap_err();
        assert_eq!((outcome.index, outcome.error), (Some(2), error), "{write:?}");
        assert_eq!(subject.all("SELECT VALUE c.n FROM c", 10).await, [1]);
    }
    let writes = [create(r#"{"id":"new"}"#), create("nonsense")];
    let outcome = subject.store.transact(&notes(), &ada(), &writes).await.unwrap_err();
    assert!(outcome.index == Some(1) && matches!(outcome.error, StoreError::Invalid(_)));
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("new")).await,
        Err(StoreError::NotFound)
    );
}

pub(crate) async fn its_size_is_bounded(subject: &Subject) {
    let outcome = subject.store.transact(&notes(), &ada(), &[]).await.unwrap_err();
    assert!(outcome.index.is_none() && matches!(outcome.error, StoreError::Invalid(_)));
    let outcome = subject
        .store
        .transact(&notes(), &ada(), &vec![create("{}"); 101])
        .await
        .unwrap_err();
    assert!(outcome.index.is_none() && matches!(outcome.error, StoreError::Invalid(_)));
    let half = format!(r#"{{"p":"{}"}}"#, "x".repeat(1024 * 1024));
    let outcome = subject
        .store
        .transact(&notes(), &ada(), &[create(&half), create(&half)])
        .await
        .unwrap_err();
    assert_eq!((outcome.index, outcome.error), (None, StoreError::TooLarge));
    let written = subject
        .store
        .transact(&notes(), &ada(), &vec![create("{}"); 100])
        .await
        .unwrap();
    assert_eq!(written.len(), 100);
    assert_eq!(subject.all("SELECT VALUE COUNT(1) FROM c", 10).await, [100]);
}
