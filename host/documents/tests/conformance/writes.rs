//! Create, read, upsert, replace, delete.

use usher_documents::{
    ContainerName, Etag, ItemId, MAX_ITEM_BYTES, MAX_READ_MANY, PatchOperation, PatchOptions, StoreError, WriteOp,
};

use super::{Subject, ada, id, is_invalid, json, notes};

pub(crate) async fn a_created_item_reads_back_as_it_was_written(subject: &Subject) {
    let body = r#"{"id":"a","text":"Gr\u00fc\u00dfe 🦀","n":1.50,"big":9007199254740993,"list":[1,{"x":null}]}"#;
    let written = subject.store.create(&notes(), &ada(), body).await.unwrap();
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!((item.id.as_str(), &item.etag), ("a", &written.etag));
    assert!(item.etag.as_str().starts_with('"') && item.etag.as_str().ends_with('"'));
    assert!(item.timestamp > 0);
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parse(&item.body), parse(body));
}

pub(crate) async fn a_body_without_id_gets_a_fresh_one(subject: &Subject) {
    let first = subject.store.create(&notes(), &ada(), "{}").await.unwrap();
    let second = subject.store.create(&notes(), &ada(), "{}").await.unwrap();
    assert_ne!(first.id, second.id);
    let body = subject.store.read(&notes(), &ada(), &first.id).await.unwrap().body;
    assert_eq!(body, format!(r#"{{"id":"{}"}}"#, first.id));
}

pub(crate) async fn creating_an_id_again_is_a_conflict_and_changes_nothing(subject: &Subject) {
    let first = subject
        .store
        .create(&notes(), &ada(), r#"{"id":"a","n":1}"#)
        .await
        .unwrap();
    let second = subject.store.create(&notes(), &ada(), r#"{"id":"a","n":2}"#).await;
    assert_eq!(second, Err(StoreError::Conflict));
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!((item.body.as_str(), item.etag), (r#"{"id":"a","n":1}"#, first.etag));
}

pub(crate) async fn reading_or_deleting_what_is_not_there_is_not_found(subject: &Subject) {
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await,
        Err(StoreError::NotFound)
    );
    assert_eq!(
        subject.store.delete(&notes(), &ada(), &id("a"), None).await,
        Err(StoreError::NotFound)
    );
    subject.put(&ada(), r#"{"id":"a"}"#).await;
    subject.store.delete(&notes(), &ada(), &id("a"), None).await.unwrap();
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await,
        Err(StoreError::NotFound)
    );
}

pub(crate) async fn replace_needs_an_item_and_upsert_does_not(subject: &Subject) {
    let replaced = subject
        .store
        .replace(&notes(), &ada(), r#"{"id":"a","n":1}"#, None)
        .await;
    assert_eq!(replaced, Err(StoreError::NotFound));
    subject
        .store
        .upsert(&notes(), &ada(), r#"{"id":"a","n":2}"#)
        .await
        .unwrap();
    subject
        .store
        .upsert(&notes(), &ada(), r#"{"id":"a","m":3}"#)
        .await
        .unwrap();
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a","m":3}"#
    );
    subject
        .store
        .replace(&notes(), &ada(), r#"{"id":"a","n":4}"#, None)
        .await
        .unwrap();
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a","n":4}"#
    );
}

pub(crate) async fn every_write_changes_the_etag(subject: &Subject) {
    let mut etags = std::collections::HashSet::new();
    for _ in 0..5 {
        assert!(
            etags.insert(
                subject
                    .store
                    .upsert(&notes(), &ada(), r#"{"id":"a"}"#)
                    .await
                    .unwrap()
                    .etag
            )
        );
        assert!(
            etags.insert(
                subject
                    .store
                    .replace(&notes(), &ada(), r#"{"id":"a"}"#, None)
                    .await
                    .unwrap()
                    .etag
            )
        );
    }
}

pub(crate) async fn a_write_with_an_old_etag_fails_the_precondition(subject: &Subject) {
    let old = subject
        .store
        .upsert(&notes(), &ada(), r#"{"id":"a","n":1}"#)
        .await
        .unwrap()
        .etag;
    let new = subject
        .store
        .upsert(&notes(), &ada(), r#"{"id":"a","n":2}"#)
        .await
        .unwrap()
        .etag;
    for stale in [&old, &Etag::new(""), &Etag::new("*")] {
        let replaced = subject
            .store
            .replace(&notes(), &ada(), r#"{"id":"a","n":3}"#, Some(stale))
            .await;
        assert_eq!(replaced, Err(StoreError::PreconditionFailed));
        let deleted = subject.store.delete(&notes(), &ada(), &id("a"), Some(stale)).await;
        assert_eq!(deleted, Err(StoreError::PreconditionFailed));
    }
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a","n":2}"#
    );
    subject
        .store
        .delete(&notes(), &ada(), &id("a"), Some(&new))
        .await
        .unwrap();
    let absent = subject
        .store
        .replace(&notes(), &ada(), r#"{"id":"a"}"#, Some(&new))
        .await;
    assert_eq!(absent, Err(StoreError::NotFound));
}

pub(crate) async fn of_many_writes_with_one_etag_exactly_one_wins(subject: &Subject) {
    let mut etag = subject
        .store
        .create(&notes(), &ada(), r#"{"id":"a"}"#)
        .await
        .unwrap()
        .etag;
    for round in 0..10 {
        let attempts: Vec<_> = (0..16)
            .map(|attempt| {
                let (store, etag) = (subject.store.clone(), etag.clone());
                let body = format!(r#"{{"id":"a","round":{round},"attempt":{attempt}}}"#);
                tokio::spawn(async move { store.replace(&notes(), &ada(), &body, Some(&etag)).await })
            })
            .collect();
        let mut winners = Vec::new();
        for attempt in attempts {
            match attempt.await.unwrap() {
                Ok(written) => winners.push(written.etag),
                Err(error) => assert_eq!(error, StoreError::PreconditionFailed),
            }
        }
        assert_eq!(winners.len(), 1);
        etag = winners.remove(0);
    }
}

pub(crate) async fn many_items_are_read_in_the_order_of_their_ids(subject: &Subject) {
    for name in ["a", "b"] {
        subject.put(&ada(), &format!(r#"{{"id":"{name}"}}"#)).await;
    }
    let ids = [id("b"), id("missing"), id("a"), id("b")];
    let items = subject.store.read_many(&notes(), &ada(), &ids).await.unwrap();
    let names: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().map(|item| item.id.as_str()))
        .collect();
    assert_eq!(names, [Some("b"), None, Some("a"), Some("b")]);
    assert_eq!(subject.store.read_many(&notes(), &ada(), &[]).await.unwrap(), []);
    let too_many = vec![id("a"); MAX_READ_MANY + 1];
    assert!(is_invalid(&subject.store.read_many(&notes(), &ada(), &too_many).await));
}

/// Every way in which a body gets into the store.
async fn every_write(subject: &Subject, body: &str) -> Vec<Result<(), StoreError>> {
    let (store, notes, ada) = (&subject.store, notes(), ada());
    let mut outcomes = vec![
        store.create(&notes, &ada, body).await.map(drop),
        store.upsert(&notes, &ada, body).await.map(drop),
        store.replace(&notes, &ada, body, None).await.map(drop),
    ];
    for write in [
        WriteOp::Create { body: body.to_owned() },
        WriteOp::Upsert { body: body.to_owned() },
        WriteOp::Replace {
            body: body.to_owned(),
            if_match: None,
        },
    ] {
        outcomes.push(
            store
                .transact(&notes, &ada, &[write])
                .await
                .map(drop)
                .map_err(|error| error.error),
        );
    }
    outcomes
}

pub(crate) async fn a_bad_body_is_invalid_on_every_path(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"a"}"#).await;
    let deep = format!(r#"{{"id":"a","d":{}{}}}"#, "[".repeat(128), "]".repeat(128));
    for body in [
        "",
        "[]",
        "7",
        "{",
        r#"{"id":7}"#,
        r#"{"id":"a","n":1e999}"#,
        r#"{"id":"a","ttl":0}"#,
        r#"{"id":"a"}{}"#,
        &deep,
    ] {
        for outcome in every_write(subject, body).await {
            assert!(is_invalid(&outcome), "{body}: {outcome:?}");
        }
    }
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a"}"#
    );
}

pub(crate) async fn a_bad_id_is_invalid_on_every_path(subject: &Subject) {
    let long = "x".repeat(256);
    for bad in [
        "",
        ".",
        "..",
        "a/b",
        "../../notes",
        "a\\b",
        "a?b",
        "a#b",
        "a\u{0}b",
        "a\nb",
        "\u{7f}",
        &long,
    ] {
        // Reading, patching and deleting take a type that can't hold such an id.
        assert!(ItemId::new(bad).is_err(), "{bad:?}");
        let body = serde_json::json!({ "id": bad }).to_string();
        for outcome in every_write(subject, &body).await {
            assert!(is_invalid(&outcome), "{bad:?}: {outcome:?}");
        }
    }
    assert_eq!(subject.all("SELECT VALUE c.id FROM c", 10).await.len(), 0);
}

pub(crate) async fn properties_of_the_store_are_dropped(subject: &Subject) {
    subject
        .put(
            &ada(),
            r#"{"_ts":1,"_etag":"x","_rid":1,"_self":1,"_attachments":1,"id":"a","_own":1}"#,
        )
        .await;
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(json(&item.body), json(r#"{"id":"a","_own":1}"#));
    assert_ne!((item.timestamp, item.etag.as_str()), (1, "x"));
}

pub(crate) async fn an_item_over_two_mebibytes_is_too_large(subject: &Subject) {
    let body = |size: usize| {
        format!(
            r#"{{"id":"a","p":"{}"}}"#,
            "x".repeat(size - r#"{"id":"a","p":""}"#.len())
        )
    };
    for outcome in every_write(subject, &body(MAX_ITEM_BYTES + 1)).await {
        assert_eq!(outcome, Err(StoreError::TooLarge));
    }
    subject.put(&ada(), &body(subject.largest_body)).await;
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(item.body.len(), subject.largest_body);
}

pub(crate) async fn an_unknown_container_is_told_apart(subject: &Subject) {
    let name = ContainerName::new("nowhere").unwrap();
    let error = StoreError::UnknownContainer(name.clone());
    assert_eq!(subject.store.read(&name, &ada(), &id("a")).await.unwrap_err(), error);
    assert_eq!(subject.store.create(&name, &ada(), "{}").await.unwrap_err(), error);
    assert_eq!(
        subject.store.transact(&name, &ada(), &[]).await.unwrap_err().error,
        error
    );
}

pub(crate) async fn the_deepest_item_can_be_queried_and_patched(subject: &Subject) {
    let levels = subject.deepest_item - 1;
    let body = format!(r#"{{"id":"a","n":1,"d":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    subject.put(&ada(), &body).await;
    for sql in [
        "SELECT VALUE c.id FROM c WHERE IS_ARRAY(c.d)",
        "SELECT VALUE c.id FROM c WHERE IS_OBJECT(c)",
    ] {
        assert_eq!(subject.all(sql, 10).await, ["a"], "{sql}");
    }
    let increment = [PatchOperation::Increment {
        path: "/n".to_owned(),
        by: 1.0,
    }];
    let patched = subject
        .store
        .patch(&notes(), &ada(), &id("a"), &increment, &PatchOptions::default())
        .await
        .unwrap();
    // A parser of the tests would refuse it.
    assert!(patched.body.contains("\"n\":2") && patched.body.len() == body.len());
    let deeper = [PatchOperation::Set {
        path: "/e".to_owned(),
        value: format!("{}{}", "[".repeat(128), "]".repeat(128)),
    }];
    assert!(is_invalid(
        &subject
            .store
            .patch(&notes(), &ada(), &id("a"), &deeper, &PatchOptions::default())
            .await
    ));
}
