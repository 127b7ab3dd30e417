//! Decisions that can't be read.

use usher_registry::status::State;
use usher_tests::host::Data;

use super::spoken::{NAME, code, operator_may, operator_may_not, put, shelf_with, spoken};

/// Breaks a record of a host in this mode, and looks at what still happens.
async fn nothing_new_goes_live(mode: &str, record: &str) {
    let configuration = format!("[reload]\nmode = {mode:?}\ndebounce-ms = 20\n");
    let shelf = shelf_with(&spoken("Says a number.", 1));
    let served = shelf.serve_in(Data::new(), &configuration).await;
    let data = served.host.data().path().to_owned();
    operator_may(&data, &["approve", "--all", "--yes"]).await;
    assert_eq!(code(&served).await, 1);
    let file = data.join("control").join(record);
    let before = std::fs::read(&file).ok();
    std::fs::write(&file, "{\"version\":1,\"approvals\":[").unwrap();
    served
        .until("the record to be found broken", |status| {
            status
                .trouble
                .iter()
                .any(|trouble| trouble.contains(record))
                .then_some(())
        })
        .await;
    // It would go live by itself, being the same from outside.
    let fixed = spoken("Says a number.", 2);
    put(&shelf, &fixed);
    let serves_on = served.until_stands(NAME, State::ServesOn).await;
    assert!(serves_on.reason.unwrap().contains(record));
    assert_eq!(code(&served).await, 1);
    // Nobody decides over what can't be read.
    operator_may_not(&data, &["approve", NAME, "--yes"]).await;

    // Over a restart too.
    let data = served.host.kill();
    let served = shelf.serve_in(data, &configuration).await;
    served.until_stands(NAME, State::ServesOn).await;
    assert_eq!(code(&served).await, 1);

    match before {
        Some(bytes) => std::fs::write(&file, bytes).unwrap(),
        None => std::fs::remove_file(&file).unwrap(),
    }
    served.until_serves(NAME, &fixed).await;
    assert_eq!(code(&served).await, 2);
}

#[tokio::test]
async fn nothing_new_goes_live_while_approvals_cannot_be_read() {
    nothing_new_goes_live("reviewed", "approvals.json").await;
}

#[tokio::test]
async fn nothing_new_goes_live_while_rollbacks_cannot_be_read_in_any_mode() {
    nothing_new_goes_live("automatic", "pins.json").await;
}
