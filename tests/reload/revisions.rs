//! A call runs the revision that it was resolved to; a revision that nobody uses is gone.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use usher_entra::SignedIn;
use usher_registry::control::Signatures;
use usher_registry::{Mode, Polling, Registry, RegistrySettings};
use usher_runtime::{Catalog, Outcome};
use usher_tests::{Stage, callers};

use super::shelf::{Shelf, numbered};

/// A registry of this process, so that it can be seen who holds what.
async fn open(shelf: &Shelf, stage: &Stage, mode: Mode) -> Registry {
    let data = shelf.above().join("data");
    fs::create_dir_all(&data).unwrap();
    let settings = RegistrySettings {
        folder: shelf.path(),
        data,
        mode,
        debounce: Duration::from_millis(20),
        polling: Polling::Automatic,
        keep_revisions: 3,
        signatures: Signatures::default(),
    };
    Registry::open(settings, Arc::clone(stage.runtime())).await.unwrap()
}

/// Waits until this is what is served.
async fn until_serves(registry: &Registry, bytes: &[u8]) -> Arc<Catalog> {
    let digest = usher_runtime::sha256(bytes);
    let mut catalogs = registry.catalogs();
    let served = catalogs.wait_for(|catalog| catalog.revisions().iter().any(|revision| revision.digest() == digest));
    let catalog = tokio::time::timeout(usher_tests::wait::PATIENCE, served).await;
    Arc::clone(&catalog.expect("it goes live").unwrap())
}

#[tokio::test]
async fn a_call_runs_the_revision_that_it_found_and_then_that_is_gone() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let stage = Stage::setting().open().await;
    let registry = open(&shelf, &stage, Mode::Automatic).await;
    let first = registry.ready().await;
    // What a call holds: the tool, not the catalog.
    let tool = Arc::clone(first.tool("one").unwrap());
    let revision = Arc::downgrade(&first.revisions()[0]);
    let component = Arc::downgrade(&tool);
    drop(first);

    shelf.put("one", 2);
    let second = until_serves(&registry, &numbered("one", 2)).await;
    let alice = SignedIn::testing((*callers::alice()).clone());
    for (tool, number) in [(&tool, 1), (second.tool("one").unwrap(), 2)] {
        match stage.call_tool(&alice, tool, json!({})).await {
            Ok(Outcome::Complete { structured, .. }) => assert_eq!(structured, Some(json!({ "revision": number }))),
            other => panic!("{other:?}"),
        }
    }
    usher_tests::wait::until("nobody to hold the first revision", async || {
        revision.upgrade().is_none().then_some(())
    })
    .await;
    assert!(component.upgrade().is_some(), "the call is still there");
    drop(tool);
    assert!(
        component.upgrade().is_none(),
        "and with it the last of the first revision"
    );
}

#[tokio::test]
async fn nothing_is_served_until_everything_was_looked_at() {
    let shelf = Shelf::new();
    for number in 0..8 {
        shelf.put(&format!("tool-{number}"), number);
    }
    let stage = Stage::setting().open().await;
    let registry = open(&shelf, &stage, Mode::Off).await;
    let mut catalogs = registry.catalogs();
    let mut before = 0;
    loop {
        let catalog = Arc::clone(&catalogs.borrow_and_update());
        let Some(progress) = catalog.progress() else {
            assert_eq!(catalog.tools().len(), 8);
            break;
        };
        assert!(catalog.tools().is_empty());
        assert!(progress.done >= before && progress.done <= progress.total);
        before = progress.done;
        catalogs.changed().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_noted_is_in_the_next_catalog_until_it_is_taken_back() {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let stage = Stage::setting().open().await;
    let registry = open(&shelf, &stage, Mode::Off).await;
    let first = registry.ready().await;
    let mut catalogs = registry.catalogs();
    registry.note("one", Some("It didn't build.".to_owned()));
    let noted = Arc::clone(
        &catalogs
            .wait_for(|catalog| catalog.note("one").is_some())
            .await
            .unwrap(),
    );
    assert_eq!(&**noted.note("one").unwrap(), "It didn't build.");
    assert!(
        Arc::ptr_eq(&first.revisions()[0], &noted.revisions()[0]),
        "nothing was loaded for it"
    );
    registry.note("one", None);
    catalogs
        .wait_for(|catalog| catalog.note("one").is_none())
        .await
        .unwrap();
}
