//! Nobody sees or touches another partition.

use usher_documents::{PartitionKey, PatchOperation, PatchOptions, QueryOptions, Scope, StoreError, WriteOp};

use super::{Subject, ada, bob, id, is_invalid, notes, tenants, wide};

pub(crate) async fn no_operation_reaches_another_partition(subject: &Subject) {
    let (store, notes, name) = (&subject.store, notes(), id("a"));
    let body = r#"{"id":"a","secret":"bob's"}"#;
    let etag = store.create(&notes, &bob(), body).await.unwrap().etag;
    assert_eq!(store.read(&notes, &ada(), &name).await, Err(StoreError::NotFound));
    assert_eq!(
        store
            .read_many(&notes, &ada(), std::slice::from_ref(&name))
            .await
            .unwrap(),
        [None]
    );
    assert_eq!(
        store.replace(&notes, &ada(), r#"{"id":"a"}"#, Some(&etag)).await,
        Err(StoreError::NotFound)
    );
    assert_eq!(
        store.delete(&notes, &ada(), &name, Some(&etag)).await,
        Err(StoreError::NotFound)
    );
    let remove = [PatchOperation::Remove {
        path: "/secret".to_owned(),
    }];
    let patched = store
        .patch(&notes, &ada(), &name, &remove, &PatchOptions::default())
        .await;
    assert_eq!(patched, Err(StoreError::NotFound));
    let delete = [WriteOp::Delete {
        id: name.clone(),
        if_match: None,
    }];
    assert_eq!(
        store.transact(&notes, &ada(), &delete).await.unwrap_err().error,
        StoreError::NotFound
    );
    // The same id is free in ada's partition, and bob's item stays what it was.
    store.create(&notes, &ada(), r#"{"id":"a","mine":1}"#).await.unwrap();
    store.delete(&notes, &ada(), &name, None).await.unwrap();
    let item = store.read(&notes, &bob(), &name).await.unwrap();
    assert_eq!((item.body.as_str(), item.etag), (body, etag));
}

pub(crate) async fn no_query_reaches_another_partition(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"mine","owner":"ada"}"#).await;
    subject.put(&bob(), r#"{"id":"his","owner":"bob"}"#).await;
    for sql in [
        "SELECT VALUE c.owner FROM c",
        "SELECT VALUE c.owner FROM c WHERE true OR c.user_id = 'bob'",
        "SELECT VALUE c.owner FROM c WHERE c.id = 'his' OR true",
        "SELECT VALUE c.owner FROM c WHERE NOT (c.user_id = 'ada') OR NOT IS_DEFINED(c.user_id)",
        "SELECT VALUE c.owner FROM notes c WHERE 1 = 1 OR c.partition = '[\"bob\"]' -- ' OR 1=1",
        "SELECT VALUE c.owner FROM c ORDER BY c.owner DESC",
        "SELECT DISTINCT VALUE c.owner FROM c",
        "SELECT VALUE MAX(c.owner) FROM c",
        "SELECT VALUE c.owner FROM c GROUP BY c.owner",
    ] {
        assert_eq!(subject.all(sql, 10).await, ["ada"], "{sql}");
    }
    for sql in [
        "SELECT VALUE c.owner FROM c WHERE c.id = 'his'",
        "SELECT * FROM c WHERE c.owner = 'bob'",
        "SELECT VALUE c.user_id FROM c",
        "SELECT VALUE c['user_id'] FROM c",
    ] {
        assert_eq!(subject.all(sql, 10).await.len(), 0, "{sql}");
    }
}

pub(crate) async fn a_body_cannot_name_its_partition(subject: &Subject) {
    for body in [
        r#"{"id":"a","user_id":"bob"}"#,
        r#"{"id":"a","user_id":"ada"}"#,
        r#"{"id":"a","\u0075ser_id":1}"#,
    ] {
        for outcome in [
            subject.store.create(&notes(), &ada(), body).await,
            subject.store.upsert(&notes(), &ada(), body).await,
            subject.store.replace(&notes(), &ada(), body, None).await,
        ] {
            assert!(
                matches!(&outcome, Err(StoreError::Invalid(what)) if what.contains("host")),
                "{outcome:?}"
            );
        }
        let write = [WriteOp::Upsert { body: body.to_owned() }];
        let error = subject.store.transact(&notes(), &ada(), &write).await.unwrap_err();
        assert!(error.index == Some(0) && matches!(error.error, StoreError::Invalid(_)));
    }
    // Another spelling is another property, and belongs to the item.
    subject
        .put(&ada(), r#"{"id":"a","User_Id":"bob","inner":{"user_id":"bob"}}"#)
        .await;
    assert_eq!(subject.all("SELECT VALUE c.User_Id FROM c", 10).await, ["bob"]);
    let body = r#"{"id":"a","oid":"x"}"#;
    let key = PartitionKey::hierarchical(["t".to_owned(), "o".to_owned()]).unwrap();
    assert!(is_invalid(&subject.store.create(&tenants(), &key, body).await));
}

pub(crate) async fn a_continuation_of_one_partition_shows_nothing_of_another(subject: &Subject) {
    for index in 0..6 {
        subject
            .put(&bob(), &format!(r#"{{"id":"b{index}","owner":"bob","n":{index}}}"#))
            .await;
        subject
            .put(&ada(), &format!(r#"{{"id":"a{index}","owner":"ada","n":{index}}}"#))
            .await;
    }
    for sql in [
        "SELECT * FROM c",
        "SELECT * FROM c ORDER BY c.n",
        "SELECT c.owner, c.n FROM c GROUP BY c.owner, c.n",
    ] {
        let first = QueryOptions {
            max_items: Some(2),
            continuation: None,
        };
        let page = subject
            .store
            .query(&notes(), Scope::Partition(&bob()), sql, "{}", &first, &wide())
            .await
            .unwrap();
        let next = QueryOptions {
            max_items: None,
            continuation: page.continuation,
        };
        assert!(next.continuation.is_some());
        let page = subject.page(sql, "{}", &next).await.unwrap();
        assert!(!page.items.contains("bob"), "{sql}: {}", page.items);
    }
}

pub(crate) async fn levels_of_a_key_do_not_run_together(subject: &Subject) {
    let key = |tid: &str, oid: &str| PartitionKey::hierarchical([tid.to_owned(), oid.to_owned()]).unwrap();
    let keys = [
        key("a", "bc"),
        key("ab", "c"),
        key("a\",\"b", "c"),
        key("a", "b\",\"c"),
        key("a,b", "c"),
        key("A", "bc"),
        key("a", "bc "),
    ];
    for (index, key) in keys.iter().enumerate() {
        let body = format!(r#"{{"id":"x","index":{index}}}"#);
        subject.store.create(&tenants(), key, &body).await.unwrap();
    }
    for (index, key) in keys.iter().enumerate() {
        let item = subject.store.read(&tenants(), key, &id("x")).await.unwrap();
        assert_eq!(item.body, format!(r#"{{"id":"x","index":{index}}}"#));
    }
    // A key with too few levels is a fault of the host, not a wider scope.
    let short = PartitionKey::single("a").unwrap();
    assert!(matches!(
        subject.store.read(&tenants(), &short, &id("x")).await,
        Err(StoreError::Unavailable(_))
    ));
}

pub(crate) async fn the_whole_scope_sees_all_partitions_but_not_their_keys(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"1","n":1}"#).await;
    subject.put(&bob(), r#"{"id":"1","n":2}"#).await;
    let whole = async |sql: &str| {
        let page = subject
            .store
            .query(&notes(), Scope::Whole, sql, "{}", &QueryOptions::default(), &wide())
            .await;
        page.unwrap().items
    };
    assert_eq!(whole("SELECT VALUE c.n FROM c ORDER BY c.n").await, "[1,2]");
    assert_eq!(whole("SELECT VALUE SUM(c.n) FROM c WHERE c.id = '1'").await, "[3]");
    assert_eq!(whole("SELECT VALUE c.user_id FROM c").await, "[]");
    let all: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(&whole("SELECT * FROM c").await).unwrap();
    assert_eq!(all.len(), 2);
    for item in all {
        let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["_etag", "_ts", "id", "n"]);
    }
}
