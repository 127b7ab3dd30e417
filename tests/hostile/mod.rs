//! A component that misbehaves costs its own call and nothing else.
//!
//! Each case runs a program of `tests/guests` twice at once, so that it could have both worker threads for itself, while a
//! neighbour calls all the time. The case ends as it should, by name; its client reads nothing that it shouldn't; and every call
//! of the neighbour succeeds in time.

mod answers;
mod every_guest;
mod loops;
mod messages;
mod queries;
mod resources;

use std::sync::Arc;

use serde_json::json;
use usher_runtime::{Fault, Outcome};
use usher_tests::{Grant, Neighbour, Stage, callers};

/// What must never be in a text for the client: secrets of a guest, and how things look inside.
const PRIVATE: [&str; 9] = [
    "SECRET",
    "0x",
    "wasm",
    "panic",
    "backtrace",
    "::",
    "/",
    "unreachable",
    "utf",
];

/// Runs the program `name`, whose tool is called alike, twice at once beside a neighbour, and gives one of the endings.
async fn run(name: &str, grant: &Grant) -> Result<Outcome, Fault> {
    let stage = Arc::new(Stage::with(name, grant).await);
    let tool = name.replace('-', "_");
    let neighbour = Neighbour::start(&stage).await;
    let calls = ["alice", "carol"].map(|person| {
        let (stage, tool) = (Arc::clone(&stage), tool.clone());
        tokio::spawn(async move { stage.call(&callers::person(person), &tool, json!({})).await })
    });
    let [one, other] = calls;
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    neighbour.assert_unharmed().await;
    assert_eq!(format!("{one:?}"), format!("{other:?}"), "both calls end alike");
    one
}

/// The fault that a program must end in. Its text for the client is checked.
async fn fault(name: &str, grant: &Grant) -> Fault {
    match run(name, grant).await {
        Err(fault) => {
            let text = fault.to_string();
            for private in PRIVATE {
                assert!(!text.contains(private), "the client reads {private:?} in: {text}");
            }
            fault
        }
        Ok(outcome) => panic!("{name} should have been stopped: {outcome:?}"),
    }
}

fn grant(tool: &str) -> Grant {
    Grant::of(&[tool])
}
