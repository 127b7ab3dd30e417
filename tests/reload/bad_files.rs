//! What is served instead of a file that can't be, and what never is.

use usher_registry::status::State;
use usher_tests::Grant;

use super::shelf::{Served, Shelf, grant, numbered};

/// A shelf with one component that is served.
async fn served() -> (Shelf, Served) {
    let shelf = Shelf::new();
    shelf.put("one", 1);
    let served = shelf.serve("").await;
    (shelf, served)
}

#[tokio::test]
async fn a_bad_component_takes_nothing_down_and_everybody_is_told() {
    let (shelf, served) = served().await;
    shelf.replace("one.wasm", b"garbage");
    let status = served.until_stands("one", State::ServesOn).await;
    assert_eq!(served.ask("one").await, 1);
    assert!(status.reason.unwrap().contains("it isn't WebAssembly"));
    assert!(served.host.data().output().contains("not served: it isn't WebAssembly"));
    shelf.put("one", 2);
    served.until_serves("one", &numbered("one", 2)).await;
    assert_eq!(served.ask("one").await, 2);
}

#[tokio::test]
async fn what_never_was_served_is_refused() {
    let (shelf, served) = served().await;
    shelf.replace("two.grant.toml", grant("two").as_bytes());
    shelf.replace("two.wasm", b"garbage");
    let status = served.until_stands("two", State::Refused).await;
    assert!(status.serving.is_none());
    assert_eq!(served.ask("one").await, 1);
}

#[tokio::test]
async fn a_grant_that_does_not_parse_takes_nothing_down() {
    let (shelf, served) = served().await;
    shelf.replace("one.grant.toml", b"[tools.one\nallow = ");
    let status = served.until_stands("one", State::ServesOn).await;
    assert!(status.reason.unwrap().contains("one.grant.toml"));
    assert_eq!(served.ask("one").await, 1);
    // The component may change meanwhile: nothing new is served under a grant that can't be read.
    shelf.replace("one.wasm", &numbered("one", 2));
    served
        .until("the new file to be noticed", |status| {
            let file = super::shelf::component(status, "one")?.file.as_ref()?;
            (file.digest == usher_runtime::sha256(&numbered("one", 2))).then_some(())
        })
        .await;
    assert_eq!(served.ask("one").await, 1);
}

#[tokio::test]
async fn a_grant_that_is_removed_takes_its_component_down_at_once() {
    let (shelf, served) = served().await;
    shelf.remove("one.grant.toml");
    served.until_stands("one", State::Refused).await;
    assert!(!served.has("one").await);
    shelf.replace("one.grant.toml", grant("one").as_bytes());
    served.until_stands("one", State::Served).await;
    assert_eq!(served.ask("one").await, 1);
}

#[tokio::test]
async fn a_grant_that_gives_less_never_leaves_the_wider_revision_serving() {
    let (shelf, served) = served().await;
    // No rule for its tool: what the operator decided, whatever comes of it.
    shelf.replace("one.grant.toml", Grant::of(&[]).text().as_bytes());
    served.until_stands("one", State::Refused).await;
    assert!(!served.has("one").await);
    // And a pin that says that this isn't the file.
    let pinned = Grant::of(&["one"]).line(&format!("sha256 = \"{}\"", "0".repeat(64)));
    shelf.put("one", 1);
    served.until_stands("one", State::Served).await;
    shelf.replace("one.grant.toml", pinned.text().as_bytes());
    served.until_stands("one", State::Refused).await;
    assert!(!served.has("one").await);
}

#[tokio::test]
async fn a_grant_that_gives_less_holds_even_if_the_component_is_bad() {
    let (shelf, served) = served().await;
    assert!(served.has("one").await);
    // Both at once. The earlier component goes on, under the new grant: for nobody who is here.
    let narrower = Grant::default().serves("one", "{ role = \"nobody-has-it\" }");
    shelf.replace("one.grant.toml", narrower.text().as_bytes());
    shelf.replace("one.wasm", b"garbage");
    let status = served
        .until("the new grant to hold", |status| {
            let one = super::shelf::component(status, "one")?;
            let serving = one.serving.as_ref()?;
            let narrow = serving.grant_digest == usher_runtime::sha256(narrower.text().as_bytes());
            (narrow && one.state == State::ServesOn).then(|| one.clone())
        })
        .await;
    assert_eq!(
        status.serving.unwrap().digest,
        usher_runtime::sha256(&numbered("one", 1))
    );
    assert!(!served.has("one").await);
}

#[tokio::test]
async fn a_new_file_never_takes_over_a_name_that_is_served() {
    let (shelf, served) = served().await;
    // First in the order of names.
    shelf.replace("a.grant.toml", grant("one").as_bytes());
    shelf.replace("a.wasm", &numbered("one", 9));
    let status = served.until_stands("a", State::Refused).await;
    assert!(status.reason.unwrap().contains("served by one already"));
    assert_eq!(served.ask("one").await, 1);
    // A new revision that wants it is refused too, and the one before serves on.
    shelf.put("two", 2);
    served.until_stands("two", State::Served).await;
    shelf.replace("two.grant.toml", Grant::of(&["two"]).text().as_bytes());
    shelf.replace("two.wasm", &numbered("one", 3));
    served.until_stands("two", State::ServesOn).await;
    assert_eq!((served.ask("one").await, served.ask("two").await), (1, 2));
    // When it is free it goes to the one that waits for it.
    shelf.remove("one.wasm");
    served.until_stands("a", State::Served).await;
    assert_eq!(served.ask("one").await, 9);
}

#[tokio::test]
async fn a_bad_file_at_the_start_is_served_by_what_served_last() {
    let (shelf, served) = served().await;
    let data = served.host.kill();
    shelf.replace("one.wasm", b"garbage");
    let served = shelf.serve_in(data, "").await;
    served.until_stands("one", State::ServesOn).await;
    assert_eq!(served.ask("one").await, 1);
}
