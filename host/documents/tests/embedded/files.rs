//! Opening, closing and opening again.

use std::path::Path;

use usher_documents::{
    ContainerDefinition, DocumentStore, EmbeddedStore, Etag, OpenError, PropertyPath, QueryOptions, Scope, StoreError,
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
            known: 2,
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

#[tokio::test]
async fn a_file_of_the_first_format_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    store.create(&notes(), &ada(), r#"{"id":"old"}"#).await.unwrap();
    drop(store);
    let file = rusqlite::Connection::open(directory.path().join("documents.db")).unwrap();
    file.execute_batch("DROP TABLE indexes; PRAGMA user_version = 1")
        .unwrap();
    drop(file);
    let definitions = usher_documents::Snapshot::open(directory.path())
        .unwrap()
        .containers()
        .unwrap();
    assert_eq!(definitions, settings(directory.path()).containers);
    let store = open(directory.path()).unwrap();
    store.read(&notes(), &ada(), &id("old")).await.unwrap();
}
