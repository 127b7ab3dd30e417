//! An earlier revision comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use tokio::task::JoinSet;
use usher_registry::status::State;
use usher_runtime::sha256;
use usher_tests::wait;

use super::spoken::{NAME, code, code_of, operator_may, operator_may_not, put, shelf_with, spoken};
use crate::reload::shelf::{Served, Shelf};

/// Calls at the same time.
const CALLERS: usize = 16;

/// A host that served the first revision and serves the second.
async fn second_of_two() -> (Shelf, Served) {
    let shelf = shelf_with(&spoken("Says a number.", 1));
    let served = shelf.serve("").await;
    assert_eq!(code(&served).await, 1);
    let second = spoken("Says a number, rightly.", 2);
    put(&shelf, &second);
    served.until_serves(NAME, &second).await;
    (shelf, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_before_comes_back_at_once_and_no_call_fails() {
    let (shelf, served) = second_of_two().await;
    let data = served.host.data().path().to_owned();
    let (stop, answers) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
    let mut calls = JoinSet::new();
    for _ in 0..CALLERS {
        let (client, token) = (served.host.client().clone(), served.token.clone());
        let (stop, answers) = (Arc::clone(&stop), Arc::clone(&answers));
        calls.spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                let answer = client.call(&token, NAME, &json!({})).await.unwrap();
                assert!(matches!(code_of(&answer), 1 | 2), "{answer}");
                answers.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let more_answers = async || {
        let before = answers.load(Ordering::SeqCst);
        wait::until("calls to go on", async || {
            (answers.load(Ordering::SeqCst) > before + 2 * CALLERS as u64).then_some(())
        })
        .await;
    };
    more_answers().await;
    let said = operator_may(&data, &["rollback", NAME, "--note", "it was wrong"]).await;
    assert!(said.contains("live: spoken"), "{said}");
    assert_eq!(code(&served).await, 1);
    let rolled_back = served.until_stands(NAME, State::RolledBack).await;
    assert!(rolled_back.reason.unwrap().contains("--undo"), "what to do isn't said");
    more_answers().await;

    operator_may(&data, &["rollback", NAME, "--undo"]).await;
    assert_eq!(code(&served).await, 2);
    more_answers().await;
    stop.store(true, Ordering::SeqCst);
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    let log = served.host.data().output();
    assert!(log.contains("it was wrong") && log.contains("rollback undone"), "{log}");
    drop(shelf);
}

#[tokio::test]
async fn a_rollback_holds_over_a_restart_and_until_another_file_comes() {
    let (shelf, served) = second_of_two().await;
    operator_may(served.host.data().path(), &["rollback", NAME]).await;
    let data = served.host.kill();
    let served = shelf.serve_in(data, "[reload]\ndebounce-ms = 20\n").await;
    served.until_stands(NAME, State::RolledBack).await;
    assert_eq!(code(&served).await, 1);

    let third = spoken("Says a number, at last.", 3);
    put(&shelf, &third);
    served.until_serves(NAME, &third).await;
    // The file that was rolled back from is still not wanted.
    put(&shelf, &spoken("Says a number, rightly.", 2));
    served.until_stands(NAME, State::RolledBack).await;
    assert_eq!(code(&served).await, 1);
}

#[tokio::test]
async fn a_kept_revision_that_was_changed_is_not_served() {
    let (shelf, served) = second_of_two().await;
    let data = served.host.data().path().to_owned();
    let first = sha256(&spoken("Says a number.", 1));
    let kept = data.join("control/revisions").join(NAME).join(format!("{first}.wasm"));
    let other = spoken("Says a number.", 666);
    std::fs::write(&kept, &other).unwrap();
    let said = operator_may_not(&data, &["rollback", NAME]).await;
    assert!(said.contains("was changed since it was kept"), "{said}");
    assert_eq!(code(&served).await, 2);

    // Nor if it is changed after it was decided.
    std::fs::write(&kept, spoken("Says a number.", 1)).unwrap();
    operator_may(&data, &["rollback", NAME]).await;
    let data = served.host.kill();
    std::fs::write(&kept, other).unwrap();
    let served = shelf.serve_in(data, "").await;
    let refused = served.until_stands(NAME, State::Refused).await;
    assert!(refused.reason.unwrap().contains("was changed since it was kept"));
    assert!(!served.has(NAME).await);
}

#[tokio::test]
async fn so_many_are_kept_as_are_to_be_and_any_of_them_comes_back() {
    let revisions: Vec<_> = (1..=4).map(|number| spoken("Says a number.", number)).collect();
    let shelf = shelf_with(&revisions[0]);
    let served = shelf.serve("keep-revisions = 3").await;
    let data = served.host.data().path().to_owned();
    for revision in &revisions[1..] {
        put(&shelf, revision);
        served.until_serves(NAME, revision).await;
    }
    let kept = served
        .until("the oldest to be forgotten", |status| {
            let kept = &status.components.first()?.kept;
            (kept.len() == 3 && kept[0].digest == sha256(&revisions[3])).then(|| kept.clone())
        })
        .await;
    let digests: Vec<_> = kept.iter().map(|kept| kept.digest.clone()).collect();
    let newest_first: Vec<_> = revisions[1..].iter().rev().map(|bytes| sha256(bytes)).collect();
    assert_eq!(digests, newest_first);
    let listed = operator_may(&data, &["rollback", NAME, "--list"]).await;
    assert_eq!(listed.lines().count(), 3, "{listed}");

    operator_may(&data, &["rollback", NAME, "--to", &digests[2][..10]]).await;
    assert_eq!(code(&served).await, 2);
    let gone = sha256(&revisions[0]);
    let said = operator_may_not(&data, &["rollback", NAME, "--to", &gone[..10]]).await;
    assert!(said.contains("is kept"), "{said}");
}

#[tokio::test]
async fn status_says_what_is_served_and_whether_a_host_runs() {
    let (_shelf, served) = second_of_two().await;
    let data = served.host.data().path().to_owned();
    let said = operator_may(&data, &["status"]).await;
    assert!(
        said.contains("runs as process") && said.contains("spoken: served"),
        "{said}"
    );
    let json: serde_json::Value = serde_json::from_str(&operator_may(&data, &["status", "--json"]).await).unwrap();
    assert_eq!(json["running"], true);
    assert_eq!(json["status"]["components"][0]["name"], NAME);
    let data = served.host.kill();
    let said = operator_may_not(data.path(), &["status"]).await;
    assert!(said.contains("no host runs"), "{said}");
}
