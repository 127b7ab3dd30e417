//! Opening, closing and opening again.

use std::path::Path;

use usher_documents::{
    ContainerDefinition, DocumentStore, EmbeddedStore, Etag, OpenError, PartitionKey, PropertyPath, QueryOptions,
    Scope, StoreError,
};

use crate::conformance::{ada, id, notes, wide};
use crate::settings;

fn open(directory: &Path) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open(settings(directory))
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut etags: Vec<(String, Etag)> = Vec::new();
    for round in 0..3 {
        let store = open(directory.path()).unwrap();
        for (name, etag) in &etags {
            let item = store.read(&notes(), &ada(), &id(name)).await.unwrap();
            assert_eq!(item.etag, *etag);
        }
        for index in 0..20 {
            let name = format!("{round}-{index}");
            let body = format!(r#"{{"id":"{name}"}}"#);
            let etag = store.create(&notes(), &ada(), &body).await.unwrap().etag;
            assert!(
                etags.iter().all(|(_, other)| *other != etag),
                "etags are unique over starts"
            );
            etags.push((name, etag));
        }
        if round == 1 {
            store.close().await;
            let closed = store.read(&notes(), &ada(), &id("0-0")).await;
            assert!(matches!(closed, Err(StoreError::Unavailable(_))));
            let closed = store.create(&notes(), &ada(), "{}").await;
            assert!(matches!(closed, Err(StoreError::Unavailable(_))));
        }
    }
    assert!(
        !directory.path().join("documents.db-wal").exists(),
        "a clean end leaves one file"
    );
}

#[tokio::test]
async fn a_second_store_on_the_same_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    let error = open(directory.path()).unwrap_err();
    assert!(matches!(&error, OpenError::InUse { path } if path == directory.path()));
    assert!(error.to_string().contains(&directory.path().display().to_string()));
    first.create(&notes(), &ada(), "{}").await.unwrap();
    drop(first);
    open(directory.path()).unwrap();
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("documents.db");
    std::fs::write(
        &file,
        "not a database, but a text that is long enough to look at".repeat(100),
    )
    .unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(matches!(open(directory.path()).unwrap_err(), OpenError::NotOurs { path } if path == file));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::remove_file(&file).unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(other);
    assert!(matches!(open(directory.path()).unwrap_err(), OpenError::NotOurs { .. }));
}

#[test]
fn a_file_of_a_later_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    assert!(matches!(
        open(directory.path()).unwrap_err(),
        OpenError::Newer {
            found: 99,
            known: 3,
            ..
        }
    ));
}

#[test]
fn a_container_keeps_its_partition_key() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let mut changed = settings(directory.path());
    changed.containers[0].partition_paths = vec![PropertyPath::new("/owner").unwrap()];
    let error = EmbeddedStore::open(changed.clone()).unwrap_err();
    assert!(
        error.to_string().contains("/user_id") && error.to_string().contains("/owner"),
        "{error}"
    );
    changed.containers[0].partition_paths = Vec::new();
    assert!(matches!(EmbeddedStore::open(changed).unwrap_err(), OpenError::PartitionPaths(name) if name == notes()));
    let mut twice = settings(directory.path());
    let again: ContainerDefinition = twice.containers[0].clone();
    twice.containers.push(again);
    assert!(matches!(EmbeddedStore::open(twice).unwrap_err(), OpenError::ConfiguredTwice(name) if name == notes()));
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a/b");
    let _store = open(&directory).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for file in std::fs::read_dir(&directory).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_damaged_body_is_the_operators_problem() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    store.create(&notes(), &ada(), r#"{"id":"a"}"#).await.unwrap();
    drop(store);
    let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
    file.execute("UPDATE items_1 SET body = 'broken'", []).unwrap();
    drop(file);
    let store = open(directory.path()).unwrap();
    let options = QueryOptions::default();
    let page = store
        .query(
            &notes(),
            Scope::Partition(&ada()),
            "SELECT c.x FROM c",
            "{}",
            &options,
            &wide(),
        )
        .await;
    let error = page.unwrap_err();
    assert_eq!(error.to_string(), "the store can't be reached");
    assert!(error.cause().unwrap().to_string().contains("stored body"));
}

/// Writes over a part of the file, as a failing disk does.
fn damage(file: &Path) {
    use std::os::unix::fs::FileExt;
    let open = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let length = open.metadata().unwrap().len();
    open.write_all_at(&[0xff; 8192], length / 2 / 4096 * 4096).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_found_at_the_start_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    for number in 0..50 {
        let body = format!(r#"{{"id":"{number}","p":"{}"}}"#, "x".repeat(10_000));
        store.create(&notes(), &ada(), &body).await.unwrap();
    }
    drop(store);
    let file = directory.path().join("documents.db");
    damage(&file);
    let before = std::fs::read(&file).unwrap();
    let error = open(directory.path()).unwrap_err();
    assert!(
        matches!(&error, OpenError::Damaged { path, .. } if *path == file),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains(&file.display().to_string()) && text.contains("backup"),
        "{text}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before, "it is left as it was found");
    // Nor does a backup pass it on.
    let copy = directory.path().join("copy.db");
    assert!(
        usher_documents::Snapshot::open(directory.path())
            .unwrap()
            .back_up(&copy, false)
            .is_err()
    );
    assert!(!copy.exists());
}

fn key(owner: &str) -> PartitionKey {
    PartitionKey::single(owner).unwrap()
}

/// What versions of usher wrote before partition keys had numbers: in format 1 without the table of indexes.
fn earlier_file(directory: &Path, format: u8) {
    let file = rusqlite::Connection::open(directory.join("documents.db")).unwrap();
    file.execute_batch(
        r#"CREATE TABLE containers (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partition_paths TEXT NOT NULL) STRICT;
        INSERT INTO containers VALUES (1, 'notes', '/user_id');
        CREATE TABLE items_1 (
            position INTEGER PRIMARY KEY, partition TEXT NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL,
            timestamp INTEGER NOT NULL, expires INTEGER, body TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX items_1_by_id ON items_1 (partition, id);
        CREATE INDEX items_1_by_partition ON items_1 (partition);
        CREATE INDEX items_1_by_expiry ON items_1 (expires) WHERE expires IS NOT NULL;
        INSERT INTO items_1 VALUES
            (2, '["ada"]', 'a', '"1"', 1800000000, NULL, '{"id":"a","n":1}'),
            (3, '["bob"]', 'a', '"2"', 1800000000, NULL, '{"id":"a","n":2}'),
            (5, '["ada"]', 'b', '"3"', 1800000000, NULL, '{"id":"b","n":3}'),
            (6, '["eve"]', 'c', '"4"', 1, 1, '{"id":"c","ttl":1}');
        PRAGMA application_id = 0x75736872;"#,
    )
    .unwrap();
    if format > 1 {
        file.execute_batch(
            "CREATE TABLE indexes (
                number INTEGER PRIMARY KEY, container INTEGER NOT NULL, path TEXT NOT NULL, UNIQUE (container, path)
            ) STRICT;
            INSERT INTO indexes VALUES (1, 1, '/n');
            CREATE INDEX items_by_key_1 ON items_1 (partition, position);",
        )
        .unwrap();
    }
    file.pragma_update(None, "user_version", format).unwrap();
}

#[tokio::test]
async fn files_of_earlier_formats_are_taken_over() {
    for format in [1, 2] {
        let directory = tempfile::tempdir().unwrap();
        earlier_file(directory.path(), format);
        let mut settings = settings(directory.path());
        let snapshot = usher_documents::Snapshot::open(directory.path()).unwrap();
        assert_eq!(snapshot.containers().unwrap().len(), 1);
        let copy = directory.path().join("copy.db");
        snapshot.back_up(&copy, false).unwrap();
        let refused = snapshot.export(&directory.path().join("lines"), false).unwrap_err();
        assert!(refused.to_string().contains("start it once"), "{refused}");
        drop(snapshot);

        settings.containers[0].indexes = vec![PropertyPath::new("/n").unwrap()];
        for _ in 0..2 {
            let store = EmbeddedStore::open(settings.clone()).unwrap();
            let item = store.read(&notes(), &key("ada"), &id("b")).await.unwrap();
            assert_eq!(
                (item.body.as_str(), item.etag.as_str(), item.timestamp),
                (r#"{"id":"b","n":3}"#, "\"3\"", 1_800_000_000)
            );
            let options = QueryOptions::default();
            for (scope, sql, expected) in [
                (
                    Scope::Partition(&key("ada")),
                    "SELECT VALUE c.n FROM c ORDER BY c.n DESC",
                    "[3,1]",
                ),
                (Scope::Partition(&key("bob")), "SELECT VALUE c.n FROM c", "[2]"),
                (Scope::Partition(&key("eve")), "SELECT VALUE c.id FROM c", "[]"),
                (Scope::Whole, "SELECT VALUE c.n FROM c", "[1,2,3]"),
            ] {
                let page = store
                    .query(&notes(), scope, sql, "{}", &options, &wide())
                    .await
                    .unwrap();
                assert_eq!(page.items, expected, "format {format}: {sql}");
            }
        }
        let snapshot = usher_documents::Snapshot::open(directory.path()).unwrap();
        snapshot.export(&directory.path().join("lines"), false).unwrap();
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_partition_whose_last_item_went() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    for owner in ["ada", "bob"] {
        store.create(&notes(), &key(owner), r#"{"id":"a"}"#).await.unwrap();
    }
    store.delete(&notes(), &key("ada"), &id("a"), None).await.unwrap();
    drop(store);
    drop(open(directory.path()).unwrap());
    let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
    let left: String = file
        .query_row("SELECT group_concat(key) FROM partitions", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, r#"["bob"]"#);
}
