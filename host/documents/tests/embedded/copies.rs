//! Backups, exports and imports.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use usher_documents::{
    Clock, CopyError, DocumentStore, EmbeddedStore, ImportError, OpenError, PartitionKey, PropertyPath, Snapshot,
    SnapshotError, WriteOp, import,
};

use crate::conformance::{ada, bob, definitions, id, notes, tenants};
use crate::settings;

/// What is in a directory, by name.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn restore(backup: &Path) -> (tempfile::TempDir, EmbeddedStore) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(backup, directory.path().join("documents.db")).unwrap();
    let store = EmbeddedStore::open(settings(directory.path())).unwrap();
    (directory, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_a_host_that_writes_is_one_moment_of_its_store() {
    let (directory, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut settings = settings(directory.path());
    settings.containers[0].indexes = vec![PropertyPath::new("/n").unwrap()];
    let store = Arc::new(EmbeddedStore::open(settings).unwrap());
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writer = tokio::spawn({
        let (store, acknowledged) = (Arc::clone(&store), Arc::clone(&acknowledged));
        async move {
            for number in 0.. {
                let halves = ["x", "y"].map(|half| WriteOp::Create {
                    body: format!(r#"{{"id":"{number}-{half}","n":{number}}}"#),
                });
                store.transact(&notes(), &ada(), &halves).await.unwrap();
                acknowledged.store(number + 1, Ordering::SeqCst);
            }
        }
    });
    let (mut before, mut files) = (Vec::new(), Vec::new());
    for round in 0..3 {
        while acknowledged.load(Ordering::SeqCst) < 100 * (round + 1) {
            tokio::task::yield_now().await;
        }
        before.push(acknowledged.load(Ordering::SeqCst));
        let file = copies.path().join(format!("{round}.db"));
        let bytes = Snapshot::open(directory.path()).unwrap().back_up(&file, false).unwrap();
        assert_eq!(bytes, std::fs::metadata(&file).unwrap().len());
        files.push(file);
    }
    // It wrote on meanwhile, and still does.
    assert!(!writer.is_finished());
    writer.abort();
    for (file, before) in files.iter().zip(before) {
        let (directory, copy) = restore(file);
        for number in 0..before {
            copy.read(&notes(), &ada(), &id(&format!("{number}-x"))).await.unwrap();
        }
        copy.create(&notes(), &ada(), r#"{"id":"goes on"}"#).await.unwrap();
        drop(copy);
        let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
        let count = |half: &str| {
            let sql = format!("SELECT count(*) FROM items_1 WHERE id LIKE '%-{half}'");
            file.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count("x"), count("y"), "nothing is half-copied");
    }
}

#[tokio::test]
async fn a_copy_is_for_its_owner_and_replaces_nothing_unasked() {
    let (directory, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = EmbeddedStore::open(settings(directory.path())).unwrap();
    store.create(&notes(), &ada(), r#"{"id":"a"}"#).await.unwrap();
    let snapshot = Snapshot::open(directory.path()).unwrap();
    let (backup, export) = (copies.path().join("backup.db"), copies.path().join("export.jsonl"));
    snapshot.back_up(&backup, false).unwrap();
    snapshot.export(&export, false).unwrap();
    #[cfg(unix)]
    for file in [&backup, &export] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for file in [&backup, &export] {
        std::fs::write(file, "precious").unwrap();
    }
    let exists = |error: SnapshotError| matches!(error, SnapshotError::Copy(CopyError::Exists { .. }));
    assert!(exists(snapshot.back_up(&backup, false).unwrap_err()));
    assert!(exists(snapshot.export(&export, false).unwrap_err()));
    for file in [&backup, &export] {
        assert_eq!(std::fs::read(file).unwrap(), b"precious");
    }
    snapshot.back_up(&backup, true).unwrap();
    snapshot.export(&export, true).unwrap();
    restore(&backup).1.read(&notes(), &ada(), &id("a")).await.unwrap();
    assert_eq!(
        names(copies.path()),
        ["backup.db", "export.jsonl"],
        "nothing half-made is left"
    );
    let nowhere = copies.path().join("none/backup.db");
    assert!(matches!(
        snapshot.back_up(&nowhere, false).unwrap_err(),
        SnapshotError::Copy(CopyError::File { .. })
    ));
}

#[test]
fn there_must_be_a_store_to_copy() {
    let directory = tempfile::tempdir().unwrap();
    let error = Snapshot::open(directory.path()).unwrap_err();
    assert!(matches!(&error, OpenError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound));
    assert_eq!(names(directory.path()), [] as [&str; 0], "looking makes nothing");
}

/// The items of an export, by where they are: container, partition, item.
fn exported(directory: &Path) -> Vec<(String, String, String)> {
    let copies = tempfile::tempdir().unwrap();
    let file = copies.path().join("export.jsonl");
    Snapshot::open(directory).unwrap().export(&file, false).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let mut items: Vec<_> = text
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["ts"].as_u64().unwrap() > 0 && line["etag"].as_str().unwrap().starts_with('"'));
            let of = |name: &str| line[name].to_string();
            (of("container"), of("partition"), of("item"))
        })
        .collect();
    items.sort();
    items
}

async fn fill(store: &EmbeddedStore) {
    for number in 0..250 {
        let body = format!(r#"{{"id":"{number}","n":{number}}}"#);
        store.create(&notes(), &ada(), &body).await.unwrap();
    }
    let strange = "{\"id\":\"ä \\\"\",\n \"ttl\": 100000,\r\n \"text\": \"line\\nline\",\"n\":1e2,\"deep\":[{}]}";
    store.create(&notes(), &bob(), strange).await.unwrap();
    store
        .create(&notes(), &bob(), r#"{"id":"is over","ttl":1}"#)
        .await
        .unwrap();
    let user = PartitionKey::hierarchical(["tenant".to_owned(), "user".to_owned()]).unwrap();
    store.create(&tenants(), &user, r#"{"id":"0"}"#).await.unwrap();
}

#[tokio::test]
async fn an_export_is_imported_as_it_was_and_again_without_harm() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = from.path().join("export.jsonl");
    let mut past = settings(from.path());
    // So long ago that the items with a short lifetime are over.
    past.clock = Clock::new(|| 1_000_000_000);
    let store = EmbeddedStore::open(past).unwrap();
    fill(&store).await;
    store
        .upsert(&notes(), &bob(), r#"{"id":"stays","ttl":2147483647}"#)
        .await
        .unwrap();
    let counts = Snapshot::open(from.path()).unwrap().export(&file, false).unwrap();
    assert_eq!(counts, BTreeMap::from([(notes(), 251), (tenants(), 1)]));
    let other = EmbeddedStore::open(settings(to.path())).unwrap();
    other
        .create(&notes(), &ada(), r#"{"id":"0","n":"older"}"#)
        .await
        .unwrap();
    other.create(&notes(), &ada(), r#"{"id":"its own"}"#).await.unwrap();
    for _ in 0..2 {
        let imported = import(&other, &definitions(), &file).await.unwrap();
        assert_eq!(imported, counts);
    }
    let mut wanted = exported(from.path());
    wanted.push((
        r#""notes""#.to_owned(),
        r#"["ada"]"#.to_owned(),
        r#"{"id":"its own"}"#.to_owned(),
    ));
    wanted.sort();
    assert_eq!(exported(to.path()), wanted);
}

#[tokio::test]
async fn an_item_keeps_its_text_through_an_export() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = from.path().join("export.jsonl");
    let store = EmbeddedStore::open(settings(from.path())).unwrap();
    let strange = "{\"id\":\"ä\",\"text\": \"line\\nline \\u0000 \\ud83d\\ude00\",\n \"n\": 1.10,\r\n \"big\":123456789012345678901234567890}";
    store.create(&notes(), &ada(), strange).await.unwrap();
    Snapshot::open(from.path()).unwrap().export(&file, false).unwrap();
    let other = EmbeddedStore::open(settings(to.path())).unwrap();
    import(&other, &definitions(), &file).await.unwrap();
    let read = async |store: &EmbeddedStore| store.read(&notes(), &ada(), &id("ä")).await.unwrap().body;
    assert_eq!(read(&store).await.replace(['\n', '\r'], " "), read(&other).await);
}

#[tokio::test]
async fn a_bad_line_is_named_and_nothing_is_imported() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(settings(directory.path())).unwrap();
    let file = directory.path().join("import.jsonl");
    let good = r#"{"container":"notes","partition":["ada"],"item":{"id":"a"},"etag":null}"#;
    let long = format!(
        r#"{{"container":"notes","partition":["ada"],"item":{{"id":"a","p":"{}"}}}}"#,
        "x".repeat(5 << 20)
    );
    for (bad, told) in [
        ("not JSON", "expected"),
        (r#"{"container":"notes","partition":["ada"]}"#, "item"),
        (
            r#"{"container":"none","partition":["ada"],"item":{"id":"a"}}"#,
            "no container `none`",
        ),
        (
            r#"{"container":"notes","partition":["ada","b"],"item":{"id":"a"}}"#,
            "1 levels",
        ),
        (
            r#"{"container":"notes","partition":[""],"item":{"id":"a"}}"#,
            "partition key",
        ),
        (r#"{"container":"notes","partition":["ada"],"item":{}}"#, "id"),
        (r#"{"container":"notes","partition":["ada"],"item":{"id":"a/b"}}"#, "id"),
        (
            r#"{"container":"notes","partition":["ada"],"item":{"id":"a","user_id":"bob"}}"#,
            "user_id",
        ),
        (
            r#"{"container":"notes","partition":["ada"],"item":{"id":"a"},"more":1}"#,
            "more",
        ),
        (&long, "longer"),
    ] {
        std::fs::write(&file, format!("{good}\n\n{bad}\n{good}\n")).unwrap();
        let error = import(&store, &definitions(), &file).await.unwrap_err();
        assert!(matches!(error, ImportError::Line { line: 3, .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(told) && !text.contains("ada"), "{text}");
    }
    assert_eq!(exported(directory.path()), []);
    // The last line needs no end.
    std::fs::write(&file, good).unwrap();
    assert_eq!(
        import(&store, &definitions(), &file).await.unwrap(),
        BTreeMap::from([(notes(), 1)])
    );
}
