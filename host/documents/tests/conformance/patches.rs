//! Patches. Source of the expectations: Azure Cosmos DB, "Partial document update", supported operations.

use serde_json::{Value, json};
use usher_documents::{Etag, PatchOperation, PatchOptions, StoreError};

use super::{Subject, ada, id, is_invalid, notes};

fn add(path: &str, value: &str) -> PatchOperation {
    PatchOperation::Add {
        path: path.to_owned(),
        value: value.to_owned(),
    }
}

fn set(path: &str, value: &str) -> PatchOperation {
    PatchOperation::Set {
        path: path.to_owned(),
        value: value.to_owned(),
    }
}

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::Replace {
        path: path.to_owned(),
        value: value.to_owned(),
    }
}

fn remove(path: &str) -> PatchOperation {
    PatchOperation::Remove { path: path.to_owned() }
}

fn increment(path: &str, by: f64) -> PatchOperation {
    PatchOperation::Increment {
        path: path.to_owned(),
        by,
    }
}

fn move_to(from: &str, path: &str) -> PatchOperation {
    PatchOperation::Move {
        from: from.to_owned(),
        path: path.to_owned(),
    }
}

async fn patch(subject: &Subject, operations: &[PatchOperation]) -> Result<Value, StoreError> {
    let item = subject
        .store
        .patch(&notes(), &ada(), &id("a"), operations, &PatchOptions::default())
        .await?;
    let read = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(item, read, "a patch gives the item as it is then");
    Ok(serde_json::from_str(&item.body).unwrap())
}

const BODY: &str = r#"{"id":"a","n":1,"s":"x","list":[1,2,3],"o":{"p":1,"a/b":2,"m~n":3}}"#;

pub(crate) async fn each_operation_does_what_is_documented(subject: &Subject) {
    let start: Value = serde_json::from_str(BODY).unwrap();
    let cases: Vec<(PatchOperation, &str, Option<Value>)> = vec![
        (add("/new", "[1]"), "/new", Some(json!([1]))),
        (add("/n", "7"), "/n", Some(json!(7))),
        (add("/list/1", "9"), "/list", Some(json!([1, 9, 2, 3]))),
        (add("/list/3", "9"), "/list", Some(json!([1, 2, 3, 9]))),
        (add("/list/-", "9"), "/list", Some(json!([1, 2, 3, 9]))),
        (set("/list/1", "9"), "/list", Some(json!([1, 9, 3]))),
        (set("/o/q", "{\"r\":1}"), "/o/q", Some(json!({"r": 1}))),
        (set("/o/a~1b", "9"), "/o/a~1b", Some(json!(9))),
        (set("/o/m~0n", "9"), "/o/m~0n", Some(json!(9))),
        (replace("/s", "null"), "/s", Some(Value::Null)),
        (replace("/list/0", "\"z\""), "/list", Some(json!(["z", 2, 3]))),
        (remove("/o/p"), "/o/p", None),
        (remove("/list/0"), "/list", Some(json!([2, 3]))),
        (increment("/n", -2.5), "/n", Some(json!(-1.5))),
        (increment("/count", 2.0), "/count", Some(json!(2))),
        (increment("/list/2", 1.0), "/list", Some(json!([1, 2, 4]))),
        (move_to("/o/p", "/q"), "/q", Some(json!(1))),
        (move_to("/list/0", "/list/-"), "/list", Some(json!([2, 3, 1]))),
    ];
    for (operation, pointer, expected) in cases {
        subject.put(&ada(), BODY).await;
        let patched = patch(subject, std::slice::from_ref(&operation))
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error}"));
        assert_eq!(patched.pointer(pointer), expected.as_ref(), "{operation:?}");
        assert_eq!(patched["id"], start["id"]);
    }
    for operation in [
        add("/list/4", "1"),
        add("/nowhere/x", "1"),
        set("/list/5", "1"),
        set("/s/x", "1"),
        replace("/none", "1"),
        replace("/list/3", "1"),
        replace("/list/-", "1"),
        remove("/none"),
        remove("/list/3"),
        remove("/list/01"),
        increment("/s", 1.0),
        increment("/none/x", 1.0),
        move_to("/none", "/x"),
        move_to("/o", "/o/p"),
        set("/n", "nonsense"),
        set("/ttl", "0"),
        increment("/n", f64::NAN),
    ] {
        subject.put(&ada(), BODY).await;
        let outcome = patch(subject, std::slice::from_ref(&operation)).await;
        assert!(is_invalid(&outcome), "{operation:?}: {outcome:?}");
    }
}

pub(crate) async fn a_patch_is_all_or_nothing(subject: &Subject) {
    subject.put(&ada(), BODY).await;
    let before = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert!(is_invalid(&patch(subject, &[set("/n", "2"), remove("/none")]).await));
    assert_eq!(subject.store.read(&notes(), &ada(), &id("a")).await.unwrap(), before);
    let both = patch(subject, &[set("/n", "2"), increment("/n", 3.0)]).await.unwrap();
    assert_eq!(both["n"], 5);
    assert!(is_invalid(&patch(subject, &[]).await));
    let eleven = vec![increment("/n", 1.0); 11];
    assert!(is_invalid(&patch(subject, &eleven).await));
}

pub(crate) async fn a_path_out_of_reach_is_invalid(subject: &Subject) {
    subject.put(&ada(), BODY).await;
    for path in [
        "",
        "n",
        "/",
        "/id",
        "/id/x",
        "/_ts",
        "/_etag",
        "/_rid",
        "/user_id",
        "/user_id/x",
        "/a~2",
        "/~",
    ] {
        for operation in [
            add(path, "1"),
            set(path, "1"),
            replace(path, "1"),
            remove(path),
            increment(path, 1.0),
            move_to("/n", path),
        ] {
            let outcome = patch(subject, std::slice::from_ref(&operation)).await;
            assert!(is_invalid(&outcome), "{operation:?}: {outcome:?}");
        }
    }
    assert!(is_invalid(&patch(subject, &[move_to("/user_id", "/x")]).await));
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(super::json(&item.body), super::json(BODY));
}

pub(crate) async fn conditions_hold_or_fail_the_precondition(subject: &Subject) {
    subject.put(&ada(), BODY).await;
    let apply = async |condition: Option<&str>, if_match: Option<Etag>| {
        let options = PatchOptions {
            if_match,
            condition: condition.map(str::to_owned),
        };
        subject
            .store
            .patch(&notes(), &ada(), &id("a"), &[increment("/n", 1.0)], &options)
            .await
    };
    let etag = apply(Some("FROM c WHERE c.n = 1 AND c.s = 'x'"), None)
        .await
        .unwrap()
        .etag;
    assert_eq!(
        apply(Some("FROM c WHERE c.n = 1"), None).await,
        Err(StoreError::PreconditionFailed)
    );
    assert_eq!(
        apply(Some("from c where c.none > 1"), None).await,
        Err(StoreError::PreconditionFailed)
    );
    assert_eq!(
        apply(None, Some(Etag::new("\"old\""))).await,
        Err(StoreError::PreconditionFailed)
    );
    apply(Some("FROM c WHERE c._ts > 0 AND IS_DEFINED(c._etag)"), Some(etag))
        .await
        .unwrap();
    for bad in [
        "",
        "WHERE c.n = 1",
        "SELECT * FROM c",
        "FROM c",
        "FROM c WHERE",
        "FROM c WHERE d.n = 1",
        "FROM c WHERE c.n = @p",
    ] {
        assert!(is_invalid(&apply(Some(bad), None).await), "{bad}");
    }
    let item = subject.store.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert!(item.body.contains(r#""n":3"#), "{}", item.body);
}

pub(crate) async fn concurrent_increments_all_count(subject: &Subject) {
    subject.put(&ada(), r#"{"id":"a","n":0}"#).await;
    let increments: Vec<_> = (0..64)
        .map(|_| {
            let store = subject.store.clone();
            tokio::spawn(async move {
                store
                    .patch(
                        &notes(),
                        &ada(),
                        &id("a"),
                        &[increment("/n", 1.0)],
                        &PatchOptions::default(),
                    )
                    .await
            })
        })
        .collect();
    for increment in increments {
        increment.await.unwrap().unwrap();
    }
    assert_eq!(
        subject.store.read(&notes(), &ada(), &id("a")).await.unwrap().body,
        r#"{"id":"a","n":64}"#
    );
}
